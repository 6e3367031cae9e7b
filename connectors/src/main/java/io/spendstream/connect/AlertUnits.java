package io.spendstream.connect;

import java.util.Set;

/** What the amounts of an alert or a budget's status are, by its measure: as decimal digits of a whole number. */
public final class AlertUnits {

    /** Of nano-USD. */
    public static final int NANO_DIGITS = 9;
    /** Of parts per million. */
    public static final int PPM_DIGITS = 6;

    /** In parts per million; its contributors' amounts are nano-USD, as those of a cost's share. */
    private static final String RECONCILIATION_DRIFT = "reconciliation_drift";

    /** Measures whose amounts are nano-USD, and those that are parts per million; others are counts. */
    public static final Set<String> MEASURES_USD = Set.of("cost", "cost_per_request");

    public static final Set<String> MEASURES_PPM = Set.of(
            "cost_share", "cache_hit_rate", "retry_waste", "late_share", "escalation_rate", RECONCILIATION_DRIFT);

    private AlertUnits() {}

    /** Of limit, value and baseline. */
    public static int digits(String measure) {
        if (MEASURES_USD.contains(measure)) {
            return NANO_DIGITS;
        }
        return MEASURES_PPM.contains(measure) ? PPM_DIGITS : 0;
    }

    /** Of contributors' amounts: who contributes to what costs does so by cost, to any other rate by requests. */
    public static int contributorDigits(String measure) {
        boolean usd =
                measure.equals("cost_share") || measure.equals(RECONCILIATION_DRIFT) || MEASURES_USD.contains(measure);
        return usd ? NANO_DIGITS : 0;
    }
}
