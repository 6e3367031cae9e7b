package io.spendstream.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Bodies that no provider sends: nothing throws, nothing is guessed, and each fault is told with its field and reason. */
class HostileBodiesTest {

    private static final CallDetails CHAT = CallDetails.builder()
            .feature("chat")
            .time(Instant.parse("2026-11-21T10:15:30Z"))
            .build();
    private static final UsageFormat A = UsageFormats.ANTHROPIC;
    private static final UsageFormat C = UsageFormats.OPENAI_CHAT;
    private static final UsageFormat R = UsageFormats.OPENAI_RESPONSES;
    private static final UsageFormat G = UsageFormats.GEMINI;
    private static final UsageFormat L = UsageFormats.LITELLM;

    @ParameterizedTest(name = "{index} {2}")
    @MethodSource({"anywhere", "counts", "overlaps", "missing"})
    void is_refused_with_field_and_reason(UsageFormat format, String body, List<String> faults) {
        // When
        Reading reading = format.read(body.getBytes(StandardCharsets.UTF_8), CHAT);

        // Then
        assertThat(Told.faults(reading)).isEqualTo(faults);
        assertThat(reading.faults())
                .allSatisfy(fault -> assertThat(fault.detail()).isNotBlank());
    }

    static Stream<Arguments> anywhere() {
        return Stream.of(
                row(A, "", "null null wrong_type"),
                row(A, "nonsense", "null null invalid_body"),
                row(A, "{\"id\": ", "null null invalid_body"),
                row(
                        A,
                        "{} {}",
                        "0 usage missing_field",
                        "0 id missing_field",
                        "0 model missing_field",
                        "null null invalid_body"),
                row(A, "7", "null null wrong_type"),
                row(A, "null", "null null wrong_type"),
                row(A, "[7]", "0 null wrong_type"),
                row(A, "[".repeat(1_000), "0 null wrong_type", "null null invalid_body"),
                row(A, "{\"usage\": " + "[".repeat(1_000), "null null invalid_body"),
                row(A, "{\"usage\": {\"a\": ".repeat(1_000), "null null invalid_body"),
                row(A, "{\"id\": \"a\", \"id\": \"b\"}", "null null duplicate_field"),
                row(
                        A,
                        "{\"id\": \"a\", \"usage\": {\"input_tokens\": 1, \"input_tokens\": 9}}",
                        "null null duplicate_field"),
                row(A, "{\"usage\": [" + "0,".repeat(60_000) + "0]}", "null null too_large"),
                row(
                        A,
                        "{\"id\": 7, \"model\": [], \"usage\": \"much\"}",
                        "0 id wrong_type",
                        "0 model wrong_type",
                        "0 usage wrong_type",
                        "0 id missing_field",
                        "0 model missing_field"),
                row(UsageFormats.OTLP_JSON, "", "null null wrong_type"),
                row(UsageFormats.OTLP_JSON, "[]", "null null wrong_type"),
                row(UsageFormats.OTLP_JSON, "{\"resourceSpans\": {}}", "null null wrong_type"),
                row(UsageFormats.OTLP_JSON, "{\"resourceSpans\": [7]}", "null null wrong_type"),
                row(UsageFormats.OTLP_JSON, "{\"resourceSpans\": [{\"scopeSpans\": [[]]}]}", "null null wrong_type"),
                row(UsageFormats.OTLP_JSON, "{\"resourceSpans\": [{\"scopeSpans\"", "null null invalid_body"),
                row(UsageFormats.OTLP_JSON, "{\"resourceSpans\": null}"),
                row(UsageFormats.OTLP_PROTOBUF, ""),
                row(UsageFormats.OTLP_PROTOBUF, "{\"resourceSpans\": []}", "null null invalid_body"),
                row(UsageFormats.OTLP_PROTOBUF, "\n\u0005abc", "null null invalid_body"));
    }

