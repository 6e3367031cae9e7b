package io.spendstream.anomaly;

/**
 * A rate in the week before: the median of its days, and between what its hours usually are. Hours and days with few
 * requests are left out: their rates are noise.
 */
final class UsualRate {

    private static final int DAYS = 7;
    private static final int DAYS_MIN = 3;
    private static final int HOURS_MIN = 12;

    /** How far beyond the 10 % and 90 % points still is usual, in distances of these from the median. */
    private static final double REACH = 2;

    private final long leastRequests;
    private final int days;
    private final double usual;
    private final double low;
    private final double high;

    UsualRate(Rate rate, History history, long leastRequests) {
        this.leastRequests = leastRequests;
        double[] ofDays = new double[DAYS];
        double[] ofHours = new double[DAYS * DayFigures.HOURS];
        int dayCount = 0;
        int hourCount = 0;
        for (int ago = 1; ago < History.DAYS && dayCount < DAYS; ago++) {
            DayFigures day = history.day(ago);
            if (day.total(Figure.REQUESTS) >= leastRequests) {
                double ofDay = rate.of(day::total);
                if (!Double.isNaN(ofDay)) {
                    ofDays[dayCount++] = ofDay;
                    hourCount = addHours(rate, day, ofHours, hourCount);
                }
            }
        }
        days = dayCount;
        usual = Stats.median(ofDays, dayCount);
        boolean hourly = hourCount >= HOURS_MIN;
        double[] values = hourly ? ofHours : ofDays;
        int count = hourly ? hourCount : dayCount;
        double median = Stats.quantile(values, count, 0.5);
        double lower = Stats.quantile(values, count, 0.1);
        double upper = Stats.quantile(values, count, 0.9);
        low = lower - REACH * (median - lower);
        high = upper + REACH * (upper - median);
    }

    private int addHours(Rate rate, DayFigures day, double[] to, int from) {
        int count = from;
        for (int hour = 0; hour < DayFigures.HOURS; hour++) {
            int at = hour;
            if (2 * day.hour(hour, Figure.REQUESTS) >= leastRequests) {
                double ofHour = rate.of(figure -> day.hour(at, figure));
                if (!Double.isNaN(ofHour)) {
                    to[count++] = ofHour;
                }
            }
        }
        return count;
    }

    long leastRequests() {
        return leastRequests;
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

    /** Lower is not seen in usual hours. */
    double low() {
        return low;
    }

    /** Higher is not seen in usual hours. */
    double high() {
        return high;
    }
}
