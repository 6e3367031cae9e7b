package io.spendstream.anomaly;

import io.spendstream.usage.Resolution;
import io.spendstream.v1.AlertSeverity;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What is there and should not be, and the other way round. */
final class PresenceDetectors {

    private static final String REQUESTS = "requests";

    private static final int SAME_WEEKDAYS = 4;
    private static final int SAME_WEEKDAYS_ENOUGH = 3;
    private static final int REGULAR_DAYS = 14;

    /** The chance of so many silent hours in a row that is no chance any more. */
    private static final double CHANCE = 1e-6;

    /** Days on which it was silent before, from which on this is a habit. */
    private static final int HABIT_DAYS = 2;

    /** Hours around this one in which it is looked for. */
    private static final int HABIT_HOURS = 3;

    /** What is left of an hour that was silent in part is uneven. */
    private static final double HABIT_SLACK = 1.2;

    private static final double HALF = 0.5;

    private PresenceDetectors() {}

    /** Calls of a model without a price: an alert while they come, and for a day after the last one. */
    static Optional<Verdict> unpriced(Case at) {
        long now = at.lastHour().get(Figure.UNPRICED);
        long day = 0;
        for (int back = 0; back <= DayFigures.HOURS; back++) {
            day += at.hour - back >= -DayFigures.HOURS ? at.hour(at.hour - back, Figure.UNPRICED) : 0;
        }
        double least = at.get(Parameter.UNPRICED_MIN_REQUESTS);
        Verdict.Level level = now >= least ? Verdict.Level.FIRING : Verdict.Level.HOLDING;
        if (day <= 0) {
            level = Verdict.Level.CLEAR;
        }
        String how = level == Verdict.Level.CLEAR
                ? ""
                : "until its price is set, with PUT /v1/prices, their cost is in no total";
        return Optional.of(at.verdict(
                Detector.UNPRICED_MODEL,
                level,
                AlertSeverity.WARNING,
                "unpriced_requests",
                day,
                0,
                least,
                how,
                at.lastHour().fromMs()));
    }

    /**
     * No request in the last hour, where this hour and its neighbours had some on each of the same weekdays before. It
     * takes as long as it takes to be no chance: until so many requests are missing, or until a feature that is hardly
     * ever silent for an hour has been so for too many.
     */
    static Optional<Verdict> silence(Case at) {
        if (at.baseline.history().counted() < at.get(Parameter.SILENCE_MIN_DAYS)) {
            return Optional.empty();
        }
        if (at.lastHour().get(Figure.REQUESTS) > 0) {
            return Optional.of(silence(at, Verdict.Level.CLEAR, 0, at.lastHour().fromMs()));
        }
        int hours = silentHours(at);
        if (hours >= DayFigures.HOURS) {
            return Optional.of(longSilence(at));
        }
        double missing = 0;
        for (int back = 0; back <= hours; back++) {
            double usual = usualRequests(at, at.hour - back);
            missing += back == 0 ? at.partInThisHour() * usual : usual;
        }
        boolean always = isAlwaysOn(at, at.hour) && isAlwaysOn(at, at.hour - 1);
        double spanHours = hours + at.partInThisHour();
        boolean enough = missing >= at.get(Parameter.SILENCE_MIN_REQUESTS) || isTooLong(at, spanHours);
        long fromMs = at.endMs() - Math.round(spanHours * Case.QUARTERS * Case.QUARTER_HOUR_MS);
        // Once it is silent for less than usual it holds: it is over when there are requests again.
        boolean news = always && enough && !isHabit(at, spanHours);
        return Optional.of(silence(at, news ? Verdict.Level.FIRING : Verdict.Level.HOLDING, missing, fromMs));
    }

    private static Verdict silence(Case at, Verdict.Level level, double missing, long fromMs) {
        String how = level == Verdict.Level.CLEAR
                ? ""
                : "the requests of the same hours on the same weekdays before, which always had some";
        long value = level == Verdict.Level.CLEAR ? at.lastHour().get(Figure.REQUESTS) : 0;
        return at.verdict(Detector.SILENCE, level, AlertSeverity.WARNING, REQUESTS, value, missing, 0, how, fromMs);
    }

    /** After a week of silence it is no news any more. */
    private static Verdict longSilence(Case at) {
        int days = 1;
        while (days <= History.WEEK && at.baseline.history().day(days).total(Figure.REQUESTS) == 0) {
            days++;
        }
        Verdict.Level level = days > History.WEEK ? Verdict.Level.CLEAR : Verdict.Level.HOLDING;
        return silence(at, level, 0, at.endMs() - Resolution.DAY.startMs(days));
    }

    /** Whole hours without requests before this hour of the day; 0 where the hour before had some. */
    private static int silentHours(Case at) {
        int hours = 0;
        while (hours < DayFigures.HOURS && at.hour(at.hour - 1 - hours, Figure.REQUESTS) == 0) {
            hours++;
            if (at.hour - 1 - hours < -DayFigures.HOURS) {
                break;
            }
        }
        return hours;
    }

