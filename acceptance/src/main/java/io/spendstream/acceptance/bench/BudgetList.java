package io.spendstream.acceptance.bench;

import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetThreshold;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A thousand budgets over the events of {@link Backlog}: of each feature and team, and of each feature and model, by day,
 * week and month; the rest of other tenants. Each event counts in seven: three, three, and one for all features.
 */
final class BudgetList {

    static final int SIZE = 1_000;

    /** One for all, with a counter for each feature. */
    static final String ALL = "all";

    private static final List<BudgetPeriod> PERIODS = List.of(BudgetPeriod.DAY, BudgetPeriod.WEEK, BudgetPeriod.MONTH);

    private BudgetList() {}

    /** The records of the {@code budgets} topic. */
    static List<Budget> records() {
        List<Budget> records = new ArrayList<>();
        records.add(budget(ALL, null, Map.of(), List.of("feature"), BudgetPeriod.LIFETIME));
        for (BudgetPeriod period : PERIODS) {
            for (int feature = 0; feature < Backlog.FEATURES; feature++) {
                for (int team = 0; team < Backlog.TEAMS; team++) {
                    records.add(of(feature, "team", "team-" + team, period));
                }
                for (String model : RateList.MODELS) {
                    records.add(of(feature, "model", model, period));
                }
            }
        }
        while (records.size() < SIZE) {
            String tenant = "tenant-" + records.size();
            records.add(budget(tenant, tenant, Map.of(), List.of(), BudgetPeriod.MONTH));
        }
        return records;
    }

    private static Budget of(int feature, String field, String value, BudgetPeriod period) {
        return budget(
                "feature-" + feature + "." + value + "." + period,
                "acme",
                Map.of("feature", List.of("feature-" + feature), field, List.of(value)),
                List.of(),
                period);
    }

    private static Budget budget(
            String id, String tenant, Map<String, List<String>> match, List<String> groupBy, BudgetPeriod period) {
        return Budget.newBuilder()
                .setId(id)
                .setTenant(tenant)
                .setMatch(match)
                .setGroupBy(groupBy)
                .setMeasure(BudgetMeasure.COST)
                .setLimit(1_000_000_000_000L)
                .setPeriod(period)
                .setThresholds(List.of(
                        new BudgetThreshold(500_000L, BudgetAction.NOTIFY, null),
                        new BudgetThreshold(800_000L, BudgetAction.NOTIFY, null),
                        new BudgetThreshold(1_000_000L, BudgetAction.DENY, null)))
                .build();
    }
}
