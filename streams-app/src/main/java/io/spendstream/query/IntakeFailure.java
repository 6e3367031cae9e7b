package io.spendstream.query;

import java.time.Duration;

/** Events could not be taken in. */
public final class IntakeFailure extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** Why. */
    public enum Reason {
        /** More arrives than can be passed on: the caller should slow down. */
        OVERLOADED,
        /** The log is out of reach. */
        UNAVAILABLE
    }

    private final Reason reason;
    private final Duration retryAfter;

    public IntakeFailure(Reason reason, String message, Duration retryAfter) {
        super(message);
        this.reason = reason;
        this.retryAfter = retryAfter;
    }

    public Reason reason() {
        return reason;
    }

    /** How long to wait before another try. */
    public Duration retryAfter() {
        return retryAfter;
    }
}
