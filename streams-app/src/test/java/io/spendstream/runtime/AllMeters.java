package io.spendstream.runtime;

import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.Decision;
import io.spendstream.budget.Definitions;
import io.spendstream.query.FakeCells;
import io.spendstream.usage.Tally;
import io.spendstream.v1.BudgetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;

/** Every metric of the application, with something to show. */
final class AllMeters {

    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    private AllMeters() {}

    static Measured scrape() {
        Tally tally = new Tally();
        tally.unpriced("gpt-9");
        Totals totals = Measured.totals(tally);
        RestoreProgress restoring = new RestoreProgress(new BookRestored(Map.of()));
        HttpMeters http = new HttpMeters();
        BudgetDefinition budget = daily();
        try (RocksDbMemory memory = new RocksDbMemory(1 << 20, 1 << 20)) {
            Meters used = new Meters() {
                @Override
                public void bindTo(io.micrometer.core.instrument.MeterRegistry registry) {}

                @Override
                public void look() {
                    restoring.onRestoreStart(new TopicPartition("changelog", 0), "cells", 0, 10);
                    http.answered("GET", "/v1/spend", 200, 1);
                    http.decided(Decision.DENY);
                }
            };
            return Measured.of(
                    totals,
                    IdleGroup.probe(),
                    restoring,
                    new StoreMeters(AllMeters::streams, memory),
                    new AlertDelay(new BudgetBook(), () -> NOW),
                    http,
                    new UnpricedModels(totals),
                    new ReconciliationMeters(() -> List.of(AppMetricsTest.drift("openai", "gpt-4o", 4, 2, 0))),
                    new SpendMeters(
                            () -> List.of(new FakeCells(0).spend(NOW.toString(), Map.of("feature", "chat"), null, 1)),
                            10,
                            () -> NOW,
                            System::nanoTime,
                            Runnable::run),
                    new BudgetMeters(
                            () -> List.of(budget), b -> List.of(status(b, 1)), () -> scope -> true, 10, () -> NOW),
                    used);
        }
    }

    static BudgetDefinition daily() {
        return Definitions.of("{'id': 'daily', 'tenant': 'acme', 'limit': 1, 'period': 'day', 'thresholds': [],"
                + " 'group_by': ['feature']}");
    }

    /** Of the feature chat. */
    static BudgetStatus status(BudgetDefinition budget, long spent) {
        return BudgetStatus.newBuilder()
                .setBudget(budget.id())
                .setScope(budget.scopeId())
                .setGroup(Map.of("feature", "chat"))
                .setLimit(budget.limit())
                .setSpent(spent)
                .setFractionPpm(Math.multiplyExact(spent, 1_000_000L) / budget.limit())
                .setBurnRateNowPpm(1_500_000L)
                .setPeriodStart(NOW.minus(Duration.ofHours(12)))
                .setPeriodEnd(NOW.plus(Duration.ofHours(12)))
                .setMeasuredFrom(NOW)
                .setUpdatedAt(NOW)
                .setAsOf(NOW)
                .build();
    }

    /** As Kafka Streams has them, of one store in two partitions. */
    static Map<MetricName, Metric> streams() {
        Map<MetricName, Metric> metrics = new TreeMap<>((a, b) -> a.toString().compareTo(b.toString()));
        for (String task : List.of("1_0", "1_1")) {
            for (String name : List.of(
                    "total-sst-files-size",
                    "estimate-num-keys",
                    "size-all-mem-tables",
                    "estimate-table-readers-mem",
                    "estimate-pending-compaction-bytes",
                    "background-errors")) {
                add(metrics, "stream-state-metrics", name, task, 21L);
            }
            add(metrics, "stream-state-metrics", "put-rate", task, 5.0);
            add(metrics, "stream-task-metrics", "total-sst-files-size", task, 5L);
        }
        return metrics;
    }

    private static void add(Map<MetricName, Metric> metrics, String group, String name, String task, Object value) {
        MetricName full = new MetricName(name, group, "", Map.of("task-id", task, "rocksdb-state-id", "cells"));
        metrics.put(full, new Metric() {
            @Override
            public MetricName metricName() {
                return full;
            }

            @Override
            public Object metricValue() {
                return value;
            }
        });
    }
}
