package io.spendstream.anomaly;

import io.spendstream.usage.Measure;
import io.spendstream.usage.PromptPart;

/**
 * What is kept of a scope for each hour. Money is nano-USD, everything else a count. The order is part of the format on
 * disk: append only, at most 63.
 */
public enum Figure {
    COST(Measure.COST),
    REQUESTS(Measure.REQUESTS),
    /** The uncached ones, as in events. */
    INPUT_TOKENS(Measure.INPUT_TOKENS),
    OUTPUT_TOKENS(Measure.OUTPUT_TOKENS),
    CACHE_READ_TOKENS(Measure.CACHE_READ_TOKENS),
    CACHE_WRITE_TOKENS(Measure.CACHE_WRITE_5M_TOKENS, Measure.CACHE_WRITE_1H_TOKENS),
    /** Parts of the cost, so that a price can be told from an amount. */
    INPUT_COST(Measure.INPUT_COST),
    OUTPUT_COST(Measure.OUTPUT_COST),
    CACHE_READ_COST(Measure.CACHE_READ_COST),
    /** Calls that ended in an error or were aborted. */
    FAILED(Measure.ERRORS, Measure.ABORTED),
    RETRIES(Measure.RETRIES),
    RETRY_COST(Measure.RETRY_COST),
    FAILED_COST(Measure.FAILED_COST),
    ESCALATED(Measure.ESCALATED),
    UNPRICED(Measure.UNPRICED_REQUESTS),
    /** Cost that came after its quarter-hour was closed, in the hour in which it came. */
    LATE_COST,
    /** Requests that came after their quarter-hour was closed, in the hour in which they came. */
    LATE_REQUESTS,
    /** Of a tenant's day: the cost of the user who spent most, see {@link DayFigures#topUser}. In the first hour. */
    TOP_USER_COST,
    /** Tokens by {@link PromptPart}, in its order. */
    PROMPT_SYSTEM_TOKENS(Measure.PROMPT_SYSTEM_TOKENS),
    PROMPT_CONTEXT_TOKENS(Measure.PROMPT_CONTEXT_TOKENS),
    PROMPT_HISTORY_TOKENS(Measure.PROMPT_HISTORY_TOKENS),
    PROMPT_USER_TOKENS(Measure.PROMPT_USER_TOKENS),
    PROMPT_TOOLS_TOKENS(Measure.PROMPT_TOOLS_TOKENS),
    PROMPT_OTHER_TOKENS(Measure.PROMPT_OTHER_TOKENS);

    private static final Figure[] VALUES = values();
    public static final int COUNT = VALUES.length;

    private final Measure[] measures;

    Figure(Measure... measures) {
        this.measures = measures;
    }

    /**
     * The figures of sums that came in time.
     *
     * @param sums by {@link Measure#ordinal()}
     * @return by {@link Figure#ordinal()}
     * @throws ArithmeticException where a sum does not fit a {@code long}
     */
    public static long[] of(long[] sums) {
        long[] figures = new long[COUNT];
        for (Figure figure : VALUES) {
            for (Measure measure : figure.measures) {
                figures[figure.ordinal()] = Math.addExact(figures[figure.ordinal()], sums[measure.ordinal()]);
            }
        }
        return figures;
    }

    /**
     * Adds figures to a sum of figures.
     *
     * @throws ArithmeticException where a sum does not fit a {@code long}
     */
    public static void add(long[] sum, long[] more) {
        for (int i = 0; i < COUNT; i++) {
            sum[i] = Math.addExact(sum[i], more[i]);
        }
    }

    /**
     * What sums that came late are in the hour in which they came; in the hour to which they belong they are
     * {@link #of} themselves.
     */
    public static long[] late(long[] sums) {
        long[] figures = new long[COUNT];
        figures[LATE_COST.ordinal()] = sums[Measure.COST.ordinal()];
        figures[LATE_REQUESTS.ordinal()] = sums[Measure.REQUESTS.ordinal()];
        return figures;
    }

    /** The tokens of a part of the prompt. */
    public static Figure of(PromptPart part) {
        return VALUES[PROMPT_SYSTEM_TOKENS.ordinal() + part.ordinal()];
    }

    static Figure at(int index) {
        return VALUES[index];
    }
}
