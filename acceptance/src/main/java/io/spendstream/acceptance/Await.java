package io.spendstream.acceptance;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import java.util.function.Supplier;

/** Waits for conditions. */
public final class Await {

    private static final long PAUSE_MIN_NANOS = 20_000_000;
    private static final long PAUSE_MAX_NANOS = 2_000_000_000;
    /** Looks that would have fitted into a pause. */
    private static final int PAUSE_LOOKS = 3;

    private Await() {}

    /**
     * Looks again and again until what is seen is as it should be, and answers it. Between two looks it pauses three
     * times as long as the last one took, from 20 ms to 2 s: what is looked at needs the processor too.
     *
     * @param what is waited for, for the message
     * @throws IllegalStateException where that takes longer; says what was seen last
     */
    public static <T> T until(String what, Duration limit, Supplier<T> look, Predicate<T> good) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (true) {
            long start = System.nanoTime();
            T seen = look.get();
            if (good.test(seen)) {
                return seen;
            }
            long end = System.nanoTime();
            if (end > deadline) {
                throw new IllegalStateException(what + ": not within " + limit.toSeconds() + " s; last seen: " + seen);
            }
            LockSupport.parkNanos(Math.max(PAUSE_MIN_NANOS, Math.min(PAUSE_MAX_NANOS, PAUSE_LOOKS * (end - start))));
        }
    }
}
