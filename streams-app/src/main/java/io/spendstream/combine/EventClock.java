package io.spendstream.combine;

import io.spendstream.usage.Resolution;
import java.time.Duration;

/**
 * How far the events of one source have come, by their own times: the quarter-hours that ended some while before the
 * latest event are closed, and what comes for them later is late. It depends on the order of the source's records only,
 * so it is the same whenever they are read.
 */
final class EventClock {

    /** Nothing is closed. */
    static final long NOT_BEGUN = Long.MIN_VALUE;

    /** Events of one source come in about the order of their times. */
    static final Duration GRACE = Duration.ofMinutes(10);

    private static final long QUARTER_HOUR_MS = Resolution.QUARTER_HOUR.sizeMs();

    private long open;
    private long openFromMs;
    private long advancesAtMs;

    /** @param open the first quarter-hour that is not closed, or {@link #NOT_BEGUN} */
    EventClock(long open) {
        set(open);
    }

    /** The first quarter-hour that is open when the latest event is of a time. */
    static long openAt(long timeMs) {
        return Resolution.QUARTER_HOUR.bucketOf(timeMs - GRACE.toMillis());
    }

    /** Takes notice of an event. */
    void see(long timeMs) {
        if (timeMs >= advancesAtMs) {
            set(openAt(timeMs));
        }
    }

    /** The quarter-hour in which an event of a time comes late, or {@link DeltaBlock#IN_TIME}. */
    long cameIn(long timeMs) {
        return timeMs < openFromMs ? open : DeltaBlock.IN_TIME;
    }

    /** The first quarter-hour that is not closed, or {@link #NOT_BEGUN}. */
    long open() {
        return open;
    }

    private void set(long quarterHour) {
        open = quarterHour;
        boolean begun = quarterHour != NOT_BEGUN;
        openFromMs = begun ? Resolution.QUARTER_HOUR.startMs(quarterHour) : Long.MIN_VALUE;
        advancesAtMs = begun ? openFromMs + GRACE.toMillis() + QUARTER_HOUR_MS : Long.MIN_VALUE;
    }
}
