package io.spendstream.budget;

import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.RequestLimits;
import io.spendstream.v1.TemporaryIncrease;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A budget in the form the rules work on. Amounts are in the unit of the measure: nano-USD for COST, else a count.
 *
 * @param scopeId what is counted, and in which periods: counters belong to it. A change of limit, thresholds or words
 *     keeps it; a change of what is counted makes a new one
 * @param tenant whose calls; null: those of all tenants
 * @param match field to patterns: each of the fields must be like one of its patterns
 * @param exclude field to patterns: none of the fields may be like one of its patterns
 * @param groupBy fields; each combination of their values has a counter of its own
 * @param limit of a period; 0 where only single calls are limited
 * @param thresholds lowest first
 * @param rolloverMax of what was unused before; 0 where nothing is added
 * @param temporaryIncrease null where there is none
 * @param perRequest null where single calls are not limited
 * @param burnRateMin burn-rate and forecast alerts are silent below this spend
 */
public record BudgetDefinition(
        String id,
        String scopeId,
        String description,
        String owner,
        String tenant,
        Map<String, List<String>> match,
        Map<String, List<String>> exclude,
        List<String> groupBy,
        BudgetMeasure measure,
        long limit,
        Period period,
        List<Threshold> thresholds,
        long rolloverMax,
        Increase temporaryIncrease,
        RequestCaps perRequest,
        long burnRateMin,
        boolean enabled) {

    /** Part of the limit below which burn rates are silent, where the budget does not say. */
    static final long BURN_RATE_MIN_PPM = 20_000;

    /** More for a while: {@code amount} until {@code until}, exclusive. */
    public record Increase(long amount, Instant until) {}

    /**
     * Limits of a single call.
     *
     * @param maxTokens input and maximal output together; null: any
     * @param maxCostNanoUsd estimated; null: any
     */
    public record RequestCaps(Long maxTokens, Long maxCostNanoUsd) {}

    /** @param budget one that {@link BudgetRules} has no fault with */
    public static BudgetDefinition of(Budget budget) {
        Map<String, List<String>> match = ordered(budget.getMatch());
        Map<String, List<String>> exclude = ordered(budget.getExclude());
        List<String> groupBy = List.copyOf(budget.getGroupBy());
        Period period = new Period(
                budget.getPeriod(),
                ZoneId.of(budget.getZone()),
                DayOfWeek.valueOf(budget.getWeekStart().name()),
                budget.getAnchorDay());
        long limit = budget.getLimit() == null ? 0 : budget.getLimit();
        return new BudgetDefinition(
                budget.getId(),
                ScopeIds.of(budget.getTenant(), match, exclude, groupBy, budget.getMeasure(), period),
                budget.getDescription(),
                budget.getOwner(),
                budget.getTenant(),
                match,
                exclude,
                groupBy,
                budget.getMeasure(),
                limit,
                period,
                thresholds(budget),
                budget.getRolloverMax() == null ? 0 : budget.getRolloverMax(),
                increase(budget.getTemporaryIncrease()),
                caps(budget.getPerRequest()),
                budget.getBurnRateMin() == null
                        ? Ratio.timesUp(limit, BURN_RATE_MIN_PPM, Ratio.PPM)
                        : budget.getBurnRateMin(),
                budget.getEnabled());
    }

    /** Whether it has counters: it is in force and limits more than single calls. */
    public boolean counts() {
        return enabled && limit > 0;
    }

    /** Whether the cost of a call matters to it. */
    public boolean limitsCost() {
        return (measure == BudgetMeasure.COST && limit > 0)
                || (perRequest != null && perRequest.maxCostNanoUsd() != null);
    }

    /**
     * The limit in force.
     *
     * @param time event time
     * @param rollover what {@link Rollover} says of the period before
     */
    public long limitAt(Instant time, long rollover) {
        boolean raised = temporaryIncrease != null && time.isBefore(temporaryIncrease.until());
        return Ratio.plus(Ratio.plus(limit, rollover), raised ? temporaryIncrease.amount() : 0);
    }

    /** Whether it limits what all calls of a tenant, and of no other, cost in a day. */
    boolean isDailyCostOf(String wanted) {
        return counts()
                && wanted.equals(tenant)
                && match.isEmpty()
                && exclude.isEmpty()
                && groupBy.isEmpty()
                && measure == BudgetMeasure.COST
                && period.kind() == BudgetPeriod.DAY;
    }

    public boolean isLifetime() {
        return period.kind() == BudgetPeriod.LIFETIME;
    }

    /** Values in an order of their own, so that the same scope is the same however it is written. */
    private static Map<String, List<String>> ordered(Map<String, List<String>> patterns) {
        Map<String, List<String>> ordered = new TreeMap<>();
        patterns.forEach((field, values) ->
                ordered.put(field, values.stream().distinct().sorted().toList()));
        return Collections.unmodifiableMap(ordered);
    }

    private static List<Threshold> thresholds(Budget budget) {
        List<Threshold> thresholds = new ArrayList<>();
        budget.getThresholds().forEach(t -> thresholds.add(new Threshold(t.getAtPpm(), t.getAction(), t.getModel())));
        thresholds.sort(Comparator.comparingLong(Threshold::atPpm));
        return List.copyOf(thresholds);
    }

    private static Increase increase(TemporaryIncrease increase) {
        return increase == null ? null : new Increase(increase.getAmount(), increase.getUntil());
    }

    private static RequestCaps caps(RequestLimits limits) {
        return limits == null ? null : new RequestCaps(limits.getMaxTokens(), limits.getMaxCostNanoUsd());
    }
}
