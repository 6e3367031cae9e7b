package io.spendstream.rest;

import java.util.concurrent.atomic.AtomicLong;

/** How much may be under way at once: bytes of events, or queries. Takes no more than that, and never waits. */
final class InFlight {

    private final long max;
    private final AtomicLong taken = new AtomicLong();

    InFlight(long max) {
        this.max = max;
    }

    /** Whether there was room; if so, {@link #release} must follow. */
    boolean tryTake(long amount) {
        long now = taken.addAndGet(amount);
        if (now > max) {
            taken.addAndGet(-amount);
            return false;
        }
        return true;
    }

    void release(long amount) {
        taken.addAndGet(-amount);
    }

    long taken() {
        return taken.get();
    }
}
