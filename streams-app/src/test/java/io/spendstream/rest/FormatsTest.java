package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import io.spendstream.format.CallDetails;
import io.spendstream.format.UsageFormats;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code POST /v1/events/{format}}; how each format is mapped is shown where the formats are. */
@Timeout(60)
class FormatsTest {

    private static final String MESSAGE = """
            {"id": "msg_1", "model": "claude-sonnet-4-5", "content": [{"type": "text", "text": "Hi"}],
             "usage": {"input_tokens": 21, "cache_read_input_tokens": 4000, "output_tokens": 503}}""";
    private static final String AT = "time=2026-11-21T11:59:00Z";
    private static final JsonMapper MAPPER = new JsonMapper();

    private TestInstance instance;

    @BeforeEach
    void start() throws IOException {
        instance = new TestInstance();
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    @Test
    void a_response_is_published_with_what_the_parameters_say_of_the_call() throws Exception {
        // When
        HttpResponse<String> answer = instance.post(
                "/v1/events/anthropic?time=2026-11-21T12:59:00+01:00&feature=chat&tenant=acme&team=t&user=ann"
                        + "&service_tier=batch&attempt=2&latency_ms=812&tag.region=eu%20west",
                MESSAGE);

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("{\"accepted\":1}");
        assertThat(instance.published)
                .containsExactly(UsageEvent.newBuilder()
                        .setId("anthropic:msg_1")
                        .setTime(Instant.parse("2026-11-21T11:59:00Z"))
                        .setTenant("acme")
                        .setFeature("chat")
                        .setTeam("t")
                        .setUser("ann")
                        .setModel("claude-sonnet-4-5")
                        .setProvider("anthropic")
                        .setServiceTier(ServiceTier.BATCH)
                        .setInputTokens(21)
                        .setCacheReadTokens(4000)
                        .setOutputTokens(503)
                        .setAttempt(2)
                        .setLatencyMs(812L)
                        .setTags(Map.of("region", "eu west"))
                        .build());
    }

    @Test
    void every_format_has_its_address_and_every_field_that_can_be_given_its_parameter() throws Exception {
        // Given
        JsonNode described = MAPPER.readTree(instance.get("/openapi.json").body())
                .at("/paths/~1v1~1events~1{format}/post/parameters");
        List<String> names = new ArrayList<>();
        described.forEach(parameter -> names.add(parameter.get("name").textValue()));
        List<String> formats = new ArrayList<>();
        described.get(0).at("/schema/enum").forEach(format -> formats.add(format.textValue()));

        // Then
        assertThat(formats)
                .containsExactlyElementsOf(
                        UsageFormats.all().stream().map(f -> f.name()).toList());
        TreeSet<String> expected = CallDetails.fieldNames();
        expected.addAll(List.of("format", "tags"));
        assertThat(names).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void spans_come_as_protobuf_and_those_that_are_no_model_calls_are_counted_apart() throws Exception {
        // Given
        byte[] body = TracesData.newBuilder()
                .addResourceSpans(ResourceSpans.newBuilder()
                        .addScopeSpans(ScopeSpans.newBuilder()
                                .addSpans(Span.newBuilder().setName("GET /"))))
                .build()
                .toByteArray();

        // When
        HttpResponse<String> answer = instance.send(instance.request("/v1/events/otlp-protobuf")
                .header("Content-Type", "application/x-protobuf")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("{\"accepted\":0,\"ignored\":1}");
    }

    @Test
    void nothing_is_published_where_anything_cannot_be_mapped_or_counted() throws Exception {
        // Given: the second overlaps, the third is fine but for its time
        String second = MESSAGE.replace("msg_1", "msg_2").replace("503", "\"many\"");

        // When
        HttpResponse<String> wrong =
                instance.post("/v1/events/anthropic?feature=chat&" + AT, "[" + MESSAGE + "," + second + ",{}]");
        HttpResponse<String> old =
                instance.post("/v1/events/anthropic?feature=chat&time=2025-01-01T00:00:00Z", "[" + MESSAGE + "]");

        // Then
        assertThat(wrong.statusCode()).isEqualTo(400);
        assertThat(errors(wrong))
                .containsExactly(
                        "1 usage.output_tokens wrong_type",
                        "2 usage missing_field",
                        "2 id missing_field",
                        "2 model missing_field");
        assertThat(old.statusCode()).isEqualTo(400);
        assertThat(errors(old)).containsExactly("0 time time_too_old");
        assertThat(instance.published).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            /v1/events/anthropic?feature=chat                    | 400 | 0 time missing_field
            /v1/events/anthropic?time=2026-11-21T11:59:00Z       | 400 | 0 feature missing_field
            /v1/events/anthropic?colour=red                      | 400 | null colour unknown_parameter
            /v1/events/anthropic?feature=a&feature=b             | 400 | null feature bad_value
            /v1/events/anthropic?time=yesterday                  | 400 | null time bad_value
            /v1/events/anthropic?attempt=-1                      | 400 | null attempt bad_value
            /v1/events/anthropic?service_tier=gold               | 400 | null service_tier bad_value
            /v1/events/anthropic?tag.=x                          | 400 | null tag. bad_value
            /v1/events/anthropic?feature=a&time=2026-11-21T11:59:00Z&user=%0A | 400 | 0 user control_character
            /v1/events/cohere                                    | 404 |
            /v1/events/otlp-protobuf                             | 415 |
            """)
    void what_is_wrong_is_told_by_field_and_reason(String path, int status, String errors) throws Exception {
        // When
        HttpResponse<String> answer = instance.post(path, MESSAGE, "Content-Type", "application/json");

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(String.join(", ", errors(answer))).isEqualTo(errors == null ? "" : errors);
        assertThat(instance.published).isEmpty();
    }

    @Test
    void ten_thousand_events_fit_and_one_more_does_not() throws Exception {
        // Given
        String small = "{\"id\":\"a\",\"model\":\"m\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}";
        String path = "/v1/events/anthropic?feature=chat&" + AT;

        // Then
        assertThat(instance.post(path, "[" + (small + ",").repeat(9_999) + small + "]")
                        .statusCode())
                .isEqualTo(202);
        assertThat(instance.post(path, "[" + (small + ",").repeat(10_000) + small + "]")
                        .statusCode())
                .isEqualTo(413);
        assertThat(instance.published).hasSize(10_000);
    }

    private static List<String> errors(HttpResponse<String> answer) throws IOException {
        List<String> errors = new ArrayList<>();
        MAPPER.readTree(answer.body())
                .path("errors")
                .forEach(error -> errors.add(List.of("index", "field", "reason").stream()
                        .map(name -> error.path(name).asText("null"))
                        .map(text -> text.isEmpty() ? "null" : text)
                        .collect(Collectors.joining(" "))));
        return errors;
    }
}
