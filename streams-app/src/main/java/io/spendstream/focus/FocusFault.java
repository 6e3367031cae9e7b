package io.spendstream.focus;

/** Something that was given as a FOCUS dataset is none; the message says what is wrong and what would be right. */
public final class FocusFault extends Exception {

    private static final long serialVersionUID = 1L;

    FocusFault(String message) {
        super(message);
    }
}
