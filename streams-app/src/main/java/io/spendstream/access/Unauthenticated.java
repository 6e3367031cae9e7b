package io.spendstream.access;

/** The caller did not say who it is, or not so that it can be believed. An answer, not a failure: without stack trace. */
public final class Unauthenticated extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** @param message for the caller: what to send; nothing about what is known here */
    public Unauthenticated(String message) {
        super(message, null, false, false);
    }
}
