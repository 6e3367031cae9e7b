package io.spendstream.anomaly;

import io.spendstream.v1.AlertSeverity;
import java.util.Locale;
import java.util.Optional;

/** The cost of the last four quarter-hours against what this hour of the week costs, and its noise. */
final class SeasonalDetector {

    /** Between this part of what opens and that, in logarithms, an alert stays as it is. */
    private static final double CLEARS = 0.6;

    /** Of the mean hour: a smaller excess is no matter, however large the ratio. */
    private static final double EXCESS_OF_MEAN_HOUR = 0.25;

    private static final int HOURS_OF_LEVEL = 24;

    /** What would read as 1.0 times says nothing. */
    private static final double NAMED_FROM = 1.05;

    private SeasonalDetector() {}

    static Optional<Verdict> judge(Case at) {
        HourlyRhythm rhythm = at.baseline.hourly();
        if (at.baseline.history().counted() < at.get(Parameter.SEASONAL_WARMUP_DAYS)) {
            return Optional.empty();
        }
        double part = at.partInThisHour();
        double expected = part * rhythm.expectedAt(at.hour) + (1 - part) * rhythm.expectedAt(at.hour - 1);
        if (Double.isNaN(expected)) {
            return Optional.empty();
        }
        double cost = at.lastHour().get(Figure.COST);
        double least = StrictMath.log(at.get(Parameter.SEASONAL_RATIO));
        double excess = rhythm.excess(cost, expected);
        if (excess < CLEARS * least) {
            return Optional.of(clear(at, cost, expected, rhythm.costAt(least, expected)));
        }
        double limit = rhythm.limit(at.get(Parameter.SEASONAL_ONCE_IN_DAYS));
        if (Double.isNaN(limit)) {
            return Optional.empty();
        }
        double level = level(at, rhythm);
        double opens = Math.max(limit, least) + level;
        double threshold = Math.max(rhythm.costAt(opens, expected), expected + leastExcess(at, rhythm));
        double clears = Math.min(threshold, rhythm.costAt(CLEARS * Math.max(limit, least) + level, expected));
        Verdict.Level found = Case.level(cost, threshold, clears);
        if (found == Verdict.Level.CLEAR) {
            return Optional.of(clear(at, cost, expected, threshold));
        }
        return Optional.of(at.verdict(
                Detector.SEASONAL,
                found,
                severity(at, cost - expected, excess, opens),
                "cost",
                cost,
                expected,
                threshold,
                how(at, limit),
                at.lastHour().fromMs()));
    }

    private static Verdict clear(Case at, double cost, double expected, double threshold) {
        return at.clear(
                Detector.SEASONAL,
                "cost",
                cost,
                expected,
                threshold,
                at.lastHour().fromMs());
    }

    private static double leastExcess(Case at, HourlyRhythm rhythm) {
        return Math.max(EXCESS_OF_MEAN_HOUR * rhythm.meanHour(), at.values.nanoUsd(Parameter.SEASONAL_MIN_COST));
    }

    /**
     * The median excess of the day before, where it is above 0: what has lasted for half a day is the new level, and an
     * alert on it ends.
     */
    private static double level(Case at, HourlyRhythm rhythm) {
        double[] excesses = new double[HOURS_OF_LEVEL];
        int count = 0;
        for (int back = 2; count < HOURS_OF_LEVEL && at.hour - back >= -DayFigures.HOURS; back++) {
            int hour = at.hour - back;
            double expected = rhythm.expectedAt(hour);
            if (!Double.isNaN(expected)) {
                excesses[count++] = rhythm.excess(at.hour(hour, Figure.COST), expected);
            }
        }
        return count < HOURS_OF_LEVEL / 2 ? 0 : Math.max(0, Stats.median(excesses, count));
    }

    private static AlertSeverity severity(Case at, double extra, double excess, double opens) {
        if (extra < at.values.nanoUsd(Parameter.SEASONAL_WARNING_COST)) {
            return AlertSeverity.INFO;
        }
        return excess > opens + StrictMath.log(2) ? AlertSeverity.CRITICAL : AlertSeverity.WARNING;
    }

    private static String how(Case at, double limit) {
        String days = "the median of this hour in the " + at.baseline.history().counted()
                + " days before, level and weekday considered";
        double times = StrictMath.exp(limit);
        return times < NAMED_FROM
                ? days + "; hours are hardly ever above it"
                : days + String.format(Locale.ROOT, "; hours of up to %.1f times as much are nothing unusual", times);
    }
}
