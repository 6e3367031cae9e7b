package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.Definitions;
import io.spendstream.query.FakeCells;
import io.spendstream.rollup.CellReader;
import io.spendstream.rollup.CellVisitor;
import io.spendstream.rollup.UserVisitor;
import io.spendstream.topic.Topics;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetStatus;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spend and budgets in the metrics: of today, of one's own, and only so many. */
class SpendMetersTest {

    private static final Instant NOW = AllMeters.NOW;
    private static final long USD = 1_000_000_000;

    private final List<CellReader> cube = new ArrayList<>();
    private final AtomicLong nanos = new AtomicLong();
    private final AtomicReference<Instant> clock = new AtomicReference<>(NOW);
    private Executor reader = Runnable::run;

    private SpendMeters spend(int seriesMax) {
        return new SpendMeters(() -> cube, seriesMax, clock::get, nanos::get, reader);
    }

    private static Map<String, String> feature(String tenant, String feature, String model) {
        return Map.of("tenant", tenant, "feature", feature, "model", model);
    }

    @Test
    void spendOfTodayIsSummedOverCellsAndPartitions() {
        cube.add(new FakeCells(0)
                .spend("2026-11-21T00:00:00Z", feature("acme", "chat", "a"), null, USD)
                .spend("2026-11-21T11:59:00Z", feature("acme", "chat", "b"), null, 2 * USD)
                .spend("2026-11-20T23:59:59Z", feature("acme", "chat", "a"), null, 100 * USD));
        cube.add(new FakeCells(1)
                .spend("2026-11-21T01:00:00Z", feature("acme", "search", "a"), null, 500_000_000)
                .spend("2026-11-21T01:00:00Z", feature("other", "chat", "a"), null, 1));

        assertThat(Measured.of(spend(10)).samples("spendstream_spend_today_usd"))
                .containsOnly(
                        Map.entry("{feature=\"chat\",tenant=\"acme\"}", "3.0"),
                        Map.entry("{feature=\"search\",tenant=\"acme\"}", "0.5"),
                        Map.entry("{feature=\"chat\",tenant=\"other\"}", "1.0E-9"));
    }

    @Test
    void thoseThatSpendLeastShareASeriesAndAreCounted() {
        FakeCells cells = new FakeCells(0);
        for (int i = 1; i <= 5; i++) {
            cells.spend("2026-11-21T01:00:00Z", feature("acme", "f" + i, "a"), null, i * USD);
        }
        cube.add(cells);

        Measured measured = Measured.of(spend(2));
        assertThat(measured.samples("spendstream_spend_today_usd"))
                .containsOnly(
                        Map.entry("{feature=\"f5\",tenant=\"acme\"}", "5.0"),
                        Map.entry("{feature=\"f4\",tenant=\"acme\"}", "4.0"),
                        Map.entry("{feature=\"__other__\",tenant=\"__other__\"}", "6.0"));
        assertThat(measured.samples("spendstream_spend_series_left_out")).containsEntry("", "3.0");
    }

    @Test
    void aPartitionThatMovesAwayIsLeftToWhoHasItNext() {
        cube.add(new Closed());
        cube.add(new FakeCells(1).spend("2026-11-21T01:00:00Z", feature("acme", "chat", "a"), null, USD));

        assertThat(Measured.of(spend(10)).samples("spendstream_spend_today_usd"))
                .containsOnly(Map.entry("{feature=\"chat\",tenant=\"acme\"}", "1.0"));
    }

    @Test
    void theCubeIsReadOnceInFiveSecondsHoweverOftenItIsScraped() {
        FakeCells cells = new FakeCells(0).spend("2026-11-21T01:00:00Z", feature("acme", "chat", "a"), null, USD);
        cube.add(cells);
        try (AppMetrics metrics =
                new AppMetrics(new Totals(), IdleGroup.probe(), () -> 0, Topics.withPrefix(""), List.of(spend(10)))) {
            metrics.prometheus();
            cells.spend("2026-11-21T02:00:00Z", feature("acme", "chat", "a"), null, USD);
            nanos.set(4_999_999_999L);
            assertThat(chat(metrics)).isEqualTo("1.0");
            nanos.set(5_000_000_000L);
            assertThat(chat(metrics)).isEqualTo("2.0");
        }
    }

    @Test
    void aScrapeDoesNotWaitForALargeCubeAndShowsWhatWasReadBefore() {
        Deque<Runnable> toRead = new ArrayDeque<>();
        reader = toRead::add;
        FakeCells cells = new FakeCells(0).spend("2026-11-21T01:00:00Z", feature("acme", "chat", "a"), null, USD);
        cube.add(cells);
        try (AppMetrics metrics =
                new AppMetrics(new Totals(), IdleGroup.probe(), () -> 0, Topics.withPrefix(""), List.of(spend(10)))) {
            // When nothing is read yet
            assertThat(chat(metrics)).isNull();
            assertThat(chat(metrics)).isNull();
            // It is read once at a time
            assertThat(toRead).hasSize(1);
            toRead.remove().run();
            assertThat(chat(metrics)).isEqualTo("1.0");

            // When it is read again
            cells.spend("2026-11-21T02:00:00Z", feature("acme", "chat", "a"), null, USD);
            nanos.set(5_000_000_000L);
            assertThat(chat(metrics)).isEqualTo("1.0");
            toRead.remove().run();
            assertThat(chat(metrics)).isEqualTo("2.0");

            // When a partition moves away, nobody waits for the next reading
            cube.clear();
            assertThat(chat(metrics)).isNull();
            cube.add(cells);

            // When the day turns
            clock.set(Instant.parse("2026-11-22T00:00:00Z"));
            assertThat(chat(metrics)).isNull();
            toRead.remove().run();
            assertThat(chat(metrics)).isNull();
        }
    }

