package io.spendstream.connect.notify;

import java.time.Duration;

/** A delivery that failed; the message says why, without secrets. */
final class DeliveryException extends Exception {

    private static final long serialVersionUID = 1L;

    private final boolean retriable;
    private final Duration retryAfter;

    private DeliveryException(String reason, boolean retriable, Duration retryAfter) {
        super(reason);
        this.retriable = retriable;
        this.retryAfter = retryAfter;
    }

    /** Trying again may help. */
    static DeliveryException passing(String reason) {
        return passing(reason, Duration.ZERO);
    }

    /** @param retryAfter how long the other side wants to be left alone */
    static DeliveryException passing(String reason, Duration retryAfter) {
        return new DeliveryException(reason, true, retryAfter);
    }

    /** Trying again is useless. */
    static DeliveryException permanent(String reason) {
        return new DeliveryException(reason, false, Duration.ZERO);
    }

    boolean retriable() {
        return retriable;
    }

    Duration retryAfter() {
        return retryAfter;
    }
}
