package io.spendstream.runtime;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetStatus;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * Where the counters of budgets stand whose scopes this instance owns, each on one instance. Read off the statuses that it
 * shows, when it is scraped.
 */
final class BudgetMeters implements Meters {

    private static final double PPM = 1e6;
    private static final double NANO = 1e9;

    /** The scopes whose counters an instance has at a moment. */
    @FunctionalInterface
    interface Owned {
        boolean has(String scope);
    }

    private final Supplier<? extends Collection<BudgetDefinition>> budgets;
    private final Function<BudgetDefinition, List<BudgetStatus>> statuses;
    private final Supplier<Owned> owned;
    private final int countersMax;
    private final InstantSource clock;
    private MultiGauge spent;
    private MultiGauge limit;
    private MultiGauge fraction;
    private MultiGauge burnRate;
    private int leftOut;

    /**
     * @param statuses the last of each group of a budget
     * @param owned what this instance owns now
     */
    BudgetMeters(
            Supplier<? extends Collection<BudgetDefinition>> budgets,
            Function<BudgetDefinition, List<BudgetStatus>> statuses,
            Supplier<Owned> owned,
            int countersMax,
            InstantSource clock) {
        this.budgets = budgets;
        this.statuses = statuses;
        this.owned = owned;
        this.countersMax = countersMax;
        this.clock = clock;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        spent = gauge(registry, "spent", "Counted in the present period, in USD where the measure is cost.");
        limit = gauge(registry, "limit", "The limit in force, in USD where the measure is cost.");
        fraction = gauge(registry, "fraction", "Spent of the limit; 1 is all of it.");
        burnRate = gauge(registry, "burn.rate", "Spend of the last hour to that of an even pace; 1 is the even pace.");
        Gauge.builder("spendstream.budget.counters.left.out", this, meters -> meters.leftOut)
                .description("Counters that are not shown, as there are more than metrics.budgets.series.max.")
                .register(registry);
    }

    private static MultiGauge gauge(MeterRegistry registry, String name, String meaning) {
        return MultiGauge.builder("spendstream.budget." + name)
                .description(meaning)
                .register(registry);
    }

    /** A counter and what is shown of it. */
    private record Shown(BudgetDefinition budget, BudgetStatus status) {

        Tags tags() {
            return Tags.of(
                    "budget",
                    budget.id(),
                    "tenant",
                    budget.tenant() == null ? "" : budget.tenant(),
                    "group",
                    group(),
                    "measure",
                    status.getMeasure().name().toLowerCase(Locale.ROOT));
        }

        private String group() {
            return budget.groupBy().stream()
                    .map(field -> field + "="
                            + (status.getGroup().get(field) == null
                                    ? ""
                                    : status.getGroup().get(field)))
                    .collect(Collectors.joining(","));
        }

        double amount(long value) {
            return status.getMeasure() == BudgetMeasure.COST ? value / NANO : value;
        }
    }

    @Override
    public void look() {
        List<Shown> counters = new ArrayList<>();
        Instant now = clock.instant();
        Owned own = owned.get();
        for (BudgetDefinition budget : budgets.get()) {
            if (budget.counts() && own.has(budget.scopeId())) {
                for (BudgetStatus status : statuses.apply(budget)) {
                    if (status.getPeriodEnd() == null || status.getPeriodEnd().isAfter(now)) {
                        counters.add(new Shown(budget, status));
                    }
                }
            }
        }
        // Those nearest to their limit are what somebody looks for.
        counters.sort(Comparator.<Shown>comparingLong(shown -> -shown.status.getFractionPpm())
                .thenComparing(shown -> shown.budget.id()));
        List<Shown> kept = counters.subList(0, Math.min(countersMax, counters.size()));
        leftOut = counters.size() - kept.size();
        show(spent, kept, shown -> shown.amount(shown.status.getSpent()));
        show(limit, kept, shown -> shown.amount(shown.status.getLimit()));
        show(fraction, kept, shown -> shown.status.getFractionPpm() / PPM);
        show(
                burnRate,
                kept,
                shown -> shown.status.getBurnRateNowPpm() == null ? null : shown.status.getBurnRateNowPpm() / PPM);
    }

    private static void show(MultiGauge gauge, List<Shown> counters, Function<Shown, Double> value) {
        List<MultiGauge.Row<?>> rows = new ArrayList<>();
        for (Shown counter : counters) {
            Double shown = value.apply(counter);
            if (shown != null) {
                rows.add(MultiGauge.Row.of(counter.tags(), shown));
            }
        }
        gauge.register(rows, true);
    }
}
