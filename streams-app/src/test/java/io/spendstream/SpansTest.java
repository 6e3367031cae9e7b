package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.format.UsageFormats;
import io.spendstream.ingest.DecodeStage;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Spans on a topic, as the OpenTelemetry Collector's Kafka exporter writes them; their mapping is shown elsewhere. */
class SpansTest {

    private static final String TOPIC = "otlp_spans";
    private static final String GOOD = span("0000000000000001", "\"1000\"", "gpt-4o");

    private final Pipeline pipeline = Pipeline.reading(new MeterTopology.Spans(TOPIC, UsageFormats.OTLP_JSON));

    @AfterEach
    void stop() {
        pipeline.close();
    }

    @Test
    void a_span_is_counted_and_priced_once_however_often_it_comes() {
        // Given
        pipeline.price(Pipeline.gpt4o());

        // When
        pipe(batch(GOOD, "{\"name\": \"GET /\"}"));
        pipe(batch(GOOD));
        pipeline.settle();

        // Then: 1,000 tokens of input at 2.50 USD per million
        assertThat(pipeline.total(Measure.COST, Resolution.QUARTER_HOUR)).isEqualTo(2_500_000);
        assertThat(pipeline.tally)
                .containsEntry("received", 2L)
                .containsEntry("counted", 1L)
                .containsEntry("duplicates", 1L);
        assertThat(pipeline.records(pipeline.topics.usageRejected().name())).isEmpty();
    }

    @Test
    void a_batch_with_a_faulty_span_is_rejected_unchanged_and_its_other_spans_count() {
        // Given: one without a count, one whose model nobody could store
        byte[] batch = batch(
                        GOOD,
                        span("0000000000000002", "\"many\"", "gpt-4o"),
                        span("0000000000000003", "1", "m".repeat(300)))
                .getBytes(StandardCharsets.UTF_8);

        // When
        pipe(new String(batch, StandardCharsets.UTF_8));

        // Then
        pipeline.settle();
        assertThat(pipeline.tally).containsEntry("received", 1L).containsEntry("counted", 1L);
        List<TestRecord<byte[], byte[]>> rejected =
                pipeline.records(pipeline.topics.usageRejected().name());
        assertThat(rejected).hasSize(1);
        assertThat(rejected.get(0).value()).isEqualTo(batch);
        assertThat(header(rejected.get(0), DecodeStage.HEADER_REASON)).isEqualTo("wrong_type");
        assertThat(header(rejected.get(0), DecodeStage.HEADER_FIELD)).isEqualTo("gen_ai.usage.input_tokens");
        assertThat(header(rejected.get(0), DecodeStage.HEADER_TOPIC)).isEqualTo(TOPIC);
        assertThat(header(rejected.get(0), DecodeStage.HEADER_DETAIL))
                .contains("[1] gen_ai.usage.input_tokens: takes a whole number", "[2] model: 300 characters");
    }

    @Test
    void what_is_no_batch_of_spans_is_rejected() {
        // When
        pipe("nonsense");

        // Then
        assertThat(pipeline.records(pipeline.topics.usageRejected().name()))
                .singleElement()
                .satisfies(record ->
                        assertThat(header(record, DecodeStage.HEADER_REASON)).isEqualTo("invalid_body"));
    }

    @Test
    void a_record_without_a_value_is_rejected_too() {
        // When
        pipe((byte[]) null);

        // Then
        assertThat(pipeline.records(pipeline.topics.usageRejected().name()))
                .singleElement()
                .satisfies(record -> {
                    assertThat(header(record, DecodeStage.HEADER_REASON)).isEqualTo("invalid_body");
                    assertThat(header(record, DecodeStage.HEADER_DETAIL)).contains("has no value");
                });
    }

    private void pipe(String batch) {
        pipe(batch.getBytes(StandardCharsets.UTF_8));
    }

    private void pipe(byte[] batch) {
        pipeline.driver
                .createInputTopic(TOPIC, new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(null, batch, Pipeline.NOW));
    }

    private static String header(TestRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    private static String batch(String... spans) {
        return """
                {"resourceSpans": [{"resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "shop"}}]},
                 "scopeSpans": [{"spans": [%s]}]}]}""".formatted(String.join(",", spans));
    }

    private static String span(String id, String inputTokens, String model) {
        return """
                {"traceId": "5b8efff798038103d269b633813fc60c", "spanId": "%s", "endTimeUnixNano": "%d000000",
                 "attributes": [{"key": "gen_ai.operation.name", "value": {"stringValue": "chat"}},
                  {"key": "gen_ai.usage.input_tokens", "value": {"intValue": %s}},
                  {"key": "gen_ai.request.model", "value": {"stringValue": "%s"}}]}""".formatted(id, Pipeline.NOW.toEpochMilli(), inputTokens, model);
    }
}
