package io.spendstream.rollup;

/** Sees the daily totals of users. What it is handed may be reused after the call: copy or sum what is needed. */
@FunctionalInterface
public interface UserVisitor {

    /**
     * One user's day.
     *
     * @param day UTC, as an epoch day
     * @param measures sums at {@link io.spendstream.usage.Measure#ordinal()}
     */
    void user(String tenant, String user, long day, long[] measures);
}
