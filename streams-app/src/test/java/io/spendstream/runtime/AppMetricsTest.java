package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class AppMetricsTest {

    private final FreshnessProbe probe = new FreshnessProbe(new Idle(), Set::of, System::currentTimeMillis);

    /** Brokers without partitions: there is nothing to wait for. */
    private static final class Idle implements GroupView {
        @Override
        public Map<TopicPartition, Long> eventEnds() {
            return Map.of();
        }

        @Override
        public Map<TopicPartition, Long> deltaEnds() {
            return Map.of();
        }

        @Override
        public Map<TopicPartition, Long> committed() {
            return Map.of();
        }

        @Override
        public long nextRecord(TopicPartition partition, long offset) {
            return offset;
        }
    }

    @Test
    void beforeAnythingIsKnownTheLagIsNoNumber() {
        try (AppMetrics metrics = new AppMetrics(new Totals(), probe, () -> 0, "budgets")) {
            assertThat(metrics.prometheus()).contains("\nspendstream_lag_seconds NaN\n");
            probe.probe();
            assertThat(metrics.prometheus()).containsPattern("\nspendstream_lag_seconds 0\\.\\d+\n");
        }
    }

    @Test
    void whatWaitsForTheRegistryIsShown() {
        try (AppMetrics metrics = new AppMetrics(new Totals(), probe, () -> 0, "budgets")) {
            probe.waiting(0, 4, 1);
            probe.waiting(1, 3, 1);
            assertThat(metrics.prometheus()).contains("\nspendstream_waiting_records 7.0\n");
        }
    }
}
