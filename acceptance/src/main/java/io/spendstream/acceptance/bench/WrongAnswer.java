package io.spendstream.acceptance.bench;

/** Something was fast and wrong. The message says what came out and what should have. */
final class WrongAnswer extends RuntimeException {

    private static final long serialVersionUID = 1L;

    WrongAnswer(String message) {
        super(message);
    }
}