    static Stream<Arguments> counts() {
        return Stream.of(
                row(A, anthropic("\"input_tokens\": -1"), "0 usage.input_tokens negative_amount"),
                row(A, anthropic("\"input_tokens\": 1.5"), "0 usage.input_tokens not_whole"),
                row(A, anthropic("\"input_tokens\": 1e-999"), "0 usage.input_tokens not_whole"),
                row(A, anthropic("\"input_tokens\": 1e999999999"), "0 usage.input_tokens amount_too_large"),
                row(A, anthropic("\"input_tokens\": 9223372036854775808"), "0 usage.input_tokens amount_too_large"),
                row(A, anthropic("\"input_tokens\": 1000000001"), "0 usage.input_tokens amount_too_large"),
                row(A, anthropic("\"input_tokens\": \"12\""), "0 usage.input_tokens wrong_type"),
                row(A, anthropic("\"input_tokens\": true"), "0 usage.input_tokens wrong_type"),
                row(A, anthropic("\"input_tokens\": null"), "0 usage.input_tokens missing_field"),
                row(A, anthropic("\"input_tokens\": NaN"), "null null invalid_body"),
                row(A, anthropic("\"input_tokens\": 1, \"cache_creation\": 7"), "0 usage.cache_creation wrong_type"),
                row(
                        A,
                        anthropic("\"input_tokens\": 1, \"service_tier\": \"golden\""),
                        "0 usage.service_tier bad_value"),
                row(A, anthropic("\"input_tokens\": 1e3")),
                row(
                        C,
                        "{\"id\": \"c\", \"created\": -5, \"model\": \"m\", \"usage\": {\"prompt_tokens\": 1}}",
                        "0 created bad_time"),
                row(
                        C,
                        "{\"id\": \"c\", \"created\": 1e999999999, \"model\": \"m\", \"usage\": {\"prompt_tokens\":"
                                + " 1}}",
                        "0 created bad_time"),
                row(
                        G,
                        "{\"responseId\": \"g\", \"createTime\": \"yesterday\", \"modelVersion\": \"m\","
                                + " \"usageMetadata\": {\"promptTokenCount\": 1}}",
                        "0 createTime bad_time"),
                row(
                        G,
                        "{\"responseId\": \"g\", \"modelVersion\": \"m\", \"usageMetadata\": {\"promptTokenCount\":"
                                + " 1, \"promptTokensDetails\": [7, {\"modality\": \"AUDIO\", \"tokenCount\": -1}]}}",
                        "0 usageMetadata.promptTokensDetails wrong_type",
                        "0 usageMetadata.promptTokensDetails.1.tokenCount negative_amount"));
    }

    static Stream<Arguments> overlaps() {
        return Stream.of(
                row(
                        A,
                        anthropic("\"input_tokens\": 1, \"cache_creation_input_tokens\": 10, \"cache_creation\":"
                                + " {\"ephemeral_5m_input_tokens\": 6, \"ephemeral_1h_input_tokens\": 5}"),
                        "0 usage.cache_creation_input_tokens part_exceeds_whole"),
                row(
                        A,
                        anthropic("\"input_tokens\": 1, \"output_tokens_details\": {\"thinking_tokens\": 8}"),
                        "0 usage.output_tokens part_exceeds_whole"),
                row(
                        C,
                        "{\"id\": \"c\", \"model\": \"m\", \"usage\": {\"prompt_tokens\": 10,"
                                + " \"prompt_tokens_details\": {\"cached_tokens\": 11}}}",
                        "0 usage.prompt_tokens part_exceeds_whole"),
                row(
                        C,
                        "{\"id\": \"c\", \"model\": \"m\", \"usage\": {\"prompt_tokens\": 1, \"completion_tokens\":"
                                + " 5, \"total_tokens\": 6, \"completion_tokens_details\": {\"reasoning_tokens\": 6}}}",
                        "0 usage.completion_tokens part_exceeds_whole"),
                row(
                        R,
                        "{\"id\": \"r\", \"model\": \"m\", \"usage\": {\"input_tokens\": 10, \"output_tokens\": 5,"
                                + " \"input_tokens_details\": {\"cached_tokens\": 6, \"cache_write_tokens\": 5},"
                                + " \"output_tokens_details\": {\"reasoning_tokens\": 6}}}",
                        "0 usage.input_tokens part_exceeds_whole",
                        "0 usage.output_tokens part_exceeds_whole"),
                row(
                        G,
                        "{\"responseId\": \"g\", \"modelVersion\": \"m\", \"usageMetadata\": {\"promptTokenCount\":"
                                + " 10, \"cachedContentTokenCount\": 11}}",
                        "0 usageMetadata.promptTokenCount part_exceeds_whole"),
                row(
                        L,
                        "{\"id\": \"l\", \"model\": \"m\", \"prompt_tokens\": 10, \"metadata\": {\"usage_object\":"
                                + " {\"cache_read_input_tokens\": 11}}}",
                        "0 prompt_tokens part_exceeds_whole"));
    }

    static Stream<Arguments> missing() {
        return Stream.of(
                row(C, "{}", "0 usage missing_field", "0 id missing_field", "0 model missing_field"),
                row(
                        C,
                        "{\"error\": {\"message\": \"Rate limit reached\"}}",
                        "0 usage missing_field",
                        "0 id missing_field",
                        "0 model missing_field"),
                row(C, "{\"id\": \"\", \"model\": \"m\", \"usage\": {\"prompt_tokens\": 1}}", "0 id missing_field"),
                row(
                        R,
                        "{\"id\": \"r\", \"model\": \"m\", \"status\": \"in_progress\", \"usage\": null}",
                        "0 usage missing_field"),
                row(
                        G,
                        "{\"responseId\": \"g\", \"modelVersion\": \"m\", \"usageMetadata\": {}}",
                        "0 usageMetadata.promptTokenCount missing_field"),
                row(L, "{\"id\": \"l\", \"model\": \"m\"}", "0 prompt_tokens missing_field"));
    }

