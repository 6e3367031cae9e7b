package io.spendstream.alert;

import java.util.Arrays;
import java.util.Locale;

/** What an alert's limit, value and baseline count, and in which unit: the only list of them. */
public enum AlertMeasure {
    COST(Unit.NANO_USD),
    COST_PER_REQUEST(Unit.NANO_USD),
    REQUESTS(Unit.COUNT),
    UNPRICED_REQUESTS(Unit.COUNT),
    TOKENS(Unit.COUNT),
    INPUT_TOKENS(Unit.COUNT),
    OUTPUT_TOKENS(Unit.COUNT),
    /** One user's or feature's part of the tenant's cost. */
    COST_SHARE(Unit.PPM),
    CACHE_HIT_RATE(Unit.PPM),
    /** The part of the cost that is in further attempts, errors and aborted calls. */
    RETRY_WASTE(Unit.PPM),
    /** The part of an hour's requests that came late. */
    LATE_SHARE(Unit.PPM),
    ESCALATION_RATE(Unit.PPM),
    /** The part of an invoice by which it differs from what was metered. */
    RECONCILIATION_DRIFT(Unit.PPM);

    /** What one of a record's amounts is. */
    public enum Unit {
        NANO_USD,
        /** Parts per million of a whole. */
        PPM,
        COUNT
    }

    private final Unit unit;

    AlertMeasure(Unit unit) {
        this.unit = unit;
    }

    /** As in records and answers. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** Of limit, value and baseline; a measure of another release is taken for a count. */
    public static Unit unitOf(String measure) {
        return Arrays.stream(values())
                .filter(known -> known.id().equals(measure))
                .findFirst()
                .map(known -> known.unit)
                .orElse(Unit.COUNT);
    }

    /** Of contributors' amounts: who contributes to what costs does so by cost, to any other rate by requests. */
    public static Unit contributorUnitOf(String measure) {
        return measure.equals(COST_SHARE.id())
                        || measure.equals(RECONCILIATION_DRIFT.id())
                        || unitOf(measure) == Unit.NANO_USD
                ? Unit.NANO_USD
                : Unit.COUNT;
    }
}
