package io.spendstream.anomaly;

import java.util.Arrays;

/**
 * The kept days of a scope before the one that is judged, counted back: 1 is yesterday. 0, today, is not part of it.
 *
 * <p>A day <em>counts</em> from the scope's first one on where its tenant had anything on it. So a day on which nothing
 * was running is a gap, not a day without spend; a day on which only this scope had nothing is a zero day.
 */
final class History {

    static final int DAYS = ScopeView.DAYS_KEPT;
    static final int WEEK = 7;

    private static final int LEVEL_DAYS_MIN = 3;
    private static final int LEVEL_WEEKS = 4;
    private static final double LEVEL_CHANGE_MAX = 4;

    private final DayFigures[] days = new DayFigures[DAYS];
    private final boolean[] counts = new boolean[DAYS];
    private final double[] costs = new double[DAYS];
    private final double[] levels = new double[DAYS];
    private final double[] around = new double[DAYS];
    private final int counted;

    History(ScopeView view, long today) {
        ScopeView tenant = view.tenant();
        int counted = 0;
        Arrays.fill(levels, -1);
        Arrays.fill(around, -1);
        for (int ago = 1; ago < DAYS; ago++) {
            days[ago] = view.day(today - ago);
            costs[ago] = days[ago].total(Figure.COST);
            counts[ago] = today - ago >= view.firstDay()
                    && (!days[ago].isEmpty() || !tenant.day(today - ago).isEmpty());
            counted += counts[ago] ? 1 : 0;
        }
        this.counted = counted;
    }

    /** Days before today that count. */
    int counted() {
        return counted;
    }

    /** Whether a day counts; those not kept do not. */
    boolean counts(int ago) {
        return ago < DAYS && counts[ago];
    }

    DayFigures day(int ago) {
        return days[ago];
    }

    /** The day's cost in nano-USD. */
    double cost(int ago) {
        return costs[ago];
    }

    double cost(int ago, int hour) {
        return days[ago].hour(hour, Figure.COST);
    }

    /**
     * The costs of the last days before today that count.
     *
     * @return how many there are
     */
    int lastCosts(double[] to) {
        int count = 0;
        for (int ago = 1; ago < DAYS && count < to.length; ago++) {
            if (counts[ago]) {
                to[count++] = costs[ago];
            }
        }
        return count;
    }

    /** The median cost of the week before a day; NaN where fewer than three of its days count. */
    double level(int ago) {
        if (levels[ago] == -1) {
            levels[ago] = median(ago + 1, ago + WEEK);
        }
        return levels[ago];
    }

    /**
     * The level that a day may have: that of the week before, or the median of the four weeks before if that is higher,
     * so that the end of a week off is no anomaly, and a level that fell for good is the new one after three weeks.
     */
    private double presentLevel(int ago) {
        double[] weeks = new double[LEVEL_WEEKS];
        int count = 0;
        for (int week = 0; week < LEVEL_WEEKS; week++) {
            int before = ago + week * WEEK;
            double level = before < DAYS ? level(before) : Double.NaN;
            if (!Double.isNaN(level)) {
                weeks[count++] = level;
            }
        }
        return count == 0
                ? Double.NaN
                : Math.max(Stats.median(weeks, count), Double.isNaN(level(ago)) ? 0 : level(ago));
    }

    /**
     * The median cost of the week about a day of the past, which is known by now: the days of a level that came and went
     * have their own, and those after it not theirs. NaN where fewer than three of its days count.
     */
    private double levelAround(int ago) {
        if (around[ago] == -1) {
            around[ago] = median(ago - WEEK / 2, ago + WEEK / 2);
        }
        return around[ago];
    }

    private double median(int from, int to) {
        double[] week = new double[WEEK];
        int count = 0;
        for (int ago = from; ago <= to; ago++) {
            if (counts(ago)) {
                week[count++] = costs[ago];
            }
        }
        return count < LEVEL_DAYS_MIN ? Double.NaN : Stats.median(week, count);
    }

    /**
     * How much higher the present level of a day is than that of an earlier one, a week before or more: a quarter to four
     * times.
     */
    double growth(int ago, int earlier) {
        double then = levelAround(earlier);
        double now = presentLevel(ago);
        if (!(then > 0) || !(now > 0)) {
            return 1;
        }
        return Math.max(1 / LEVEL_CHANGE_MAX, Math.min(LEVEL_CHANGE_MAX, now / then));
    }

    /** The mean cost of a counted day before today, in nano-USD. */
    double meanDay() {
        double sum = 0;
        for (int ago = 1; ago < DAYS; ago++) {
            sum += counts[ago] ? costs[ago] : 0;
        }
        return counted == 0 ? 0 : sum / counted;
    }
}
