package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AppMetricsTest {

    private final FreshnessProbe probe = IdleGroup.probe();

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
