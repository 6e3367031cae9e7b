package io.spendstream.budget;

import io.spendstream.usage.Measure;
import io.spendstream.v1.BudgetMeasure;

/** How much of what a budget counts is in a cell, delta or event. */
public final class Amounts {

    private static final Measure[] TOKENS = {
        Measure.INPUT_TOKENS,
        Measure.OUTPUT_TOKENS,
        Measure.CACHE_READ_TOKENS,
        Measure.CACHE_WRITE_5M_TOKENS,
        Measure.CACHE_WRITE_1H_TOKENS,
        Measure.AUDIO_INPUT_TOKENS,
        Measure.AUDIO_OUTPUT_TOKENS
    };

    private Amounts() {}

    /**
     * Nano-USD for COST, else a count. TOKENS are those of all meters but reasoning, which are output tokens already.
     *
     * @param measures by {@link Measure#ordinal()}
     * @throws ArithmeticException where it does not fit a {@code long}
     */
    public static long of(BudgetMeasure measure, long[] measures) {
        return switch (measure) {
            case COST -> measures[Measure.COST.ordinal()];
            case INPUT_TOKENS -> measures[Measure.INPUT_TOKENS.ordinal()];
            case OUTPUT_TOKENS -> measures[Measure.OUTPUT_TOKENS.ordinal()];
            case REQUESTS -> measures[Measure.REQUESTS.ordinal()];
            case TOKENS -> tokens(measures);
        };
    }

    private static long tokens(long[] measures) {
        long sum = 0;
        for (Measure meter : TOKENS) {
            sum = Math.addExact(sum, measures[meter.ordinal()]);
        }
        return sum;
    }
}