    @Test
    void whatTookLongToReadIsReadSeldom() {
        FakeCells cells = new FakeCells(1).spend("2026-11-21T01:00:00Z", feature("acme", "chat", "a"), null, USD);
        cube.add(cells);
        cube.add(new Closed() {
            @Override
            public void cells(
                    Resolution resolution,
                    long fromBucket,
                    long toBucket,
                    Set<String> tenants,
                    Set<String> features,
                    CellVisitor visitor) {
                nanos.addAndGet(1_000_000_000L);
            }
        });
        try (AppMetrics metrics =
                new AppMetrics(new Totals(), IdleGroup.probe(), () -> 0, Topics.withPrefix(""), List.of(spend(10)))) {
            assertThat(chat(metrics)).isEqualTo("1.0");
            cells.spend("2026-11-21T02:00:00Z", feature("acme", "chat", "a"), null, USD);
            nanos.set(20_000_000_000L - 1);
            assertThat(chat(metrics)).isEqualTo("1.0");
            nanos.set(20_000_000_000L);
            assertThat(chat(metrics)).isEqualTo("2.0");
        }
    }

    private static String chat(AppMetrics metrics) {
        return new Measured(metrics.prometheus())
                .samples("spendstream_spend_today_usd")
                .get("{feature=\"chat\",tenant=\"acme\"}");
    }

    @Test
    void aCounterIsShownInTheUnitOfItsMeasure() {
        BudgetDefinition cost = AllMeters.daily();
        BudgetDefinition requests = Definitions.of(
                "{'id': 'calls', 'limit': 10, 'measure': 'requests', 'period': 'day', 'thresholds': []}");
        Measured measured = Measured.of(new BudgetMeters(
                () -> List.of(cost, requests),
                budget -> List.of(
                        budget == cost
                                ? AllMeters.status(cost, USD / 4)
                                : BudgetStatus.newBuilder(AllMeters.status(requests, 4))
                                        .setMeasure(BudgetMeasure.REQUESTS)
                                        .setGroup(Map.of())
                                        .setBurnRateNowPpm(null)
                                        .build()),
                () -> scope -> true,
                10,
                () -> NOW));

        String ofCost = "{budget=\"daily\",group=\"feature=chat\",measure=\"cost\",tenant=\"acme\"}";
        String ofRequests = "{budget=\"calls\",group=\"\",measure=\"requests\",tenant=\"\"}";
        assertThat(measured.samples("spendstream_budget_spent"))
                .containsOnly(Map.entry(ofCost, "0.25"), Map.entry(ofRequests, "4.0"));
        assertThat(measured.samples("spendstream_budget_limit"))
                .containsOnly(Map.entry(ofCost, "1.0"), Map.entry(ofRequests, "10.0"));
        assertThat(measured.samples("spendstream_budget_fraction"))
                .containsOnly(Map.entry(ofCost, "0.25"), Map.entry(ofRequests, "0.4"));
        assertThat(measured.samples("spendstream_budget_burn_rate")).containsOnly(Map.entry(ofCost, "1.5"));
    }

    @Test
    void onlyWhatAnInstanceOwnsOfPeriodsUnderWayIsShownNearestToTheLimitFirst() {
        BudgetDefinition own = AllMeters.daily();
        BudgetDefinition ofAnother = Definitions.of(
                "{'id': 'other', 'limit': 1, 'period': 'week', 'thresholds': [], 'group_by': ['feature']}");
        BudgetStatus over = BudgetStatus.newBuilder(AllMeters.status(own, USD))
                .setGroup(Map.of("feature", "of-yesterday"))
                .setPeriodEnd(NOW)
                .build();
        BudgetStatus nearest = BudgetStatus.newBuilder(AllMeters.status(own, USD / 2))
                .setGroup(Map.of("feature", "nearest"))
                .build();
        Measured measured = Measured.of(new BudgetMeters(
                () -> List.of(own, ofAnother),
                budget -> List.of(AllMeters.status(budget, 1), over, nearest),
                () -> scope -> scope.equals(own.scopeId()),
                1,
                () -> NOW));

        assertThat(measured.samples("spendstream_budget_spent"))
                .containsOnlyKeys("{budget=\"daily\",group=\"feature=nearest\",measure=\"cost\",tenant=\"acme\"}");
        assertThat(measured.samples("spendstream_budget_counters_left_out")).containsEntry("", "1.0");
    }

    @ParameterizedTest(name = "security {0}, /metrics open {1}, metrics.spend {2}: {3}")
    @CsvSource({
        "on, false, guarded, true",
        "on, true, guarded, false",
        "on, true, always, true",
        "on, false, never, false",
        "off, false, guarded, true",
        "off, true, never, false",
    })
    void spendIsShownToNobodyWhoCouldNotAskForIt(String security, String open, String spend, boolean shown) {
        assertThat(AppConfig.of(Map.of(
                                "security.mode", security,
                                "security.metrics.open", open,
                                "metrics.spend", spend))
                        .isSpendInMetrics())
                .isEqualTo(shown);
    }

    /** A partition whose store is closed. */
    private static class Closed implements CellReader {

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public void cells(
                Resolution resolution,
                long fromBucket,
                long toBucket,
                Set<String> tenants,
                Set<String> features,
                CellVisitor visitor) {
            new FakeCells(0)
                    .spend("2026-11-21T01:00:00Z", feature("acme", "half-read", "a"), null, USD)
                    .cells(resolution, fromBucket, toBucket, tenants, features, visitor);
            throw new IllegalStateException("the store is closed");
        }

        @Override
        public void users(long fromDay, long toDay, Set<String> tenants, UserVisitor visitor) {
            throw new IllegalStateException("the store is closed");
        }
    }
}
