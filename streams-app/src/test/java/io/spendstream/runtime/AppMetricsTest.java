package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.spendstream.reconcile.Drift;
import io.spendstream.topic.Topics;
import io.spendstream.usage.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

class AppMetricsTest {

    private final FreshnessProbe probe = IdleGroup.probe();

    @Test
    void beforeAnythingIsKnownTheLagIsNoNumber() {
        assertThat(Measured.of(new Totals(), probe).text()).contains("\nspendstream_lag_seconds NaN\n");
        probe.probe();
        assertThat(Measured.of(new Totals(), probe).text()).containsPattern("\nspendstream_lag_seconds 0\\.\\d+\n");
    }

    @Test
    void whatWaitsForTheRegistryIsShown() {
        probe.waiting(0, 4, 1);
        probe.waiting(1, 3, 1);
        assertThat(Measured.of(new Totals(), probe).text()).contains("\nspendstream_waiting_records 7.0\n");
    }

    @Test
    void ofModelsWithoutAPriceAsManyAreToldApartAsThereMayBe() {
        // Given
        Totals totals = new Totals();
        Tally tally = new Tally();
        for (int i = 0; i < Totals.MODELS_MAX + 5; i++) {
            tally.unpriced("model-" + i);
            tally.unpriced("model-" + i);
        }

        // When
        totals.add(tally);

        // Then
        Measured measured = Measured.of(totals, probe, new UnpricedModels(totals));
        assertThat(measured.samples("spendstream_events_unpriced_total")).containsEntry("", "210.0");
        assertThat(measured.samples("spendstream_model_unpriced_total"))
                .hasSize(Totals.MODELS_MAX + 1)
                .containsEntry("{model=\"__other__\"}", "10.0");
    }

    @Test
    void aStoreIsSummedOverItsPartitionsAndGoneWhileItCannotBeAsked() {
        AtomicReference<Map<MetricName, Metric>> streams = new AtomicReference<>(AllMeters.streams());
        try (RocksDbMemory memory = new RocksDbMemory(1 << 20, 1 << 20);
                AppMetrics metrics = new AppMetrics(
                        new Totals(),
                        probe,
                        () -> 0,
                        Topics.withPrefix(""),
                        List.of(new StoreMeters(streams::get, memory)))) {
            assertThat(new Measured(metrics.prometheus()).samples("spendstream_store_bytes"))
                    .containsExactly(Map.entry("{store=\"cells\"}", "42.0"));

            streams.set(Map.of());
            assertThat(new Measured(metrics.prometheus()).samples("spendstream_store_bytes"))
                    .isEmpty();
        }
    }

    @Test
    void everyRefusedDefinitionIsCountedByItsTopic() {
        // Given
        Topics topics = Topics.withPrefix("staging.");
        try (AppMetrics metrics = new AppMetrics(new Totals(), probe, () -> 0, topics, List.of())) {
            // When
            metrics.refused(topics.prices().name(), "gpt-4o", "is none");
            metrics.refused(topics.budgets().name(), "", "has no key");
            metrics.refused(topics.budgets().name(), "daily", "is none");
            metrics.refused(topics.alertNotes().name(), "silence:a", "is none");
            metrics.refused(topics.reconciliations().name(), "", "has no key");
            metrics.refused(topics.budgetStatus().name(), "daily", "is none");

            // Then
            assertThat(metrics.prometheus())
                    .contains(
                            "\nspendstream_prices_refused_total 1.0\n",
                            "\nspendstream_budgets_refused_total 2.0\n",
                            "\nspendstream_notes_refused_total 1.0\n",
                            "\nspendstream_reconciliations_refused_total 1.0\n");
        }
    }

    @Test
    void memoryThatIsClosedIsNotAsked() {
        RocksDbMemory memory = new RocksDbMemory(1 << 20, 1 << 20);
        memory.close();
        memory.close();
        assertThat(memory.cacheBytes()).isZero();
        assertThat(memory.pinnedBytes()).isZero();
    }

    @Test
    void whatIsLeftToRestoreGoesDownToNothing() {
        // Given
        RestoreProgress restoring = new RestoreProgress(new BookRestored(Map.of()));
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        restoring.bindTo(registry);
        TopicPartition first = new TopicPartition("cells-changelog", 0);
        TopicPartition second = new TopicPartition("cells-changelog", 1);

        // When, Then
        restoring.onRestoreStart(first, "cells", 100, 1_100);
        restoring.onRestoreStart(second, "cells", 0, 50);
        assertThat(left(registry)).isEqualTo(1_050);
        assertThat(restoring.inWords()).isEqualTo("1050 records of 2 partitions of state are to be read back");
        restoring.onBatchRestored(first, "cells", 600, 400);
        assertThat(left(registry)).isEqualTo(550);
        restoring.onRestoreEnd(first, "cells", 900);
        restoring.onRestoreSuspended(second, "cells", 0);
        assertThat(left(registry)).isZero();
        assertThat(restoring.inWords()).isEmpty();
    }

    private static double left(SimpleMeterRegistry registry) {
        return registry.get("spendstream.restore.left.records").gauge().value();
    }

    @Test
    void methodsAndRoutesThatAreNotOursAreOneSeries() {
        HttpMeters http = new HttpMeters();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        http.bindTo(registry);

        http.answered("GET", "/v1/spend", 200, 2_000_000);
        for (int i = 0; i < 100; i++) {
            http.answered("METHOD-" + i, null, 404, 1);
        }

        assertThat(registry.get("spendstream.http.requests").timers()).hasSize(2);
        assertThat(registry.get("spendstream.http.requests")
                        .tags("method", "other", "route", "other", "status", "404")
                        .timer()
                        .count())
                .isEqualTo(100);
    }

    @Test
    void whatReconciliationsSayIsShownByModelAndGoesWithThem() {
        List<Drift> drifts = new ArrayList<>(List.of(
                drift("openai", "gpt-4o", 4_000_000_000L, 3_000_000_000L, 250_000_000L),
                drift(null, "o3", 0, 1_000_000_000L, 0)));
        Measured measured = Measured.of(new Totals(), probe, new ReconciliationMeters(() -> drifts));
        assertThat(measured.samples("spendstream_reconciliation_drift_ratio"))
                .containsExactly(Map.entry("{model=\"gpt-4o\",provider=\"openai\"}", "0.25"));
        assertThat(measured.samples("spendstream_reconciliation_unexplained_usd"))
                .containsOnly(
                        Map.entry("{model=\"gpt-4o\",provider=\"openai\"}", "0.75"),
                        Map.entry("{model=\"o3\",provider=\"\"}", "-1.0"));
        drifts.clear();
        assertThat(Measured.of(new Totals(), probe, new ReconciliationMeters(() -> drifts))
                        .text())
                .doesNotContain("gpt-4o");
    }

    static Drift drift(String provider, String model, long invoiced, long metered, long quantity) {
        return new Drift(provider, model, true, true, false, invoiced, metered, null, 1, 0, null, 0, quantity, 0, 0);
    }
}
