package io.spendstream.anomaly;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import java.util.Arrays;

/**
 * The largest outlier of each day of the last two weeks, of cost and of tokens. What came on two days before, such as a
 * report that is written each night, is a habit: a request must be half as large again as the second largest of them.
 *
 * <p>Empty until the first outlier; at most {@link #MAX_BYTES} encoded. Cost is nano-USD.
 */
final class OutlierHabit {

    static final int DAYS = 14;

    /** For each day its place, and up to nine bytes of cost and of tokens. */
    static final int MAX_BYTES = 11 + DAYS * 19;

    private static final int HABIT_DAYS = 2;
    private static final double SLACK = 1.5;

    private final long[] costs = new long[DAYS];
    private final long[] tokens = new long[DAYS];

    /** The last day that is known of; places of days in between that had none are 0. */
    private long day = Long.MIN_VALUE;

    /** @return whether anything changed; a day earlier than the last one counts as the last one */
    boolean note(long epochDay, long cost, long tokensOfRequest) {
        moveTo(epochDay);
        int place = place(day);
        boolean larger = cost > costs[place] || tokensOfRequest > tokens[place];
        costs[place] = Math.max(costs[place], cost);
        tokens[place] = Math.max(tokens[place], tokensOfRequest);
        return larger;
    }

    private void moveTo(long epochDay) {
        if (isEmpty() || epochDay - day >= DAYS) {
            Arrays.fill(costs, 0);
            Arrays.fill(tokens, 0);
            day = epochDay;
        }
        while (day < epochDay) {
            day++;
            costs[place(day)] = 0;
            tokens[place(day)] = 0;
        }
    }

    private static int place(long epochDay) {
        return (int) Math.floorMod(epochDay, (long) DAYS);
    }

    /** What a request may cost on a day by habit; 0 where there is none. */
    long cost(long epochDay) {
        return usual(costs, epochDay);
    }

    /** How many tokens a request may have on a day by habit; 0 where there is none. */
    long tokens(long epochDay) {
        return usual(tokens, epochDay);
    }

    private long usual(long[] largest, long epochDay) {
        if (isEmpty()) {
            return 0;
        }
        long first = 0;
        long second = 0;
        int days = 0;
        for (long before = Math.max(epochDay, day + 1) - DAYS + 1; before <= day; before++) {
            long of = before < epochDay && day - before < DAYS ? largest[place(before)] : 0;
            days += of > 0 ? 1 : 0;
            second = Math.max(second, Math.min(first, of));
            first = Math.max(first, of);
        }
        return days < HABIT_DAYS ? 0 : (long) Math.min(Long.MAX_VALUE, SLACK * second);
    }

    boolean isEmpty() {
        return day == Long.MIN_VALUE;
    }

    void writeTo(ByteSink to) {
        to.writeSigned(day);
        int present = 0;
        for (int place = 0; place < DAYS; place++) {
            present |= costs[place] == 0 && tokens[place] == 0 ? 0 : 1 << place;
        }
        to.writeVarint(present);
        for (int place = 0; place < DAYS; place++) {
            if ((present >> place & 1) != 0) {
                to.writeVarint(costs[place]).writeVarint(tokens[place]);
            }
        }
    }

    static OutlierHabit readFrom(ByteSource from) {
        OutlierHabit habit = new OutlierHabit();
        habit.day = from.readSigned();
        long present = from.readVarint();
        if (present >>> DAYS != 0) {
            throw new IllegalStateException("outliers of more than " + DAYS + " days");
        }
        for (int place = 0; place < DAYS; place++) {
            if ((present >> place & 1) != 0) {
                habit.costs[place] = from.readVarint();
                habit.tokens[place] = from.readVarint();
            }
        }
        return habit;
    }
}