    /** The median of this hour on the same weekdays before. */
    private static double usualRequests(Case at, int hour) {
        double[] values = new double[SAME_WEEKDAYS];
        int count = 0;
        for (int week = 1; week <= SAME_WEEKDAYS; week++) {
            int ago = agoOf(hour) + week * History.WEEK;
            if (at.baseline.history().counts(ago)) {
                values[count++] = at.baseline.history().day(ago).hour(hourOf(hour), Figure.REQUESTS);
            }
        }
        return count == 0 ? 0 : Stats.median(values, count);
    }

    private static boolean isAlwaysOn(Case at, int hour) {
        History history = at.baseline.history();
        int weeks = 0;
        for (int week = 1; week <= SAME_WEEKDAYS; week++) {
            int ago = agoOf(hour) + week * History.WEEK;
            if (history.counts(ago)) {
                weeks++;
                if (!hadRequests(history.day(ago), hourOf(hour))) {
                    return false;
                }
            }
        }
        if (weeks >= SAME_WEEKDAYS_ENOUGH) {
            return true;
        }
        int days = 0;
        for (int ago = agoOf(hour) + 1; ago <= agoOf(hour) + History.WEEK; ago++) {
            if (history.counts(ago)) {
                days++;
                if (!hadRequests(history.day(ago), hourOf(hour))) {
                    return false;
                }
            }
        }
        return weeks > 0 && days > 2;
    }

    private static boolean hadRequests(DayFigures day, int hour) {
        return day.hour(hour, Figure.REQUESTS) > 0
                && day.hour(Math.max(0, hour - 1), Figure.REQUESTS) > 0
                && day.hour(Math.min(DayFigures.HOURS - 1, hour + 1), Figure.REQUESTS) > 0;
    }

    /** Whether so many silent hours in a row are no chance, where each alone is as rare as in the two weeks before. */
    private static boolean isTooLong(Case at, double hours) {
        History history = at.baseline.history();
        int silent = 0;
        int all = 0;
        for (int ago = 1; ago <= REGULAR_DAYS; ago++) {
            for (int hour = 0; history.counts(ago) && hour < DayFigures.HOURS; hour++) {
                all++;
                silent += history.day(ago).hour(hour, Figure.REQUESTS) == 0 ? 1 : 0;
            }
        }
        double chance = (silent + 1.0) / (all + 2.0);
        return hours * StrictMath.log(chance) < StrictMath.log(CHANCE);
    }

    /**
     * Whether it was as silent for as long about this time of day on two of the days before. So many silent hours lie in
     * one hour more of the clock, of which the rest may be there: days are known by the hour.
     */
    private static boolean isHabit(Case at, double spanHours) {
        List<DayFigures> days = busyDays(at.baseline.history());
        int window = Math.min(DayFigures.HOURS, (int) spanHours + 1);
        double rest = HABIT_SLACK * (window - spanHours) / window;
        boolean[] silent = new boolean[days.size()];
        for (int shift = -HABIT_HOURS; shift <= HABIT_HOURS; shift++) {
            int first = Math.max(0, Math.min(DayFigures.HOURS - window, at.hour - window + 1 + shift));
            double[] sums = days.stream()
                    .mapToDouble(day -> requests(day, first, first + window))
                    .toArray();
            double most = rest * Stats.median(sums.clone(), sums.length);
            for (int day = 0; day < sums.length; day++) {
                silent[day] |= sums[day] <= most;
            }
        }
        int habit = 0;
        for (boolean day : silent) {
            habit += day ? 1 : 0;
        }
        return habit >= HABIT_DAYS;
    }

    /** Days before that were no days of rest: silence on these says nothing of days of work. */
    private static List<DayFigures> busyDays(History history) {
        List<DayFigures> days = new ArrayList<>();
        for (int ago = 1; ago < History.DAYS; ago++) {
            if (history.counts(ago)) {
                days.add(history.day(ago));
            }
        }
        double[] totals =
                days.stream().mapToDouble(day -> day.total(Figure.REQUESTS)).toArray();
        double least = HALF * Stats.median(totals, totals.length);
        days.removeIf(day -> day.total(Figure.REQUESTS) < least);
        return days;
    }

    private static long requests(DayFigures day, int from, int to) {
        long sum = 0;
        for (int hour = from; hour < to; hour++) {
            sum = Math.addExact(sum, day.hour(hour, Figure.REQUESTS));
        }
        return sum;
    }

    private static int agoOf(int hour) {
        return hour < 0 ? 1 : 0;
    }

    private static int hourOf(int hour) {
        return hour < 0 ? hour + DayFigures.HOURS : hour;
    }
}
