package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.topic.Topics;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetPeriod;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MeterTopologyTest {

    private final Pipeline pipeline = new Pipeline();

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void anEventIsPricedAndCountedOnceHoweverOftenItComes() {
        // Given
        pipeline.price(Pipeline.gpt4o());

        // When
        pipeline.publish(Pipeline.event("a").build());
        pipeline.publish(Pipeline.event("a").build());
        pipeline.publish(Pipeline.event("b").build());
        pipeline.settle();

        // Then
        assertThat(pipeline.total(Measure.REQUESTS, Resolution.DAY)).isEqualTo(2);
        assertThat(pipeline.total(Measure.COST, Resolution.DAY)).isEqualTo(2 * 3_500_000);
        assertThat(pipeline.total(Measure.COST, Resolution.QUARTER_HOUR)).isEqualTo(2 * 3_500_000);
        assertThat(pipeline.tally)
                .containsEntry("received", 3L)
                .containsEntry("counted", 2L)
                .containsEntry("duplicates", 1L)
                // Each was committed by itself, as a sum of its cell and one of its user.
                .containsEntry("deltas", 4L);
        assertThat(pipeline.priced()).hasSize(2);
        assertThat(pipeline.rollups()).hasSize(1);
    }

    @Test
    void whatHasNoPriceIsTalliedByItsModel() {
        pipeline.publish(Pipeline.event("a").setModel("new").build());
        pipeline.publish(Pipeline.event("b").setModel("new").build());
        pipeline.publish(Pipeline.event("c").setModel("newer").build());
        pipeline.settle();

        assertThat(pipeline.tally)
                .containsEntry("unpriced", 3L)
                .containsEntry("unpriced.new", 2L)
                .containsEntry("unpriced.newer", 1L);
    }

    @Test
    void aRecordTooLargeToBePassedOnIsRejectedWithItsBeginning() {
        // Given
        byte[] key = "a".getBytes(StandardCharsets.UTF_8);
        byte[] value = new byte[Topics.RECORD_BYTES_MAX];
        value[0] = 7;

        // When
        pipeline.publishRaw(key, value);
        pipeline.publishRaw(key, Arrays.copyOf(value, value.length - 1));

        // Then
        List<TestRecord<byte[], byte[]>> rejected =
                pipeline.records(pipeline.topics.usageRejected().name());
        assertThat(rejected).hasSize(2);
        assertThat(rejected.get(0).value()).isEqualTo(Arrays.copyOf(value, 64 << 10));
        assertThat(rejected.get(0).key()).isEqualTo(key);
        assertThat(rejected.get(1).value()).hasSize(value.length - 1);
        assertThat(pipeline.tally)
                .containsEntry("rejected.record_too_large", 1L)
                .containsEntry("rejected.wire_format", 1L);
    }

    @Test
    void aRejectedRecordKeepsItsHeadersBesideThoseThatSayWhy() {
        // Given
        RecordHeaders headers = new RecordHeaders();
        headers.add("traceparent", new byte[] {1}).add("spendstream.reason", new byte[] {2});

        // When
        pipeline.publishRaw(new byte[] {1}, new byte[] {7}, headers);

        // Then
        Headers rejected =
                pipeline.records(pipeline.topics.usageRejected().name()).get(0).headers();
        assertThat(rejected.lastHeader("traceparent").value()).containsExactly(1);
        assertThat(rejected.headers("spendstream.reason"))
                .extracting(header -> new String(header.value(), StandardCharsets.UTF_8))
                .containsExactly("wire_format");
    }

    @Test
    void anEventWithoutAPriceIsCountedAndPricedWhenThePriceArrives() {
        // Given
        pipeline.publish(Pipeline.event("a").build());
        assertThat(pipeline.total(Measure.UNPRICED_REQUESTS, Resolution.DAY)).isEqualTo(1);
        assertThat(pipeline.total(Measure.INPUT_TOKENS, Resolution.DAY)).isEqualTo(1_000);
        assertThat(pipeline.total(Measure.COST, Resolution.DAY)).isZero();

        // When
        pipeline.price(Pipeline.gpt4o());
        pipeline.settle();

        // Then
        assertThat(pipeline.total(Measure.UNPRICED_REQUESTS, Resolution.DAY)).isZero();
        assertThat(pipeline.total(Measure.REQUESTS, Resolution.DAY)).isEqualTo(1);
        assertThat(pipeline.total(Measure.INPUT_TOKENS, Resolution.DAY)).isEqualTo(1_000);
        assertThat(pipeline.total(Measure.COST, Resolution.DAY)).isEqualTo(3_500_000);
        assertThat(pipeline.priced()).extracting("correction").containsExactly(false, true);
        assertThat(pipeline.records(pipeline.topics.usageUnpriced().name())).hasSize(1);
    }

    @Test
    void whatTasksDoNowAndThenTheyDoAtTheSameMoments() {
        // Given: a task that began at 0.3 s, not at a half or a whole second
        try (Pipeline late = Pipeline.startingAt(Pipeline.NOW.plusMillis(300))) {
            late.publish(Pipeline.event("a").build());
            late.price(Pipeline.gpt4o());
            late.define(
                    Budget.newBuilder()
                            .setId("daily")
                            .setLimit(1L)
                            .setPeriod(BudgetPeriod.DAY)
                            .build(),
                    Pipeline.NOW);

            // When, Then: prices are looked for at the half second, statuses published at the whole one
            late.driver.advanceWallClockTime(Duration.ofMillis(199));
            assertThat(late.tally.get("repriced")).isZero();
            late.driver.advanceWallClockTime(Duration.ofMillis(1));
            assertThat(late.tally.get("repriced")).isOne();
            late.driver.advanceWallClockTime(Duration.ofMillis(499));
            assertThat(late.statuses()).isEmpty();
            late.driver.advanceWallClockTime(Duration.ofMillis(1));
            assertThat(late.statuses()).hasSize(1);
        }
    }
}
