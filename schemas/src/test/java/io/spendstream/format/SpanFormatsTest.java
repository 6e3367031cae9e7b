package io.spendstream.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** OpenTelemetry spans in both encodings: a span is the same event, or the same fault, in either. */
class SpanFormatsTest {

    private static final String TRACE = "5b8efff798038103d269b633813fc60c";
    private static final String SPAN = "eee19b7ec3c1b174";
    private static final long START = 1_763_720_130_000_000_000L;
    private static final long END = START + 1_250_999_999L;
    private static final Map<String, Object> RESOURCE =
            Map.of("service.name", "shop", "deployment.environment.name", "prod");
    private static final String AT = "id=otel:" + TRACE + ":" + SPAN + " time=2025-11-21T10:15:31.250Z feature=shop ";
    private static final String PROD = "environment=prod ";
    private static final String LATENCY = " latency_ms=1250";

    @ParameterizedTest(name = "{0}")
    @MethodSource("spans")
    void a_span_is_the_event_that_it_says(String name, Map<String, Object> attributes, String event) {
        Span span = new Span(TRACE, SPAN, START, END, false, attributes, RESOURCE);
        for (Reading reading : inBoth(span)) {
            assertThat(reading.faults()).isEmpty();
            assertThat(Told.events(reading)).containsExactly(event);
        }
    }

    static Stream<Arguments> spans() {
        return Stream.of(
                arguments(
                        "the conventions of today: input includes cached, output includes reasoning",
                        map("gen_ai.operation.name", "chat", "gen_ai.provider.name", "openai")
                                .with("gen_ai.request.model", "gpt-5", "gen_ai.response.model", "gpt-5-2025-08-07")
                                .with("gen_ai.usage.input_tokens", 1000L, "gen_ai.usage.output_tokens", 300L)
                                .with("gen_ai.usage.cache_read.input_tokens", 700L)
                                .with("gen_ai.usage.cache_creation.input_tokens", 100L)
                                .with("gen_ai.usage.reasoning.output_tokens", 250L)
                                .with("gen_ai.conversation.id", "conv_5j66", "user.id", "ann")
                                .with("openai.response.service_tier", "flex", "gen_ai.request.stream", true),
                        AT + "model=gpt-5-2025-08-07 provider=openai " + PROD
                                + "user=ann session=conv_5j66 service_tier=FLEX input_tokens=200 output_tokens=300"
                                + " cache_read_tokens=700 cache_write_5m_tokens=100 reasoning_tokens=250" + LATENCY),
                arguments(
                        "the older names, as of 1.26",
                        map("gen_ai.system", "anthropic", "gen_ai.request.model", "claude-sonnet-4-5")
                                .with("gen_ai.usage.prompt_tokens", 50L, "gen_ai.usage.completion_tokens", 7L),
                        AT + "model=claude-sonnet-4-5 provider=anthropic " + PROD + "input_tokens=50 output_tokens=7"
                                + LATENCY),
                arguments(
                        "OpenLLMetry",
                        map("gen_ai.system", "Anthropic", "llm.request.type", "completion")
                                .with("gen_ai.response.model", "m", "gen_ai.usage.prompt_tokens", 50L)
                                .with("gen_ai.usage.cache_read_input_tokens", 30L)
                                .with("gen_ai.usage.cache_creation_input_tokens", 5L)
                                .with("gen_ai.usage.completion_tokens", 9L, "gen_ai.usage.reasoning_tokens", 4L)
                                .with("llm.usage.total_tokens", 59L),
                        AT + "model=m provider=anthropic " + PROD
                                + "operation=text_completion input_tokens=15 output_tokens=9 cache_read_tokens=30"
                                + " cache_write_5m_tokens=5 reasoning_tokens=4" + LATENCY),
                arguments(
                        "OpenInference, with audio",
                        map("openinference.span.kind", "LLM", "llm.model_name", "gpt-4o-audio-preview")
                                .with("llm.provider", "openai", "session.id", "s")
                                .with("llm.token_count.prompt", 50L, "llm.token_count.completion", 30L)
                                .with("llm.token_count.prompt_details.cache_read", 20L)
                                .with("llm.token_count.prompt_details.audio", 10L)
                                .with("llm.token_count.completion_details.audio", 25L),
                        AT + "model=gpt-4o-audio-preview provider=openai " + PROD
                                + "session=s input_tokens=20 output_tokens=5 cache_read_tokens=20"
                                + " audio_input_tokens=10 audio_output_tokens=25" + LATENCY),
                arguments(
                        "counts of languages without whole numbers",
                        map("gen_ai.operation.name", "embeddings", "gen_ai.request.model", "e")
                                .with("gen_ai.usage.input_tokens", 12.0),
                        AT + "model=e " + PROD + "operation=embeddings input_tokens=12" + LATENCY),
                arguments(
                        "attribution of its own",
                        map("gen_ai.operation.name", "chat", "gen_ai.request.model", "m")
                                .with("gen_ai.usage.input_tokens", 1L, "spendstream.tenant", "acme")
                                .with("spendstream.feature", "mail", "spendstream.team", "t")
                                .with("spendstream.attempt", 2L, "spendstream.tag.region", "eu")
                                .with("spendstream.model", "mine", "spendstream.unknown", "x"),
                        "id=otel:" + TRACE + ":" + SPAN
                                + " time=2025-11-21T10:15:31.250Z tenant=acme feature=mail model=mine team=t " + PROD
                                + "input_tokens=1 attempt=2" + LATENCY + " tags={region=eu}"),
                arguments(
                        "a call that failed before it used anything",
                        map("gen_ai.operation.name", "chat", "gen_ai.request.model", "m")
                                .with("error.type", "429"),
                        AT + "model=m " + PROD + "status=ERROR" + LATENCY));
    }

