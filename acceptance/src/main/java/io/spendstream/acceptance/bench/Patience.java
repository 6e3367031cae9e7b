package io.spendstream.acceptance.bench;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Waits for what must come, and not for ever. */
final class Patience {

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final long LOOK_EVERY_NS = 50_000_000;

    /** What is waited for. */
    @FunctionalInterface
    interface Condition {
        boolean holds() throws InterruptedException;
    }

    private Patience() {}

    /** @throws IllegalStateException where it does not come within five minutes */
    static void until(String what, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("still waiting for " + what + " after " + LIMIT.toSeconds() + " s");
            }
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }
}
