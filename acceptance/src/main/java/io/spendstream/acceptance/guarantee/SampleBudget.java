package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Scene;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetThreshold;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * A budget that is spent during a trial, so small that its thresholds, up to ten times the limit, are passed all the
 * time.
 *
 * @param dimension each value of it has a counter of its own
 * @param measure of {@code GET /v1/spend}: cost_usd or requests
 * @param limit in USD, or a count
 */
record SampleBudget(String id, String dimension, String measure, long limit) {

    /** By the cube. */
    static final SampleBudget COSTS = new SampleBudget("costs", "feature", "cost_usd", 2);

    /** By events alone: the cube does not know users with the rest. */
    static final SampleBudget CALLS = new SampleBudget("calls", "user", "requests", 10);

    /** Made while others are spent already. */
    static final SampleBudget LATE = new SampleBudget("late", "tenant", "cost_usd", 5);

    private static final long MILLION = 1_000_000;
    private static final long NANO_PER_USD = 1_000_000_000;

    private static final List<Long> THRESHOLDS_PPM = LongStream.rangeClosed(1, 20)
            .map(half -> half * MILLION / 2)
            .boxed()
            .toList();

    /** @param description for people; a change of it changes nothing that is counted */
    Budget definition(String description) {
        boolean cost = measure.equals("cost_usd");
        return Budget.newBuilder()
                .setId(id)
                .setDescription(description)
                .setMeasure(cost ? BudgetMeasure.COST : BudgetMeasure.REQUESTS)
                .setLimit(cost ? limit * NANO_PER_USD : limit)
                .setPeriod(BudgetPeriod.LIFETIME)
                .setGroupBy(List.of(dimension))
                .setThresholds(THRESHOLDS_PPM.stream()
                        .map(at -> new BudgetThreshold(at, BudgetAction.NOTIFY, null))
                        .toList())
                .build();
    }

    /** What its counters must say, by the oracle: value of the dimension to amount; null is no value. */
    Map<String, BigDecimal> expected(Scene scene) {
        Map<String, BigDecimal> expected = new HashMap<>();
        scene.oracle.spend(scene.everything().by(dimension)).rows().forEach((row, measures) -> {
            BigDecimal amount = measures.getOrDefault(measure, BigDecimal.ZERO);
            if (amount.signum() != 0) {
                expected.put((String) row.get(0), amount.stripTrailingZeros());
            }
        });
        return expected;
    }

    /** The thresholds that must have been told of, as value of the dimension and parts per million. */
    List<String> passed(Scene scene) {
        return expected(scene).entrySet().stream()
                .flatMap(group -> THRESHOLDS_PPM.stream()
                        .filter(at -> group.getValue()
                                        .compareTo(BigDecimal.valueOf(limit).multiply(BigDecimal.valueOf(at, 6)))
                                >= 0)
                        .map(at -> group.getKey() + " " + at))
                .toList();
    }
}