    @ParameterizedTest
    @MethodSource("noModelCalls")
    void what_is_no_call_of_a_model_is_ignored_also_where_it_has_the_sum_of_those_within(
            Map<String, Object> attributes) {
        for (Reading reading : inBoth(new Span(TRACE, SPAN, START, END, false, attributes, RESOURCE))) {
            assertThat(reading).isEqualTo(new Reading(List.of(), List.of(), 1));
        }
    }

    static Stream<Map<String, Object>> noModelCalls() {
        Attributes sum = map("gen_ai.usage.input_tokens", 5L, "gen_ai.request.model", "m");
        return Stream.of(
                map("http.request.method", "GET"),
                map(),
                sum.with("gen_ai.operation.name", "invoke_agent"),
                sum.with("gen_ai.operation.name", "execute_tool"),
                sum.with("gen_ai.operation.name", "invoke_workflow"),
                sum.with("openinference.span.kind", "AGENT"),
                sum.with("openinference.span.kind", "CHAIN"),
                sum.with("traceloop.span.kind", "workflow"));
    }

    @ParameterizedTest
    @MethodSource("faulty")
    void what_cannot_be_mapped_is_refused_with_the_reason(Span span, String fault, String detail) {
        for (Reading reading : inBoth(span)) {
            assertThat(reading.events()).isEmpty();
            assertThat(Told.faults(reading)).containsExactly(fault);
            assertThat(reading.faults().get(0).detail()).contains(detail);
        }
    }

    static Stream<Arguments> faulty() {
        Attributes good =
                map("gen_ai.operation.name", "chat", "gen_ai.request.model", "m", "gen_ai.usage.input_tokens", 10L);
        return Stream.of(
                faulty(good.without("gen_ai.request.model"), "model missing_field", "give the model"),
                faulty(good.without("gen_ai.usage.input_tokens"), "gen_ai.usage.input_tokens missing_field", "usage"),
                faulty(
                        good.with("gen_ai.usage.cache_read.input_tokens", 8L)
                                .with("gen_ai.usage.cache_creation.input_tokens", 3L),
                        "gen_ai.usage.input_tokens part_exceeds_whole",
                        "10 is less than its parts, 8 gen_ai.usage.cache_read.input_tokens and 3"
                                + " gen_ai.usage.cache_creation.input_tokens; it takes a count that includes them"),
                faulty(
                        good.with("gen_ai.usage.output_tokens", 1L, "gen_ai.usage.reasoning.output_tokens", 2L),
                        "gen_ai.usage.output_tokens part_exceeds_whole",
                        "1 is less than its parts"),
                faulty(good.with("gen_ai.usage.input_tokens", -1L), "gen_ai.usage.input_tokens negative_amount", "-1"),
                faulty(
                        good.with("gen_ai.usage.input_tokens", Long.MAX_VALUE),
                        "gen_ai.usage.input_tokens amount_too_large",
                        "9223372036854775807"),
                faulty(good.with("gen_ai.usage.input_tokens", 1.5), "gen_ai.usage.input_tokens not_whole", "1.5"),
                faulty(good.with("gen_ai.usage.input_tokens", 1e300), "gen_ai.usage.input_tokens not_whole", "E300"),
                faulty(good.with("gen_ai.usage.input_tokens", "10"), "gen_ai.usage.input_tokens wrong_type", "'10'"),
                faulty(good.with("spendstream.attempt", "often"), "spendstream.attempt bad_value", "'often'"),
                faulty(good.with("openai.response.service_tier", "x"), "openai.response.service_tier bad_value", "'x'"),
                arguments(new Span(TRACE, SPAN, 0, 0, false, good, RESOURCE), "0 time missing_field", "give the time"),
                arguments(
                        new Span(TRACE, SPAN, 0, -1, false, good, RESOURCE),
                        "0 endTimeUnixNano bad_time",
                        "18446744073709551615"),
                arguments(new Span("", SPAN, 0, END, false, good, RESOURCE), "0 traceId bad_value", "32"),
                arguments(
                        new Span("0".repeat(32), SPAN, 0, END, false, good, RESOURCE),
                        "0 traceId bad_value",
                        "not all 0"),
                arguments(new Span(TRACE, "ab", 0, END, false, good, RESOURCE), "0 spanId bad_value", "16"),
                arguments(new Span(TRACE, SPAN, 0, END, false, good, Map.of()), "0 feature missing_field", "give it"));
    }

