package io.spendstream.format;

/** Texts of others in our messages. */
final class Texts {

    private static final int SHOWN_MAX = 64;

    private Texts() {}

    static String shortened(String text) {
        return text.length() <= SHOWN_MAX ? text : text.substring(0, SHOWN_MAX - 3) + "...";
    }
}
