package io.spendstream.anomaly;

import io.spendstream.v1.AlertSeverity;
import io.spendstream.words.Amounts;
import java.util.Locale;
import java.util.Optional;

/** Today's cost so far against whole days before: it can fire during the day, and never too early. */
final class DailyDetectors {

    private static final String COST = "cost";

    /** Below this part of the threshold it is over. Only corrections lower a day's cost. */
    private static final double CLEARS = 0.9;

    private static final int ZSCORE_DAYS = 28;

    private DailyDetectors() {}

    /** Mean and sample standard deviation of the days before; above {@code flat} × mean where these are all alike. */
    static Optional<Verdict> zscore(Case at) {
        History history = at.baseline.history();
        double[] costs = new double[ZSCORE_DAYS];
        int days = history.lastCosts(costs);
        if (days < at.get(Parameter.ZSCORE_MIN_DAYS)) {
            return Optional.empty();
        }
        double mean = Stats.mean(costs, days);
        double deviation = Stats.deviation(costs, days);
        double rule = deviation == 0
                ? at.get(Parameter.ZSCORE_FLAT_RATIO) * mean
                : mean + at.get(Parameter.ZSCORE_SIGMA) * deviation;
        double value = at.today.total(Figure.COST);
        double threshold = gated(at, Detector.DAILY_ZSCORE, rule, mean + at.values.nanoUsd(Parameter.ZSCORE_MIN_COST));
        Verdict.Level level = Case.level(value, threshold, CLEARS * threshold);
        if (level == Verdict.Level.CLEAR) {
            return Optional.of(at.clear(Detector.DAILY_ZSCORE, COST, value, mean, threshold, at.dayStartMs()));
        }
        String how = "the mean of " + days + " days before"
                + (deviation == 0
                        ? ", which are all alike"
                        : ", with a standard deviation of " + Amounts.usd(Math.round(deviation))
                                + String.format(Locale.ROOT, " (z = %.1f)", (value - mean) / deviation));
        AlertSeverity severity = value > 2 * threshold ? AlertSeverity.CRITICAL : AlertSeverity.WARNING;
        return Optional.of(
                at.verdict(Detector.DAILY_ZSCORE, level, severity, COST, value, mean, threshold, how, at.dayStartMs()));
    }

    /** Multiples of the average of the last seven days. */
    static Optional<Verdict> ratio(Case at) {
        double[] costs = new double[History.WEEK];
        int days = at.baseline.history().lastCosts(costs);
        if (days < at.get(Parameter.RATIO_MIN_DAYS)) {
            return Optional.empty();
        }
        double average = Stats.mean(costs, days);
        double value = at.today.total(Figure.COST);
        double threshold = gated(
                at,
                Detector.DAILY_RATIO,
                at.get(Parameter.RATIO_INFO) * average,
                average + at.values.nanoUsd(Parameter.RATIO_MIN_COST));
        Verdict.Level level = Case.level(value, threshold, CLEARS * threshold);
        if (level == Verdict.Level.CLEAR) {
            return Optional.of(at.clear(Detector.DAILY_RATIO, COST, value, average, threshold, at.dayStartMs()));
        }
        String how = "the average of " + days + " days before";
        return Optional.of(at.verdict(
                Detector.DAILY_RATIO,
                level,
                severity(at, value, average),
                COST,
                value,
                average,
                threshold,
                how,
                at.dayStartMs()));
    }

    private static AlertSeverity severity(Case at, double value, double average) {
        if (value > at.get(Parameter.RATIO_CRITICAL) * average) {
            return AlertSeverity.CRITICAL;
        }
        return value > at.get(Parameter.RATIO_WARNING) * average ? AlertSeverity.WARNING : AlertSeverity.INFO;
    }

    /** What one hour may cost more than usual without being odd: it does not make the day odd either. Nano-USD. */
    private static double burst(Case at) {
        HourlyRhythm rhythm = at.baseline.hourly();
        double limit = rhythm.limit(at.get(Parameter.SEASONAL_ONCE_IN_DAYS));
        return Double.isNaN(limit) ? 0 : Math.max(0, rhythm.costAt(limit, rhythm.meanHour()) - rhythm.meanHour());
    }

    /** The rule's threshold, moved up to what this day of the week and its noise do not reach. */
    private static double gated(Case at, Detector detector, double rule, double least) {
        boolean zscore = detector == Detector.DAILY_ZSCORE;
        double noise = at.get(zscore ? Parameter.ZSCORE_NOISE : Parameter.RATIO_NOISE);
        double ratio = at.get(zscore ? Parameter.ZSCORE_LEAST_RATIO : Parameter.RATIO_LEAST_RATIO);
        double gate = noise == 0 ? 0 : at.baseline.daily().limit(noise, ratio, burst(at));
        return Math.max(Math.max(rule, gate), least);
    }
}
