package io.spendstream.budget;

/** What is carried over from one period to the next. */
public final class Rollover {

    private Rollover() {}

    /**
     * What was unused, up to a maximum; 0 where all was used or more.
     *
     * @param limit of the period before, with what it was carried over itself, without temporary increases
     * @param spent in the period before
     */
    public static long of(long limit, long spent, long max) {
        return Math.max(0, Math.min(max, Ratio.plus(limit, spent == Long.MIN_VALUE ? Long.MAX_VALUE : -spent)));
    }
}