    private static Arguments faulty(Map<String, Object> attributes, String fault, String detail) {
        return arguments(new Span(TRACE, SPAN, START, END, false, attributes, RESOURCE), "0 " + fault, detail);
    }

    @Test
    void a_batch_tells_of_each_span_by_its_place_and_each_has_its_own_resource() {
        // Given
        Attributes good = map("gen_ai.operation.name", "chat", "gen_ai.request.model", "m")
                .with("gen_ai.usage.input_tokens", 10L);
        List<Span> spans = List.of(
                new Span(TRACE, SPAN, START, END, false, Map.of(), Map.of("service.name", "a")),
                new Span(TRACE, SPAN, START, END, false, good, Map.of("service.name", "b")),
                new Span(TRACE, "00000000000000ff", START, END, true, good, Map.of("service.name", "c")),
                new Span(TRACE, SPAN, START, END, false, good.without("gen_ai.request.model"), RESOURCE));

        for (Reading reading : inBoth(spans)) {
            // Then
            assertThat(reading.ignored()).isEqualTo(1);
            assertThat(reading.events())
                    .extracting(event -> event.getFeature() + " " + event.getStatus())
                    .containsExactly("b SUCCESS", "c ERROR");
            assertThat(Told.faults(reading)).containsExactly("3 model missing_field");
        }
    }

    @Test
    void a_resource_counts_also_where_json_has_it_after_the_spans() {
        // Given
        String body = """
                {"resourceSpans": [{"scopeSpans": [{"spans": [{"attributes": [
                   {"key": "gen_ai.usage.input_tokens", "value": {"intValue": 7}},
                   {"key": "gen_ai.input.messages", "value": {"arrayValue": {"values": [{"stringValue": "hi"}]}}},
                   {"key": "gen_ai.request.model", "value": {"stringValue": "m"}}],
                  "spanId": "EEE19B7EC3C1B174", "traceId": "5B8EFFF798038103D269B633813FC60C",
                  "endTimeUnixNano": "1763720130000000000", "flags": 256, "unknown": {"x": [1]}}], "schemaUrl": "s"}],
                 "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "late"}}]}}],
                 "more": []}""";

        // When
        Reading reading = UsageFormats.OTLP_JSON.read(body.getBytes(StandardCharsets.UTF_8), CallDetails.NONE);

        // Then
        assertThat(Told.events(reading))
                .containsExactly("id=otel:" + TRACE + ":" + SPAN
                        + " time=2025-11-21T10:15:30Z feature=late model=m input_tokens=7");
    }

    @Test
    void what_the_caller_knows_goes_before_what_the_span_says() {
        CallDetails details = CallDetails.builder()
                .tenant("acme")
                .feature("given")
                .time(Instant.EPOCH.plusSeconds(7))
                .build();
        Span span = new Span(
                TRACE,
                SPAN,
                START,
                END,
                false,
                map("gen_ai.usage.input_tokens", 1L, "gen_ai.request.model", "m", "spendstream.tenant", "other"),
                Map.of());
        assertThat(Told.events(UsageFormats.OTLP_PROTOBUF.read(protobuf(List.of(span)), details)))
                .containsExactly("id=otel:" + TRACE + ":" + SPAN + " time=1970-01-01T00:00:07Z tenant=acme"
                        + " feature=given model=m input_tokens=1" + LATENCY);
    }

    // --- the two encodings ---

    static List<Reading> inBoth(Span span) {
        return inBoth(List.of(span));
    }

