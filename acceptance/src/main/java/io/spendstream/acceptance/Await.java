package io.spendstream.acceptance;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for conditions. */
public final class Await {

    private static final long LOOK_EVERY_NANOS = 20_000_000;

    private Await() {}

    /**
     * Looks again and again until what is seen is as it should be, and answers it.
     *
     * @param what is waited for, for the message
     * @throws IllegalStateException where that takes longer; says what was seen last
     */
    public static <T> T until(String what, Duration limit, Supplier<T> look, Predicate<T> good) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            T seen = look.get();
            if (good.test(seen)) {
                return seen;
            }
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(what + ": not within " + limit.toSeconds() + " s; last seen: " + seen);
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }
}
