package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.SpendTable;
import io.spendstream.v1.SpendRollup;
import java.math.BigDecimal;
import java.util.Collection;
import java.util.List;
import java.util.Map;

/** The last record of every key of {@code spend-rollups} adds up to the oracle's total. */
final class RollupsExact implements Guarantee {

    private static final String NANO = "_nano_usd";
    private static final int NANO_DIGITS = 9;

    @Override
    public String promise() {
        return "spend-rollups adds up to the total";
    }

    @Override
    public Findings doAssert(Trial trial) {
        Map<String, BigDecimal> expected =
                trial.scene().oracle.spend(trial.scene().everything()).totals();
        return trial.eventually(() -> {
            Map<String, BigDecimal> seen =
                    sum(trial.scene().deployment.readRollups().values());
            return seen.equals(expected)
                    ? Findings.NONE
                    : Findings.wrong(List.of("spend-rollups adds up to " + seen + ", expected " + expected));
        });
    }

    private static Map<String, BigDecimal> sum(Collection<SpendRollup> rollups) {
        SpendTable sums = new SpendTable();
        for (SpendRollup rollup : rollups) {
            rollup.getMeasures().forEach((measure, amount) -> add(sums, measure, amount));
            rollup.getOtherUnits().forEach((unit, total) -> {
                add(sums, "other_units." + unit + ".quantity", total.getQuantity());
                add(sums, "other_units." + unit + ".cost" + NANO, total.getCostNanoUsd());
            });
        }
        return sums.totals();
    }

    private static void add(SpendTable sums, String measure, long amount) {
        boolean money = measure.endsWith(NANO);
        sums.addToTotals(
                money ? measure.replace(NANO, "_usd") : measure,
                money ? BigDecimal.valueOf(amount, NANO_DIGITS) : BigDecimal.valueOf(amount));
    }
}
