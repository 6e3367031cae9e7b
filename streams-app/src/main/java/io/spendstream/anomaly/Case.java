package io.spendstream.anomaly;

import io.spendstream.usage.Resolution;
import io.spendstream.v1.AlertSeverity;

/** One scope at one close: what all detectors look at. */
final class Case {

    static final long QUARTER_HOUR_MS = Resolution.QUARTER_HOUR.sizeMs();
    static final int QUARTERS = Resolution.QUARTERS_OF_HOUR;
    static final int QUARTERS_OF_DAY = Resolution.QUARTERS_OF_DAY;

    /** Time just past, and the figures in it. */
    record Span(long[] figures, long fromMs) {

        long get(Figure figure) {
            return figures[figure.ordinal()];
        }
    }

    final ScopeView view;
    final Scope scope;
    final long quarterHour;
    final DetectorSettings.Values values;
    final Baseline baseline;
    final DayFigures today;

    /** The hour of the day that the quarter-hour is in. */
    final int hour;

    /** How many quarter-hours of this hour are closed: 1 to 4. */
    final int quarters;

    private Span lastHour;
    private Span lastRequests;
    private long lastRequestsOf = -1;

    Case(ScopeView view, long quarterHour, DetectorSettings.Values values, Baseline baseline) {
        this.view = view;
        this.scope = view.scope();
        this.quarterHour = quarterHour;
        this.values = values;
        this.baseline = baseline;
        this.today = view.day(baseline.day());
        int ofDay = (int) Math.floorMod(quarterHour, (long) QUARTERS_OF_DAY);
        this.hour = ofDay / QUARTERS;
        this.quarters = ofDay % QUARTERS + 1;
    }

    long endMs() {
        return (quarterHour + 1) * QUARTER_HOUR_MS;
    }

    long dayStartMs() {
        return baseline.day() * QUARTERS_OF_DAY * QUARTER_HOUR_MS;
    }

    double get(Parameter parameter) {
        return values.get(parameter);
    }

    /** The last four quarter-hours. */
    Span lastHour() {
        if (lastHour == null) {
            long[] sums = new long[Figure.COUNT];
            for (int i = 0; i < sums.length; i++) {
                for (int back = 0; back < QUARTERS; back++) {
                    sums[i] = Math.addExact(sums[i], view.quarter(quarterHour - back, Figure.at(i)));
                }
            }
            lastHour = new Span(sums, endMs() - QUARTERS * QUARTER_HOUR_MS);
        }
        return lastHour;
    }

    /** The shortest time just past, from one hour to 24, with so many requests. */
    Span lastRequests(long atLeast) {
        if (lastHour().get(Figure.REQUESTS) >= atLeast) {
            return lastHour();
        }
        if (lastRequestsOf != atLeast) {
            lastRequests = addHours(atLeast);
            lastRequestsOf = atLeast;
        }
        return lastRequests;
    }

    private Span addHours(long atLeast) {
        long[] sums = new long[Figure.COUNT];
        int hours = 0;
        while (hours < DayFigures.HOURS && sums[Figure.REQUESTS.ordinal()] < atLeast) {
            for (int i = 0; i < sums.length; i++) {
                sums[i] = Math.addExact(sums[i], hour(hour - hours, Figure.at(i)));
            }
            hours++;
        }
        long hourStart = dayStartMs() + hour * QUARTERS * QUARTER_HOUR_MS;
        return new Span(sums, hourStart - (hours - 1) * QUARTERS * QUARTER_HOUR_MS);
    }

    /** @param at an hour of today; that before midnight is -1, down to -24 */
    long hour(int at, Figure figure) {
        return at >= 0 ? today.hour(at, figure) : baseline.history().day(1).hour(at + DayFigures.HOURS, figure);
    }

    /** Of the hour just past, how much of it lies in this hour of the day; the rest lies in the one before. */
    double partInThisHour() {
        return quarters / (double) QUARTERS;
    }

    Verdict clear(Detector detector, String measure, double value, double expected, double threshold, long sinceMs) {
        return verdict(
                detector, Verdict.Level.CLEAR, AlertSeverity.INFO, measure, value, expected, threshold, "", sinceMs);
    }

    Verdict verdict(
            Detector detector,
            Verdict.Level level,
            AlertSeverity severity,
            String measure,
            double value,
            double expected,
            double threshold,
            String how,
            long sinceMs) {
        AlertSeverity urgency = level == Verdict.Level.FIRING ? severity : AlertSeverity.INFO;
        return new Verdict(
                detector,
                level,
                urgency,
                measure,
                Math.round(value),
                Math.round(expected),
                Math.round(threshold),
                how,
                sinceMs,
                "");
    }

    /** FIRING from the threshold on, HOLDING from {@code clears} on. */
    static Verdict.Level level(double value, double threshold, double clears) {
        if (value > threshold) {
            return Verdict.Level.FIRING;
        }
        return value > clears ? Verdict.Level.HOLDING : Verdict.Level.CLEAR;
    }
}
