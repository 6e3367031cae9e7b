package io.spendstream.cli;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;

/** By how many whole days a trace is moved, so that times of day stay as recorded. */
final class DayShift {

    private static final long DAY_MS = Duration.ofDays(1).toMillis();
    /** Events older than this are rejected by default, see the pipeline's horizon; a day is left for the way there. */
    private static final Duration REPLAYABLE = Duration.ofDays(34);

    private DayShift() {}

    /** The one shift for which {@code last} is no later than {@code now} and less than a day before it. */
    static long endingBefore(Instant last, Instant now) {
        return Math.floorDiv(now.toEpochMilli() - last.toEpochMilli(), DAY_MS);
    }

    /** The shift for which {@code last} falls on a UTC day. */
    static long endingOn(Instant last, LocalDate day) {
        return day.toEpochDay() - last.atZone(ZoneOffset.UTC).toLocalDate().toEpochDay();
    }

    static Instant moved(Instant time, long days) {
        return time.plusMillis(Math.multiplyExact(days, DAY_MS));
    }

    /** Whether a trace moved so is still taken: not in the future, and no event older than the pipeline counts. */
    static boolean isReplayable(Instant first, Instant last, long days, Instant now) {
        return !moved(last, days).isAfter(now) && !moved(first, days).isBefore(now.minus(REPLAYABLE));
    }
}