    @Test
    void what_only_the_caller_knows_is_asked_for() {
        // When
        Reading reading = A.read(
                "{\"usage\": {\"input_tokens\": 1, \"output_tokens\": 1}}".getBytes(StandardCharsets.UTF_8),
                CallDetails.NONE);

        // Then
        assertThat(reading.faults())
                .extracting(FormatFault::toString)
                .satisfiesExactly(
                        id -> assertThat(id)
                                .contains("id: is missing", "give one, a text that is unique per model call"),
                        time -> assertThat(time).contains("time: is missing", "give the time when it ended"),
                        feature -> assertThat(feature).contains("feature: is missing", "give it with the call"),
                        model -> assertThat(model).contains("model: is missing", "give the model"));
    }

    @Test
    void there_is_a_limit_on_everything() {
        String one = "{\"id\":\"a\",\"model\":\"m\",\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}";
        String many = "[" + (one + ",").repeat(UsageFormat.EVENTS_MAX) + one + "]";
        byte[] large = new byte[UsageFormat.BYTES_MAX + 1];
        Arrays.fill(large, (byte) ' ');

        assertThat(Told.faults(A.read(many.getBytes(StandardCharsets.UTF_8), CHAT)))
                .containsExactly("null null too_many_events");
        assertThat(A.read(("[" + "7,".repeat(1_000) + "7]").getBytes(StandardCharsets.UTF_8), CHAT)
                        .faults())
                .hasSize(Reading.FAULTS_MAX);
        assertThat(UsageFormats.all()).allSatisfy(format -> {
            assertThat(Told.faults(format.read(large, CHAT))).containsExactly("null null too_large");
            assertThat(format.read(null, CHAT).faults()).hasSize(1);
        });
    }

    @Test
    void ten_megabytes_of_content_are_passed_over() {
        // Given
        String body = "{\"id\":\"a\",\"model\":\"m\",\"content\":[" + "{\"x\":[1,2,3]},".repeat(700_000)
                + "0],\"usage\":{\"input_tokens\":1,\"output_tokens\":1}}";

        // When
        Reading reading = A.read(body.getBytes(StandardCharsets.UTF_8), CHAT);

        // Then
        assertThat(reading.faults()).isEmpty();
        assertThat(reading.events()).hasSize(1);
    }

    @Test
    void damaged_bodies_never_throw() {
        // Given
        Random random = new Random(20261122);
        List<Arguments> bodies = Stream.of(
                        UsageFormatsTest.anthropic(),
                        UsageFormatsTest.openAiChat(),
                        UsageFormatsTest.openAiResponses(),
                        UsageFormatsTest.gemini(),
                        UsageFormatsTest.liteLlm())
                .flatMap(rows -> rows)
                .toList();
        Span span = new Span(
                "5b8efff798038103d269b633813fc60c",
                "eee19b7ec3c1b174",
                1,
                2,
                false,
                SpanFormatsTest.map("gen_ai.usage.input_tokens", 5L, "gen_ai.request.model", "m"),
                SpanFormatsTest.map("service.name", "s"));

        for (int i = 0; i < 2_000; i++) {
            Arguments row = bodies.get(random.nextInt(bodies.size()));
            byte[] json = ((String) row.get()[3]).getBytes(StandardCharsets.UTF_8);
            check((UsageFormat) row.get()[1], damaged(json, random));
            check(UsageFormats.OTLP_PROTOBUF, damaged(SpanFormatsTest.protobuf(List.of(span)), random));
            check(
                    UsageFormats.OTLP_JSON,
                    damaged(SpanFormatsTest.json(List.of(span)).getBytes(StandardCharsets.UTF_8), random));
        }
    }

    private static void check(UsageFormat format, byte[] body) {
        assertThatCode(() -> format.read(body, CHAT))
                .as(() -> new String(body, StandardCharsets.UTF_8))
                .doesNotThrowAnyException();
    }

    private static byte[] damaged(byte[] body, Random random) {
        byte[] damaged = Arrays.copyOf(body, random.nextInt(4) == 0 ? random.nextInt(body.length) : body.length);
        String likely = "0123456789-.eE\"{}[],:ntf\\";
        for (int i = random.nextInt(4); i >= 0 && damaged.length > 0; i--) {
            damaged[random.nextInt(damaged.length)] = random.nextBoolean()
                    ? (byte) random.nextInt()
                    : (byte) likely.charAt(random.nextInt(likely.length()));
        }
        return damaged;
    }

    private static String anthropic(String usage) {
        return "{\"id\": \"a\", \"model\": \"m\", \"usage\": {\"output_tokens\": 5, " + usage + "}}";
    }

    private static Arguments row(UsageFormat format, String body, String... faults) {
        return arguments(format, body, List.of(faults));
    }
}
