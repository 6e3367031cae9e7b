package io.spendstream.cli;

/** A trace cannot be replayed as it is; the message names the file, the line and what was expected there. */
final class TraceException extends Exception {

    private static final long serialVersionUID = 1L;

    TraceException(String message) {
        super(message);
    }
}
