package io.spendstream.anomaly;

import java.util.Arrays;

/**
 * Statistics of small samples. Plain operations in a fixed order and {@link StrictMath}, so that every machine gets the
 * same bits.
 */
final class Stats {

    /** Makes the median absolute deviation of a normal distribution its standard deviation. */
    static final double MAD_TO_SIGMA = 1.4826;

    /** Standardised 50 % and 75 % points of the Gumbel distribution: -ln(-ln p). */
    private static final double GUMBEL_50 = 0.366513;

    private static final double GUMBEL_75 = 1.245899;

    /** Its 10 % point. */
    private static final double GUMBEL_10 = -0.834032;

    /** Its median absolute deviation. */
    private static final double GUMBEL_MAD = 0.767049;

    private Stats() {}

    /** NaN of nothing. */
    static double mean(double[] values, int count) {
        double sum = 0;
        for (int i = 0; i < count; i++) {
            sum += values[i];
        }
        return sum / count;
    }

    /** The sample standard deviation (n - 1); 0 of fewer than two. */
    static double deviation(double[] values, int count) {
        if (count < 2) {
            return 0;
        }
        double mean = mean(values, count);
        double squares = 0;
        for (int i = 0; i < count; i++) {
            squares += (values[i] - mean) * (values[i] - mean);
        }
        return StrictMath.sqrt(squares / (count - 1));
    }

    /** The mean of the middle two where the count is even; NaN of nothing. Orders the values. */
    static double median(double[] values, int count) {
        return quantile(values, count, 0.5);
    }

    /** Linear between neighbours (Hyndman and Fan 1996, type 7); NaN of nothing. Orders the values. */
    static double quantile(double[] values, int count, double q) {
        if (count == 0) {
            return Double.NaN;
        }
        Arrays.sort(values, 0, count);
        double place = q * (count - 1);
        int below = (int) place;
        int above = Math.min(below + 1, count - 1);
        return values[below] + (place - below) * (values[above] - values[below]);
    }

    /** The median distance from the median, as a standard deviation. Orders the values. */
    static double robustDeviation(double[] values, int count) {
        double median = median(values, count);
        double[] distances = new double[count];
        for (int i = 0; i < count; i++) {
            distances[i] = Math.abs(values[i] - median);
        }
        return MAD_TO_SIGMA * median(distances, count);
    }

    /**
     * What the largest of a block (a day) is above once in so many blocks, from the largest of earlier blocks: the
     * Gumbel distribution (Gumbel, Statistics of Extremes, 1958) about their median. Its spread is told by the median
     * absolute deviation (MAD) and by the upper quartile. Of a Gumbel distribution both say the same; the quartile is
     * thrown off where a quarter of the blocks were anomalies, the MAD where blocks were off to both sides, so the smaller
     * one counts. Orders the values.
     *
     * @param blocks more than 1
     * @param leastSpread of the Gumbel distribution
     */
    static double rareMaximum(double[] maxima, int count, double blocks, double leastSpread) {
        double median = quantile(maxima, count, 0.5);
        double around = robustDeviation(maxima, count) / MAD_TO_SIGMA / GUMBEL_MAD;
        double spread = Math.max(leastSpread, Math.min(around, upperSpread(maxima, count)));
        return rare(median, spread, blocks);
    }

    /**
     * The same where there are few blocks: of the spreads above and below the median the larger one, and more the fewer
     * they are, as it is known less well.
     */
    static double rareMaximumOfFew(double[] maxima, int count, double blocks) {
        double median = quantile(maxima, count, 0.5);
        double lower = (median - quantile(maxima, count, 0.1)) / (GUMBEL_50 - GUMBEL_10);
        double spread = Math.max(upperSpread(maxima, count), lower) * (1 + 2.0 / count);
        return rare(median, spread, blocks);
    }

    private static double upperSpread(double[] values, int count) {
        return (quantile(values, count, 0.75) - quantile(values, count, 0.5)) / (GUMBEL_75 - GUMBEL_50);
    }

    private static double rare(double median, double spread, double blocks) {
        double point = -StrictMath.log(-StrictMath.log(1 - 1 / blocks));
        return median + spread * (point - GUMBEL_50);
    }
}
