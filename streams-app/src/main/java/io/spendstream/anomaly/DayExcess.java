package io.spendstream.anomaly;

import java.util.Arrays;
import java.util.Collection;

/**
 * What each hour of a day cost more or less than usual, so far: whoever heard of a spike at ten need not hear in the evening
 * that the day's sum shows it.
 */
public final class DayExcess {

    /** Of the day's excess: the greater part is the cause. */
    private static final double EXPLAINS = 0.5;

    private final double[] hours;

    /** @param hours in nano-USD; NaN where it is not known what is usual */
    DayExcess(double... hours) {
        this.hours = hours;
    }

    /**
     * Of the day on which a quarter-hour is, up to its close.
     *
     * @param baseline of this day
     */
    public static DayExcess of(ScopeView view, Baseline baseline, long closedQuarterHour) {
        DayFigures today = view.day(baseline.day());
        int closed = (int) Math.floorMod(closedQuarterHour, (long) Case.QUARTERS_OF_DAY) + 1;
        double[] hours = new double[DayFigures.HOURS];
        for (int hour = 0; hour * Case.QUARTERS < closed; hour++) {
            double part = Math.min(1, closed / (double) Case.QUARTERS - hour);
            hours[hour] =
                    today.hour(hour, Figure.COST) - part * baseline.hourly().expectedAt(hour);
        }
        return new DayExcess(hours);
    }

    /**
     * Hours that people were told of.
     *
     * @param of the scope that they were told of
     * @param fromHour of the day
     * @param toHour exclusive
     */
    public record Told(DayExcess of, int fromHour, int toHour) {}

    /** Whether the greater part of the day's excess is of hours that people were told of. */
    public boolean isExplainedBy(Collection<Told> told) {
        double[] explained = new double[hours.length];
        for (Told one : told) {
            for (int hour = one.fromHour(); hour < one.toHour(); hour++) {
                explained[hour] = Math.max(explained[hour], common(one, hour));
            }
        }
        double all = Arrays.stream(hours).sum();
        return all > 0 && Arrays.stream(explained).sum() >= EXPLAINS * all;
    }

    /** How much of the excess is of hours told of: in nano-USD, at least 0. */
    public double common(Told told) {
        double sum = 0;
        for (int hour = told.fromHour(); hour < told.toHour(); hour++) {
            sum += Math.max(0, common(told, hour));
        }
        return sum;
    }

    /** What is narrower can have caused no more than its own excess. */
    private double common(Told told, int hour) {
        return Math.min(hours[hour], told.of().hours[hour]);
    }
}
