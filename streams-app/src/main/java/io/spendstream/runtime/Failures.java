package io.spendstream.runtime;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.kafka.common.errors.InvalidTxnStateException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.streams.errors.LockException;

/** Which failures may pass by themselves, and how many of them are too many. */
final class Failures {

    private final int most;
    private final long windowNanos;
    private final Deque<Long> recent = new ArrayDeque<>();

    Failures(int most, Duration window) {
        this.most = most;
        this.windowNanos = window.toNanos();
    }

    /**
     * Whether the same work, done again, may succeed: a broker or a lock was not to be had in time, or a broker that was
     * lost in the middle of a commit has another mind of that transaction than its producer, which ends with its thread.
     */
    static boolean mayPass(Throwable exception) {
        for (Throwable cause = exception; cause != null; cause = cause.getCause()) {
            if (cause instanceof RetriableException
                    || cause instanceof LockException
                    || cause instanceof InvalidTxnStateException) {
                return true;
            }
        }
        return false;
    }

    /**
     * A failure for those that may know that there is one, and no more: what it says may hold records, addresses and
     * other tenants' names.
     */
    static String inShort(Throwable failure) {
        return failure.getClass().getSimpleName() + "; the log has the cause";
    }

    /** Notes one more; answers whether that is still within bounds. */
    synchronized boolean another(long nowNanos) {
        recent.addLast(nowNanos);
        while (nowNanos - recent.peekFirst() > windowNanos) {
            recent.removeFirst();
        }
        return recent.size() <= most;
    }
}
