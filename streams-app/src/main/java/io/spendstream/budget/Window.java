package io.spendstream.budget;

import java.time.Duration;
import java.time.Instant;

/**
 * One period of a budget.
 *
 * @param start inclusive
 * @param end exclusive; null where it never ends
 */
public record Window(Instant start, Instant end) {

    /** All time since the epoch. */
    public static final Window LIFETIME = new Window(Instant.EPOCH, null);

    public boolean contains(Instant time) {
        return !time.isBefore(start) && (end == null || time.isBefore(end));
    }

    /** How long it is, with its hours of summer time; null where it never ends. */
    public Duration length() {
        return end == null ? null : Duration.between(start, end);
    }
}
