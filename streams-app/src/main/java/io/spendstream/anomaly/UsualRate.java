package io.spendstream.anomaly;

import java.util.Arrays;

/**
 * A rate in the time before, as it is judged: over the shortest time, from one hour to 24, that has so many requests.
 * Usual is the median of the last seven days with that many; how far a rate gets from it is what the largest distance of
 * a day is above once in so many days ({@link Stats#rareMaximumOfFew}). As the days before are looked at in the same way as
 * now, the margin holds for every rhythm and for request costs with heavy tails.
 */
final class UsualRate {

    private static final int DAYS = 7;
    private static final int DAYS_MIN = 5;
    private static final int JUDGED_DAYS = 14;
    private static final double ONCE_IN_DAYS = 20_000;

    private final Rate rate;
    private final long requests;
    private final int days;
    private final double usual;
    private final double above;
    private final double below;

    /** @param requests that the shortest time must have */
    UsualRate(Rate rate, History history, long requests) {
        this.rate = rate;
        this.requests = requests;
        double[] ofDays = new double[DAYS];
        int count = 0;
        for (int ago = 1; ago < History.DAYS && count < DAYS; ago++) {
            DayFigures day = history.day(ago);
            double ofDay = day.total(Figure.REQUESTS) >= requests ? rate.of(day::total) : Double.NaN;
            if (!Double.isNaN(ofDay)) {
                ofDays[count++] = ofDay;
            }
        }
        days = count;
        usual = Stats.median(ofDays, count);
        double[] rises = new double[JUDGED_DAYS];
        double[] falls = new double[JUDGED_DAYS];
        int judged = days < DAYS_MIN ? 0 : distances(history, rises, falls);
        above = limit(rises, judged);
        below = limit(falls, judged);
    }

    /** The largest distances of each day on both sides. */
    private int distances(History history, double[] rises, double[] falls) {
        int hours = (JUDGED_DAYS + 1) * DayFigures.HOURS;
        double[] parts = new double[hours + 1];
        double[] wholes = new double[hours + 1];
        long[] counts = new long[hours + 1];
        for (int i = 0; i < hours; i++) {
            DayFigures day = history.day(JUDGED_DAYS + 1 - i / DayFigures.HOURS);
            int hour = i % DayFigures.HOURS;
            parts[i + 1] = parts[i] + rate.part(figure -> day.hour(hour, figure));
            wholes[i + 1] = wholes[i] + rate.whole(figure -> day.hour(hour, figure));
            counts[i + 1] = counts[i] + day.hour(hour, Figure.REQUESTS);
        }
        Arrays.fill(rises, Double.NEGATIVE_INFINITY);
        Arrays.fill(falls, Double.NEGATIVE_INFINITY);
        int from = 0;
        for (int to = DayFigures.HOURS + 1; to <= hours; to++) {
            while (from + 1 < to && counts[to] - counts[from + 1] >= requests) {
                from++;
            }
            from = Math.max(from, to - DayFigures.HOURS);
            double whole = wholes[to] - wholes[from];
            if (counts[to] - counts[from] >= requests && whole > 0) {
                double distance = rate.distance((parts[to] - parts[from]) / whole, usual);
                int day = (to - 1) / DayFigures.HOURS - 1;
                rises[day] = Math.max(rises[day], distance);
                falls[day] = Math.max(falls[day], -distance);
            }
        }
        return keepFinite(rises, falls);
    }

    private static int keepFinite(double[] rises, double[] falls) {
        int count = 0;
        for (int day = 0; day < JUDGED_DAYS; day++) {
            if (rises[day] != Double.NEGATIVE_INFINITY) {
                rises[count] = rises[day];
                falls[count++] = falls[day];
            }
        }
        return count;
    }

    private static double limit(double[] distances, int count) {
        if (count == 0) {
            return 0;
        }
        return Stats.rareMaximumOfFew(distances, count, ONCE_IN_DAYS);
    }

    /** Whether there were days enough to say what is usual. */
    boolean isKnown() {
        return days >= DAYS_MIN;
    }

    int days() {
        return days;
    }

    double usual() {
        return usual;
    }

    /** What it does not get above. */
    double high() {
        return rate.at(above, usual);
    }

    /** What it does not get below. */
    double low() {
        return rate.at(-below, usual);
    }
}
