package io.spendstream.cli;

/** A replay could not begin or go on; the message says what was in the way and what to do. */
final class ReplayException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    ReplayException(String message, Throwable cause) {
        super(message, cause);
    }
}