    static List<Reading> inBoth(List<Span> spans) {
        return List.of(
                UsageFormats.OTLP_JSON.read(json(spans).getBytes(StandardCharsets.UTF_8), CallDetails.NONE),
                UsageFormats.OTLP_PROTOBUF.read(protobuf(spans), CallDetails.NONE));
    }

    /** As the Collector writes it: 64-bit numbers as texts. */
    static String json(List<Span> spans) {
        return spans.stream()
                .map(span -> """
                        {"resource":{"attributes":[%s]},"scopeSpans":[{"scope":{"name":"s"},"spans":[{
                        "traceId":"%s","spanId":"%s","parentSpanId":"","name":"chat m","kind":3,
                        "startTimeUnixNano":"%s","endTimeUnixNano":"%s","attributes":[%s],
                        "status":{"code":%d}}]}]}""".formatted(
                                json(span.resource()),
                                span.traceId(),
                                span.spanId(),
                                Long.toUnsignedString(span.startNanos()),
                                Long.toUnsignedString(span.endNanos()),
                                json(span.attributes()),
                                span.failed() ? 2 : 0))
                .collect(Collectors.joining(",", "{\"resourceSpans\":[", "]}"));
    }

    private static String json(Map<String, Object> attributes) {
        return attributes.entrySet().stream()
                .map(entry -> "{\"key\":\"" + entry.getKey() + "\",\"value\":{" + json(entry.getValue()) + "}}")
                .collect(Collectors.joining(","));
    }

    private static String json(Object value) {
        if (value instanceof Long number) {
            return "\"intValue\":\"" + number + "\"";
        }
        if (value instanceof Double number) {
            return "\"doubleValue\":" + number;
        }
        return value instanceof Boolean truth ? "\"boolValue\":" + truth : "\"stringValue\":\"" + value + "\"";
    }

    static byte[] protobuf(List<Span> spans) {
        TracesData.Builder traces = TracesData.newBuilder();
        for (Span span : spans) {
            traces.addResourceSpans(ResourceSpans.newBuilder()
                    .setResource(Resource.newBuilder().addAllAttributes(protobuf(span.resource())))
                    .addScopeSpans(ScopeSpans.newBuilder()
                            .addSpans(io.opentelemetry.proto.trace.v1.Span.newBuilder()
                                    .setTraceId(bytes(span.traceId()))
                                    .setSpanId(bytes(span.spanId()))
                                    .setName("chat m")
                                    .setStartTimeUnixNano(span.startNanos())
                                    .setEndTimeUnixNano(span.endNanos())
                                    .addAllAttributes(protobuf(span.attributes()))
                                    .addAttributes(KeyValue.newBuilder()
                                            .setKey("gen_ai.request.stop_sequences")
                                            .setValue(AnyValue.newBuilder()
                                                    .setArrayValue(ArrayValue.getDefaultInstance())))
                                    .setStatus(Status.newBuilder()
                                            .setCode(
                                                    span.failed()
                                                            ? Status.StatusCode.STATUS_CODE_ERROR
                                                            : Status.StatusCode.STATUS_CODE_UNSET)))));
        }
        return traces.build().toByteArray();
    }

    private static com.google.protobuf.ByteString bytes(String hex) {
        return com.google.protobuf.ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    private static List<KeyValue> protobuf(Map<String, Object> attributes) {
        return attributes.entrySet().stream()
                .map(entry -> KeyValue.newBuilder()
                        .setKey(entry.getKey())
                        .setValue(protobuf(entry.getValue()))
                        .build())
                .toList();
    }

    private static AnyValue protobuf(Object value) {
        AnyValue.Builder any = AnyValue.newBuilder();
        if (value instanceof Long number) {
            any.setIntValue(number);
        } else if (value instanceof Double number) {
            any.setDoubleValue(number);
        } else if (value instanceof Boolean truth) {
            any.setBoolValue(truth);
        } else {
            any.setStringValue(value.toString());
        }
        return any.build();
    }

    static Attributes map(Object... namesAndValues) {
        return new Attributes().with(namesAndValues);
    }

    /** Attributes that rows of tables are made of: each change is a copy. */
    static final class Attributes extends LinkedHashMap<String, Object> {

        private static final long serialVersionUID = 1;

        Attributes with(Object... namesAndValues) {
            Attributes copy = copy();
            for (int i = 0; i < namesAndValues.length; i += 2) {
                copy.put((String) namesAndValues[i], namesAndValues[i + 1]);
            }
            return copy;
        }

        Attributes without(String name) {
            Attributes copy = copy();
            copy.remove(name);
            return copy;
        }

        private Attributes copy() {
            Attributes copy = new Attributes();
            copy.putAll(this);
            return copy;
        }
    }
}
