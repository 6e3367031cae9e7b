package io.spendstream.query;

import java.time.Instant;

/**
 * How good an answer is.
 *
 * @param complete whether every partition is in it
 * @param asOf everything received until then is in it; the oldest of all instances
 * @param lagRecords records received and not yet in it, over all instances and tenants; {@link #NOT_TOLD}
 * @param lagMs how long before the answer {@code asOf} was
 */
public record Freshness(boolean complete, Instant asOf, long lagRecords, long lagMs) {

    /** In place of a number of records: how many of them are others' is not for whoever asked. */
    public static final long NOT_TOLD = -1;

    /** The same without how much all tenants together send. */
    public Freshness withoutRecords() {
        return new Freshness(complete, asOf, NOT_TOLD, lagMs);
    }

    /** Whether it is known how old the answer is: not just after the start, until the brokers were asked. */
    public boolean isKnown() {
        return !asOf.equals(Lag.UNKNOWN);
    }
}
