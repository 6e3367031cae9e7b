package io.spendstream.ingest;

import java.time.Duration;

/**
 * How far an event's time may be from when it was received.
 *
 * @param ahead into the future; covers clocks that run fast
 * @param age into the past; ids are remembered for as long, so a repeat inside it is always recognised
 */
public record Horizon(Duration ahead, Duration age) {

    public static final Horizon DEFAULT = new Horizon(Duration.ofMinutes(5), Duration.ofDays(35));

    public Horizon {
        if (ahead.isNegative() || age.isNegative() || age.isZero()) {
            throw new IllegalArgumentException(
                    "a horizon reaches a positive time back and none or more ahead, not " + age + " and " + ahead);
        }
    }
}
