package io.spendstream.connect.notify;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;

/** The header {@code Retry-After} (RFC 9110, 10.2.3): seconds, or a date of HTTP. */
final class RetryAfter {

    /** Whoever asks for more is asked again after it. */
    static final Duration LONGEST = Duration.ofHours(1);

    private static final int SECONDS_DIGITS_MAX = 9;

    private RetryAfter() {}

    /**
     * How long to wait; nought where the header is missing, cannot be read or is of the past.
     *
     * @param header null: there is none
     */
    static Duration of(String header, Instant now) {
        if (header == null) {
            return Duration.ZERO;
        }
        String text = header.strip();
        if (text.matches("[0-9]+")) {
            return text.length() > SECONDS_DIGITS_MAX ? LONGEST : limited(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            Instant date = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant();
            return limited(Duration.between(now, date));
        } catch (DateTimeException e) {
            return Duration.ZERO;
        }
    }

    private static Duration limited(Duration asked) {
        if (asked.isNegative()) {
            return Duration.ZERO;
        }
        return asked.compareTo(LONGEST) > 0 ? LONGEST : asked;
    }
}
