package io.spendstream.sandbox.traffic;

/** How busy a feature is over the day, in UTC, and at the weekend, in percent of its peak. */
enum Rhythm {
    /** People at work: a steep morning, a dip at noon, quiet nights and weekends. */
    OFFICE(35, 12, 9, 8, 8, 10, 15, 28, 55, 82, 96, 100, 88, 84, 97, 98, 94, 85, 70, 54, 42, 34, 28, 22, 16),
    /** Software that runs all the time, used somewhat more by day. */
    STEADY(85, 68, 64, 62, 62, 64, 68, 76, 85, 94, 98, 100, 98, 97, 99, 100, 98, 95, 90, 86, 82, 79, 76, 73, 70),
    /** Jobs that run at night, at the weekend too. */
    NIGHT(100, 80, 100, 100, 95, 60, 20, 6, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 5, 6, 8, 12, 25, 45, 60);

    private static final long SECONDS_PER_DAY = 86_400;
    private static final long SECONDS_PER_HOUR = 3_600;
    /** 1 January 1970 was a Thursday, day 0 here; so Saturday and Sunday are the days 2 and 3. */
    private static final long SATURDAY = 2;

    private static final int HOURS = 24;

    private final int weekend;
    private final int[] byHour;

    Rhythm(int weekend, int... byHour) {
        this.weekend = weekend;
        this.byHour = byHour;
    }

    /** The share of the peak, 0 to 1, straight lines between the full hours. */
    double at(long epochSecond) {
        long ofDay = Math.floorMod(epochSecond, SECONDS_PER_DAY);
        int hour = (int) (ofDay / SECONDS_PER_HOUR);
        double into = (double) (ofDay % SECONDS_PER_HOUR) / SECONDS_PER_HOUR;
        double percent = byHour[hour] + into * (byHour[(hour + 1) % HOURS] - byHour[hour]);
        long weekday = Math.floorMod(Math.floorDiv(epochSecond, SECONDS_PER_DAY), 7L);
        boolean isWeekend = weekday == SATURDAY || weekday == SATURDAY + 1;
        return percent / 100 * (isWeekend ? weekend / 100.0 : 1);
    }
}
