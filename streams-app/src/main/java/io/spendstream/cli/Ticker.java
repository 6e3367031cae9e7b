package io.spendstream.cli;

import java.util.concurrent.TimeUnit;

/** Time that passes, in nanoseconds from an arbitrary start. */
interface Ticker {

    Ticker SYSTEM = new Ticker() {
        @Override
        public long nanos() {
            return System.nanoTime();
        }

        @Override
        public void waitUntil(long nanos) throws InterruptedException {
            long left = nanos - System.nanoTime();
            if (left > 0) {
                TimeUnit.NANOSECONDS.sleep(left);
            }
        }
    };

    long nanos();

    /** Returns at once where that is past. */
    void waitUntil(long nanos) throws InterruptedException;
}
