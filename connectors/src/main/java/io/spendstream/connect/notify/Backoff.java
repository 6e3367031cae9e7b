package io.spendstream.connect.notify;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * How often a delivery is tried, and how far apart: each time twice as long as before, up to a limit, of which a random
 * part of one half is taken off, so that many senders do not come back at once.
 *
 * @param attempts in all, the first among them
 */
record Backoff(int attempts, Duration first, Duration longest) {

    private static final int DOUBLINGS_MAX = 30;

    boolean isLast(int failures) {
        return failures >= attempts;
    }

    /**
     * How long to wait before the next try.
     *
     * @param failures so far, one at the least
     * @param retryAfter what the other side asks for; it goes before, where it is longer
     */
    Duration pause(int failures, Duration retryAfter, RandomGenerator random) {
        long doubled = first.toMillis() << Math.min(failures - 1, DOUBLINGS_MAX);
        long most = Math.min(doubled, longest.toMillis());
        long half = most / 2;
        Duration own = Duration.ofMillis(most - half + (half == 0 ? 0 : random.nextLong(half + 1)));
        return own.compareTo(retryAfter) >= 0 ? own : retryAfter;
    }
}
