package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.query.IntakeFailure;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import io.spendstream.v1.UsageEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class EventsTest {

    private static final String MINIMAL =
            "{\"id\":\"e1\",\"time\":\"2026-11-21T11:59:00Z\",\"feature\":\"chat\",\"model\":\"m\"}";
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
    void one_event_is_published_with_the_defaults_of_the_schema() throws Exception {
        // When
        HttpResponse<String> answer = instance.post("/v1/events", MINIMAL);

        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(answer.body()).isEqualTo("{\"accepted\":1}");
        assertThat(instance.published)
                .containsExactly(UsageEvent.newBuilder()
                        .setId("e1")
                        .setTime(Instant.parse("2026-11-21T11:59:00Z"))
                        .setFeature("chat")
                        .setModel("m")
                        .build());
    }

    @Test
    void every_field_arrives() throws Exception {
        // Given
        String event = """
                {"id": "e1", "time": "2026-11-21T12:59:00.123456+01:00", "tenant": "acme", "feature": "chat",
                 "model": "m", "provider": "p", "team": "t", "project": "pr", "environment": "prod", "user": "u",
                 "user_tier": "gold", "session": "s", "endpoint": "/e", "operation": "embeddings",
                 "service_tier": "BATCH", "input_tokens": 1, "output_tokens": 20, "cache_read_tokens": 3,
                 "cache_write_5m_tokens": 4, "cache_write_1h_tokens": 5, "audio_input_tokens": 6,
                 "audio_output_tokens": 7, "reasoning_tokens": 8, "other_units": {"images": 9}, "status": "ERROR",
                 "request_id": "r", "attempt": 2, "escalated_from": "small", "response_cached": true,
                 "latency_ms": 10, "quality_score": 0.5, "work_units": 11, "prompt_tokens": {"system": 12},
                 "tags": {"region": "eu"}}""";

        // When
        HttpResponse<String> answer = instance.post("/v1/events", event, "Content-Type", "application/json");

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(instance.published)
                .containsExactly(UsageEvent.newBuilder()
                        .setId("e1")
                        .setTime(Instant.parse("2026-11-21T11:59:00.123Z"))
                        .setTenant("acme")
                        .setFeature("chat")
                        .setModel("m")
                        .setProvider("p")
                        .setTeam("t")
                        .setProject("pr")
                        .setEnvironment("prod")
                        .setUser("u")
                        .setUserTier("gold")
                        .setSession("s")
                        .setEndpoint("/e")
                        .setOperation("embeddings")
                        .setServiceTier(ServiceTier.BATCH)
                        .setInputTokens(1)
                        .setOutputTokens(20)
                        .setCacheReadTokens(3)
                        .setCacheWrite5mTokens(4)
                        .setCacheWrite1hTokens(5)
                        .setAudioInputTokens(6)
                        .setAudioOutputTokens(7)
                        .setReasoningTokens(8)
                        .setOtherUnits(Map.of("images", 9L))
                        .setStatus(Status.ERROR)
                        .setRequestId("r")
                        .setAttempt(2)
                        .setEscalatedFrom("small")
                        .setResponseCached(true)
                        .setLatencyMs(10L)
                        .setQualityScore(0.5)
                        .setWorkUnits(11)
                        .setPromptTokens(Map.of("system", 12L))
                        .setTags(Map.of("region", "eu"))
                        .build());
    }

    @Test
    void the_reader_knows_every_field_of_the_schema() throws Exception {
        // Given: every field of the schema, as null, which none of them refuses as unknown
        String event = UsageEvent.getClassSchema().getFields().stream()
                .map(field -> "\"" + field.name() + "\":null")
                .collect(Collectors.joining(",", "{", "}"));

        // When
        HttpResponse<String> answer = instance.post("/v1/events", event);

        // Then
        assertThat(reasons(answer)).doesNotContain("unknown_field").contains("wrong_type");
    }

    @Test
    void an_array_keeps_its_order_and_may_be_empty() throws Exception {
        // When
        HttpResponse<String> two = instance.post("/v1/events", "[" + MINIMAL + "," + MINIMAL.replace("e1", "e2") + "]");
        HttpResponse<String> none = instance.post("/v1/events", "[]");

        // Then
        assertThat(two.body()).isEqualTo("{\"accepted\":2}");
        assertThat(none.body()).isEqualTo("{\"accepted\":0}");
        assertThat(instance.published).extracting(UsageEvent::getId).containsExactly("e1", "e2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // what replaces "feature":"chat" in a good event | field | reason
                "\"feature\":\"chat\",\"colour\":1 | colour | unknown_field",
                "\"feature\":\"chat\",\"featureName\":{\"a\":[1]} | featureName | unknown_field",
                "\"team\":\"t\" | feature | missing_field",
                "\"feature\":\"\" | feature | empty_text",
                "\"feature\":\"chat\\ud83d\" | feature | unpaired_surrogate",
                "\"feature\":1 | feature | wrong_type",
                "\"feature\":null | feature | wrong_type",
                "\"feature\":[\"chat\"] | feature | wrong_type",
                "\"feature\":\"chat\",\"feature\":\"chat\" | feature | duplicate_field",
                "\"feature\":\"chat\",\"input_tokens\":\"1\" | input_tokens | wrong_type",
                "\"feature\":\"chat\",\"input_tokens\":1.0 | input_tokens | wrong_type",
                "\"feature\":\"chat\",\"input_tokens\":1e3 | input_tokens | wrong_type",
                "\"feature\":\"chat\",\"input_tokens\":-1 | input_tokens | negative_amount",
                "\"feature\":\"chat\",\"input_tokens\":1000000001 | input_tokens | amount_too_large",
                "\"feature\":\"chat\",\"input_tokens\":9223372036854775808 | input_tokens | amount_too_large",
                "\"feature\":\"chat\",\"reasoning_tokens\":1 | reasoning_tokens | reasoning_exceeds_output",
                "\"feature\":\"chat\",\"attempt\":0 | attempt | bad_attempt",
                "\"feature\":\"chat\",\"attempt\":4294967297 | attempt | bad_attempt",
                "\"feature\":\"chat\",\"latency_ms\":-1 | latency_ms | negative_amount",
                "\"feature\":\"chat\",\"quality_score\":\"good\" | quality_score | wrong_type",
                "\"feature\":\"chat\",\"response_cached\":1 | response_cached | wrong_type",
                "\"feature\":\"chat\",\"service_tier\":\"standard\" | service_tier | bad_value",
                "\"feature\":\"chat\",\"status\":null | status | wrong_type",
                "\"feature\":\"chat\",\"other_units\":{\"images\":\"1\"} | other_units.images | wrong_type",
                "\"feature\":\"chat\",\"other_units\":{\"images\":1,\"images\":1} | other_units.images | duplicate_field",
                "\"feature\":\"chat\",\"other_units\":{\"Images\":1} | other_units | bad_unit_name",
                "\"feature\":\"chat\",\"prompt_tokens\":[] | prompt_tokens | wrong_type",
                "\"feature\":\"chat\",\"tags\":{\"a\":{\"b\":1}} | tags.a | wrong_type",
                "\"feature\":\"chat\",\"tags\":{\"a\":\"b\",\"a\":\"b\"} | tags.a | duplicate_field",
            })
    void an_event_that_is_not_right_is_refused_and_nothing_is_published(String field, String at, String reason)
            throws Exception {
        // Given
        String bad = MINIMAL.replace("\"feature\":\"chat\"", field);

        // When
        HttpResponse<String> answer = instance.post("/v1/events", "[" + MINIMAL + "," + bad + "]");

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode errors = MAPPER.readTree(answer.body()).get("errors");
        assertThat(errors).as(answer.body()).hasSize(1);
        assertThat(errors.get(0).get("index").asInt()).isEqualTo(1);
        assertThat(errors.get(0).get("field").asText()).isEqualTo(at);
        assertThat(errors.get(0).get("reason").asText()).isEqualTo(reason);
        assertThat(errors.get(0).get("detail").asText()).isNotBlank();
        assertThat(instance.published).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-21, bad_time",
        "2026-11-21T11:59:00, bad_time",
        "2026-11-31T11:59:00Z, bad_time",
        "2026-11-21T24:00:00Z, bad_time",
        "2026-11-21T11:59:00.Z, bad_time",
        "2026-11-21T11:59:00+0100, bad_time",
        "yesterday, bad_time",
        "2026-11-21T12:05:00.001Z, time_in_future",
        "2026-10-17T11:59:59.999Z, time_too_old",
    })
    void a_time_must_be_rfc_3339_and_within_the_horizon(String time, String reason) throws Exception {
        // When
        HttpResponse<String> answer = instance.post("/v1/events", MINIMAL.replace("2026-11-21T11:59:00Z", time));

        // Then
        assertThat(reasons(answer)).containsExactly(reason);
    }

    @Test
    void all_faults_are_told_at_once_up_to_a_hundred() throws Exception {
        // Given
        String bad = "{\"id\":1,\"nope\":2,\"input_tokens\":\"x\"}";
        String some = "[" + bad + "," + MINIMAL + "," + bad + "]";
        String many = "[" + String.join(",", Collections.nCopies(50, bad)) + "]";

        // When
        JsonNode someErrors =
                MAPPER.readTree(instance.post("/v1/events", some).body()).get("errors");
        JsonNode manyErrors =
                MAPPER.readTree(instance.post("/v1/events", many).body()).get("errors");

        // Then: id, nope, input_tokens and the missing time, feature and model, of the first and the third
        assertThat(someErrors).hasSize(12);
        assertThat(someErrors.findValuesAsText("index")).containsOnly("0", "2");
        assertThat(manyErrors).hasSize(100);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "{\"id\":\"e1\",} | line 1, column 12",
                "[{\"id\":\"e1\"} | line 1, column 13",
                "{} {} | something follows",
                "\"event\" | an event or an array of events, not a text",
                "^^ | an event or an array of events, not nothing",
                "[[]] | takes an object, not an array",
                "{\"id\": 0x1} | line 1, column",
            })
    void a_body_that_is_not_json_is_told_where_it_breaks(String body, String detail) throws Exception {
        // When
        HttpResponse<String> answer = instance.post("/v1/events", body);

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.body()).contains(detail);
        assertThat(instance.published).isEmpty();
    }

    @Test
    void a_cloud_event_gives_its_id_and_time_to_the_event_in_it() throws Exception {
        // Given: data before the attributes, and an extension
        String cloudEvent = "{\"data\":{\"feature\":\"chat\",\"model\":\"m\"},\"specversion\":\"1.0\",\"id\":\"c1\","
                + "\"source\":\"/svc\",\"type\":\"io.spendstream.usage\",\"time\":\"2026-11-21T11:59:00Z\","
                + "\"datacontenttype\":\"application/json\",\"traceparent\":\"00-x\"}";

        // When
        HttpResponse<String> one =
                instance.post("/v1/events", cloudEvent, "Content-Type", "application/cloudevents+json; charset=utf-8");
        HttpResponse<String> batch = instance.post(
                "/v1/events",
                "[" + cloudEvent.replace("c1", "c2") + "," + cloudEvent.replace("c1", "c3") + "]",
                "Content-Type",
                "application/cloudevents-batch+json");

        // Then
        assertThat(one.body()).isEqualTo("{\"accepted\":1}");
        assertThat(batch.body()).isEqualTo("{\"accepted\":2}");
        assertThat(instance.published).extracting(UsageEvent::getId).containsExactly("c1", "c2", "c3");
        assertThat(instance.published)
                .extracting(UsageEvent::getTime)
                .containsOnly(Instant.parse("2026-11-21T11:59:00Z"));
    }

    @Test
    void a_cloud_event_may_come_in_headers() throws Exception {
        // When
        HttpResponse<String> answer = instance.send(instance.request("/v1/events")
                .header("Content-Type", "application/json")
                .header("ce-specversion", "1.0")
                .header("ce-id", "c%201")
                .header("ce-source", "/svc")
                .header("ce-type", "usage")
                .header("ce-time", "2026-11-21T12:59:00+01:00")
                .POST(HttpRequest.BodyPublishers.ofString("{\"feature\":\"chat\",\"model\":\"m\"}")));

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        assertThat(instance.published).extracting(UsageEvent::getId).containsExactly("c 1");
        assertThat(instance.published.get(0).getTime()).isEqualTo("2026-11-21T11:59:00Z");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // id in the envelope | data | field | reason
                "\"id\":\"other\" | {\"id\":\"e1\",\"feature\":\"chat\",\"model\":\"m\"} | id | differs",
                "\"id\":\"c1\" | {\"time\":\"2026-11-21T11:58:00Z\",\"feature\":\"chat\",\"model\":\"m\"} | time | differs",
                "\"x\":\"c1\" | {\"feature\":\"chat\",\"model\":\"m\"} | id | missing_field",
                "\"id\":\"c1\" | {\"feature\":\"chat\",\"modell\":\"m\",\"model\":\"m\"} | data.modell | unknown_field",
                "\"id\":\"c1\" | {\"feature\":\"chat\"} | data.model | missing_field",
                "\"id\":\"c1\" | {\"feature\":\"\",\"model\":\"m\"} | data.feature | empty_text",
                "\"id\":\"c1\" | \"text\" | data | wrong_type",
                "\"id\":\"c1\",\"id\":\"c1\" | {\"feature\":\"chat\",\"model\":\"m\"} | id | duplicate_field",
                "\"id\":\"c1\",\"data_base64\":\"e30=\" | {\"feature\":\"chat\",\"model\":\"m\"} | data_base64 | unknown_field",
                "\"id\":\"c1\",\"datacontenttype\":\"text/xml\" | {\"feature\":\"chat\",\"model\":\"m\"} | datacontenttype | bad_value",
            })
    void a_cloud_event_that_is_not_right_is_refused(String id, String data, String field, String reason)
            throws Exception {
        // Given
        String cloudEvent = "{\"specversion\":\"1.0\"," + id
                + ",\"source\":\"/s\",\"type\":\"t\",\"time\":\"2026-11-21T11:59:00Z\",\"data\":" + data + "}";

        // When
        HttpResponse<String> answer =
                instance.post("/v1/events", cloudEvent, "Content-Type", "application/cloudevents+json");

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        JsonNode errors = MAPPER.readTree(answer.body()).get("errors");
        assertThat(errors.get(0).get("field").asText()).as(answer.body()).isEqualTo(field);
        assertThat(errors.get(0).get("reason").asText()).isEqualTo(reason);
        assertThat(instance.published).isEmpty();
    }

    @Test
    void failures_of_the_log_are_told_apart() throws Exception {
        // Given, When
        instance.intake = (events, trace) -> CompletableFuture.failedFuture(
                new IntakeFailure(IntakeFailure.Reason.OVERLOADED, "the buffer is full", Duration.ofMillis(1_200)));
        HttpResponse<String> overloaded = instance.post("/v1/events", MINIMAL);
        instance.intake = (events, trace) -> {
            throw new IntakeFailure(IntakeFailure.Reason.UNAVAILABLE, "no broker answers", Duration.ofSeconds(5));
        };
        HttpResponse<String> unavailable = instance.post("/v1/events", MINIMAL);
        instance.intake = (events, trace) -> CompletableFuture.failedFuture(new IllegalStateException("secret"));
        HttpResponse<String> unexpected = instance.post("/v1/events", MINIMAL);

        // Then
        assertThat(overloaded.statusCode()).isEqualTo(429);
        assertThat(overloaded.headers().firstValue("Retry-After")).contains("2");
        assertThat(unavailable.statusCode()).isEqualTo(503);
        assertThat(unavailable.headers().firstValue("Retry-After")).contains("5");
        assertThat(unavailable.body()).contains("no broker answers");
        assertThat(unexpected.statusCode()).isEqualTo(500);
        assertThat(unexpected.body()).doesNotContain("secret").doesNotContain("Exception");
    }

    @Test
    void events_that_are_not_acknowledged_in_time_are_to_be_sent_again() throws Exception {
        // Given
        try (TestInstance slow = new TestInstance(limits(1 << 20, 10_000, Duration.ofMillis(50)))) {
            slow.intake = (events, trace) -> new CompletableFuture<>();

            // When
            HttpResponse<String> answer = slow.post("/v1/events", MINIMAL);

            // Then
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("Send them again");
        }
    }

    @Test
    void more_than_fits_at_once_is_put_off_until_there_is_room() throws Exception {
        // Given: room for one request, which is not acknowledged yet
        try (TestInstance small = new TestInstance(limits(1_000, 10_000, Duration.ofSeconds(30)))) {
            CompletableFuture<Void> acknowledged = new CompletableFuture<>();
            CountDownLatch arrived = new CountDownLatch(1);
            small.intake = (events, trace) -> {
                arrived.countDown();
                return acknowledged;
            };
            String large = MINIMAL + " ".repeat(800);
            CompletableFuture<Integer> first = CompletableFuture.supplyAsync(() -> statusOf(small, large));
            arrived.await();

            // When
            HttpResponse<String> second = small.post("/v1/events", large);
            acknowledged.complete(null);

            // Then
            assertThat(second.statusCode()).isEqualTo(429);
            assertThat(second.headers().firstValue("Retry-After")).contains("1");
            assertThat(first.join()).isEqualTo(202);
            assertThat(small.post("/v1/events", large).statusCode()).isEqualTo(202);
        }
    }

    private static int statusOf(TestInstance instance, String body) {
        try {
            return instance.post("/v1/events", body).statusCode();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void what_is_too_large_is_refused() throws Exception {
        try (TestInstance small = new TestInstance(limits(10_000, 3, Duration.ofSeconds(30)))) {
            // When
            String large = MINIMAL + " ".repeat(10_000);
            HttpResponse<String> tooMany =
                    small.post("/v1/events", "[" + String.join(",", Collections.nCopies(4, MINIMAL)) + "]");
            HttpResponse<String> tooLong = small.post("/v1/events", large);
            HttpResponse<String> chunked = small.send(small.request("/v1/events")
                    .POST(HttpRequest.BodyPublishers.fromPublisher(HttpRequest.BodyPublishers.ofString(large))));
            HttpResponse<String> expanding = small.send(small.request("/v1/events")
                    .header("Content-Encoding", "gzip")
                    .POST(HttpRequest.BodyPublishers.ofByteArray(gzip(large))));

            // Then
            for (HttpResponse<String> answer : List.of(tooMany, tooLong, chunked, expanding)) {
                assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
                assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
            }
            assertThat(small.published).isEmpty();
            assertThat(small.post("/v1/events", MINIMAL).statusCode()).isEqualTo(202);
        }
    }

    @Test
    void a_body_may_be_compressed() throws Exception {
        // When
        HttpResponse<String> answer = instance.send(instance.request("/v1/events")
                .header("Content-Encoding", "gzip")
                .POST(HttpRequest.BodyPublishers.ofByteArray(gzip(MINIMAL))));

        // Then
        assertThat(answer.statusCode()).isEqualTo(202);
        assertThat(instance.published).hasSize(1);
    }

    @Test
    void another_content_type_is_refused_with_those_that_are_taken() throws Exception {
        // When
        HttpResponse<String> answer = instance.post("/v1/events", MINIMAL, "Content-Type", "application/xml");

        // Then
        assertThat(answer.statusCode()).isEqualTo(415);
        assertThat(answer.body()).contains("application/xml", "application/cloudevents-batch+json");
    }

    private static RestConfig limits(int bodyBytes, int events, Duration publishTimeout) {
        return new RestConfig(
                "127.0.0.1", 0, bodyBytes, events, bodyBytes, 8, Duration.ofSeconds(30), publishTimeout, 2, 2);
    }

    private static List<String> reasons(HttpResponse<String> answer) throws IOException {
        List<String> reasons = new ArrayList<>();
        MAPPER.readTree(answer.body())
                .path("errors")
                .forEach(error -> reasons.add(error.get("reason").asText()));
        return reasons;
    }

    @Test
    void a_body_that_does_not_follow_its_encoding_is_the_callers_fault() throws Exception {
        // Given
        byte[] damaged = gzip(MINIMAL);
        damaged[damaged.length - 6] ^= 1;

        // Then
        HttpResponse<String> broken = encoded("gzip", damaged);
        assertThat(broken.statusCode()).isEqualTo(400);
        assertThat(broken.body()).contains("does not follow its Content-Encoding");
        assertThat(broken.headers().firstValue("Connection")).contains("close");
        HttpResponse<String> unknown = encoded("foo", MINIMAL.getBytes(StandardCharsets.UTF_8));
        assertThat(unknown.statusCode()).isEqualTo(415);
        assertThat(unknown.body()).contains("'foo' is not taken; accepted: gzip, deflate");
        assertThat(instance.published).isEmpty();
    }

    private HttpResponse<String> encoded(String encoding, byte[] body) throws IOException, InterruptedException {
        return instance.send(instance.request("/v1/events")
                .header("Content-Encoding", encoding)
                .POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(bytes)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }
}
