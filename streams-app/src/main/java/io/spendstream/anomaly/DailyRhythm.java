package io.spendstream.anomaly;

/**
 * What a whole day usually costs on this day of the week, and how far days usually are from that: the gate that keeps
 * the daily detectors quiet on a Monday after a weekend, after a holiday and in spend that is noisy anyhow.
 */
final class DailyRhythm {

    private static final int SAME_WEEKDAYS_MIN = 3;
    private static final int PAIRS_MIN = 5;
    private static final int TAIL_PAIRS_MIN = 14;

    /** 90 % of a normal distribution are within so many standard deviations. */
    private static final double NORMAL_90 = 1.645;

    private static final int RECENT_DAYS = 14;
    private static final double DEVIATION_MIN = 0.03;

    /** Above this part of zero days a scope is intermittent: then its second largest day says what it may cost. */
    private static final double ZERO_DAYS_MAX = 0.3;

    private final double expected;
    private final double deviation;
    private final double mostBefore;

    DailyRhythm(History history) {
        expected = expected(history);
        deviation = Math.max(DEVIATION_MIN, deviation(history));
        mostBefore = mostBefore(history);
    }

    /** The cost expected today, in nano-USD. */
    double expected() {
        return expected;
    }

    /** The usual distance of a day from what was expected of it, as a standard deviation of natural logarithms. */
    double deviation() {
        return deviation;
    }

    /** What noise of so many standard deviations does not reach, in nano-USD. */
    double limit(double deviations, double leastRatio) {
        double noise = Math.max(leastRatio, StrictMath.exp(deviations * deviation));
        return Math.max(expected * noise, mostBefore);
    }

    private static double expected(History history) {
        double[] grown = new double[History.DAYS / History.WEEK];
        int count = 0;
        for (int ago = History.WEEK; ago < History.DAYS; ago += History.WEEK) {
            if (history.counts(ago)) {
                grown[count++] = history.cost(ago) * history.growth(0, ago);
            }
        }
        double weekday = count == 0 ? 0 : Stats.median(grown, count);
        if (count >= SAME_WEEKDAYS_MIN) {
            return weekday;
        }
        double[] week = new double[History.WEEK];
        int days = history.lastCosts(week);
        return days == 0 ? weekday : Math.max(weekday, Stats.median(week, days));
    }

    private static double deviation(History history) {
        double[] differences = new double[History.DAYS];
        int pairs = 0;
        for (int ago = 1; ago + History.WEEK < History.DAYS; ago++) {
            boolean both = history.counts(ago) && history.counts(ago + History.WEEK);
            if (both && history.cost(ago) > 0 && history.cost(ago + History.WEEK) > 0) {
                double ratio = history.cost(ago) / history.cost(ago + History.WEEK);
                differences[pairs++] = Math.abs(StrictMath.log(ratio));
            }
        }
        if (pairs < PAIRS_MIN) {
            return deviationOfDays(history);
        }
        // Of heavy tails the median says too little; of a normal distribution both say the same.
        double middle = Stats.MAD_TO_SIGMA * Stats.median(differences, pairs);
        double tail = pairs < TAIL_PAIRS_MIN ? 0 : Stats.quantile(differences, pairs, 0.9) / NORMAL_90;
        return Math.max(middle, tail) / StrictMath.sqrt(2);
    }

    private static double deviationOfDays(History history) {
        double[] costs = new double[RECENT_DAYS];
        int days = history.lastCosts(costs);
        double[] logarithms = new double[days];
        int count = 0;
        for (int i = 0; i < days; i++) {
            if (costs[i] > 0) {
                logarithms[count++] = StrictMath.log(costs[i]);
            }
        }
        // Of few days it is known less well.
        return count < 2 ? 0 : Stats.robustDeviation(logarithms, count) * (1 + 2.0 / count);
    }

    private static double mostBefore(History history) {
        int zeros = 0;
        double largest = 0;
        double second = 0;
        for (int ago = 1; ago < History.DAYS; ago++) {
            if (history.counts(ago)) {
                double cost = history.cost(ago);
                zeros += cost == 0 ? 1 : 0;
                second = Math.max(second, Math.min(largest, cost));
                largest = Math.max(largest, cost);
            }
        }
        return zeros > ZERO_DAYS_MAX * history.counted() ? second : 0;
    }
}
