package io.spendstream.anomaly;

import java.util.Arrays;

/**
 * What an hour usually costs at this hour of the week, and how far above that hours get without anything being wrong.
 *
 * <p><em>Expected</em> is the median of the same hour on the same weekday in the four weeks before, each brought from
 * its level (the median day of the week about it) to the present one. With fewer than three such weeks the median of this
 * hour in the week before is taken too. Neighbouring hours count with 70 %, so that a shift of clocks or a job that begins
 * late is no spike.
 *
 * <p><em>The limit</em> is made of the same forecast for the days before: the largest ratio of each of these days, and
 * from these what is above once in so many days (see {@link Stats#rareMaximum}). So spend that is noisy, bursty or has
 * heavy tails has a wide margin and smooth spend a small one, whatever the shape.
 */
final class HourlyRhythm {

    private static final int SAME_HOURS_MIN = 3;
    private static final int SAME_HOURS = 4;
    private static final int POOLED_MIN = 2;
    private static final double NEIGHBOUR = 0.7;

    /**
     * Part of the mean hour that is added to both sides of a ratio: next to nothing has no ratio, and what is noisy
     * because it is little, such as the nights, does not make the margin of the day.
     */
    private static final double OFFSET = 0.7;

    private static final int JUDGED_DAYS = 28;
    private static final int JUDGED_DAYS_MIN = 2;
    private static final int ENOUGH_DAYS = 7;
    private static final int MANY_DAYS = 10;
    private static final double FEW_DAYS_RATIO_LOG = 0.9163; // 2.5 times
    private static final double FEW_DAYS_MARGIN_LOG = 0.4055; // 1.5 times
    private static final double LEAST_SPREAD = 0.05;
    private static final int HABIT_TIMES = 3;
    private static final double HABIT_SLACK_LOG = 0.2231; // 1.25 times

    private final History history;
    private final double offset;
    private final double[] today;
    private final double[] yesterday;
    private double[] maxima;

    HourlyRhythm(History history) {
        this.history = history;
        offset = Math.max(1, OFFSET * history.meanDay() / DayFigures.HOURS);
        today = expected(0);
        yesterday = expected(1);
    }

    /**
     * In nano-USD; NaN where there is too little history.
     *
     * @param hour of today; that before midnight is -1, down to -24
     */
    double expectedAt(int hour) {
        return hour >= 0 ? today[hour] : yesterday[hour + DayFigures.HOURS];
    }

    /** The mean cost of an hour, in nano-USD. */
    double meanHour() {
        return history.meanDay() / DayFigures.HOURS;
    }

    /** How a cost compares with what was expected, as a natural logarithm. */
    double excess(double cost, double expected) {
        return StrictMath.log((cost + offset) / (expected + offset));
    }

    /** The cost at which {@link #excess} is so much. */
    double costAt(double excess, double expected) {
        return (expected + offset) * StrictMath.exp(excess) - offset;
    }

    /**
     * What the excess of an hour is above once in so many days.
     *
     * @return NaN where fewer than two days could be judged
     */
    double limit(double onceInDays) {
        if (maxima == null) {
            maxima = maxima();
        }
        if (maxima.length < JUDGED_DAYS_MIN) {
            return Double.NaN;
        }
        double[] ordered = maxima.clone();
        double rare = maxima.length < MANY_DAYS
                ? Stats.rareMaximumOfFew(ordered, ordered.length, onceInDays)
                : Stats.rareMaximum(ordered, ordered.length, onceInDays, LEAST_SPREAD);
        if (maxima.length < ENOUGH_DAYS) {
            double most = ordered[ordered.length - 1];
            return Math.max(FEW_DAYS_RATIO_LOG, Math.max(rare, most + FEW_DAYS_MARGIN_LOG));
        }
        return Math.max(rare, habit(rare));
    }

    /**
     * What bursts reached three times, days in a row taken as one, is a habit, and a quarter more; 0 where it is none. The
     * two largest say nothing: each may have been an anomaly.
     */
    private double habit(double limit) {
        double[] bursts = new double[maxima.length + 1];
        int count = 0;
        for (double excess : maxima) {
            if (excess > limit) {
                bursts[count] = Math.max(bursts[count], excess);
            } else {
                count += bursts[count] > 0 ? 1 : 0;
            }
        }
        count += bursts[count] > 0 ? 1 : 0;
        Arrays.sort(bursts, 0, count);
        return count < HABIT_TIMES ? 0 : bursts[count - HABIT_TIMES] + HABIT_SLACK_LOG;
    }

    /** The largest excess of each day before today that can be judged, yesterday first. */
    private double[] maxima() {
        double[] found = new double[JUDGED_DAYS];
        int count = 0;
        for (int ago = 1; ago <= JUDGED_DAYS; ago++) {
            if (history.counts(ago)) {
                double[] expected = expected(ago);
                double most = Double.NEGATIVE_INFINITY;
                for (int hour = 0; hour < DayFigures.HOURS; hour++) {
                    most = Math.max(most, excess(history.cost(ago, hour), expected[hour]));
                }
                if (!Double.isNaN(most)) {
                    found[count++] = most;
                }
            }
        }
        return Arrays.copyOf(found, count);
    }

    private double[] expected(int ago) {
        double[] plain = new double[DayFigures.HOURS];
        for (int hour = 0; hour < DayFigures.HOURS; hour++) {
            plain[hour] = alone(ago, hour);
        }
        double[] expected = new double[DayFigures.HOURS];
        for (int hour = 0; hour < DayFigures.HOURS; hour++) {
            double before = plain[Math.max(0, hour - 1)];
            double after = plain[Math.min(DayFigures.HOURS - 1, hour + 1)];
            expected[hour] = Math.max(plain[hour], NEIGHBOUR * Math.max(before, after));
        }
        return expected;
    }

    private double alone(int ago, int hour) {
        double[] grown = new double[SAME_HOURS];
        int count = 0;
        for (int week = 1; week <= SAME_HOURS; week++) {
            int earlier = ago + week * History.WEEK;
            if (history.counts(earlier)) {
                grown[count++] = history.cost(earlier, hour) * history.growth(ago, earlier);
            }
        }
        double weekday = count == 0 ? 0 : Stats.median(grown, count);
        if (count >= SAME_HOURS_MIN) {
            return weekday;
        }
        double pooled = pooled(ago, hour);
        return count > 0 && Double.isNaN(pooled) ? weekday : Math.max(weekday, pooled);
    }

    private double pooled(int ago, int hour) {
        double[] values = new double[History.WEEK];
        int count = 0;
        for (int earlier = ago + 1; earlier <= ago + History.WEEK; earlier++) {
            if (history.counts(earlier)) {
                values[count++] = history.cost(earlier, hour);
            }
        }
        return count < POOLED_MIN ? Double.NaN : Stats.median(values, count);
    }
}
