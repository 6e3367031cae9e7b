package io.spendstream.client;

/** Why usage events were not published. What to do about it follows from the reason. */
public final class PublishException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /** What was in the way. */
    public enum Reason {
        /** An event breaks a rule; nothing of the call was sent. Correct it. */
        INVALID_EVENT,
        /** An event, or all events of one call together, are too many bytes; nothing was sent. Split it. */
        TOO_LARGE,
        /** Events are made faster than Kafka takes them; nothing of the call was sent. Slow down and try again. */
        BUFFER_FULL,
        /** The schema registry gives no answer or refuses the schema; nothing was sent. Try again later. */
        REGISTRY,
        /**
         * Kafka did not acknowledge in time or refused. Some of the call's events may have arrived all the same; trying
         * again with the same ids is safe.
         */
        NOT_ACKNOWLEDGED,
        /** The thread was interrupted while it waited for room; nothing was sent. */
        INTERRUPTED,
        /** The publisher is closed; nothing was sent. */
        CLOSED
    }

    private final Reason reason;
    private final int index;

    PublishException(Reason reason, String message, Throwable cause) {
        this(reason, -1, message, cause);
    }

    PublishException(Reason reason, int index, String message, Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.index = index;
    }

    public Reason reason() {
        return reason;
    }

    /** Which event of the call is at fault, from 0; -1 where it is not one alone. */
    public int index() {
        return index;
    }
}
