package io.spendstream.query;

import java.time.Duration;

/** How long the buckets of the cube are kept, by resolution. */
public record Retention(Duration quarterHours, Duration days) {

    public static final Retention DEFAULT = new Retention(Duration.ofDays(100), Duration.ofDays(1_096));

    public Retention {
        if (quarterHours.isNegative() || quarterHours.isZero() || days.compareTo(quarterHours) < 0) {
            throw new IllegalArgumentException("quarter-hours are kept for a positive time and days for at least as"
                    + " long, not " + quarterHours + " and " + days);
        }
    }
}
