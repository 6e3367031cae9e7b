package io.spendstream.format;

import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** Times as others write them. */
final class Times {

    /** The end of the year 9999: what comes later is no time in this unit. */
    private static final long EPOCH_MS_MAX = 253_402_300_799_999L;

    private static final int TEXT_LENGTH_MAX = 64;
    private static final int YEAR_MAX = 9_999;

    private Times() {}

    /**
     * RFC 3339, to the millisecond.
     *
     * @throws DateTimeParseException where it is none
     */
    static Instant instant(String text) {
        if (text.length() > TEXT_LENGTH_MAX) {
            throw new DateTimeParseException("too long for a time", "", 0);
        }
        OffsetDateTime time = OffsetDateTime.parse(text);
        if (time.getYear() < 0 || time.getYear() > YEAR_MAX) {
            throw new DateTimeParseException("RFC 3339 has the years 0000 to 9999", text, 0);
        }
        return Instant.ofEpochMilli(time.toInstant().toEpochMilli());
    }

    /**
     * Seconds since 1970, fractions to the millisecond.
     *
     * @throws DateTimeException where it is no time from then until the year 9999
     */
    static Instant ofEpochSeconds(BigDecimal seconds) {
        return ofEpochMs(
                seconds.compareTo(BigDecimal.valueOf(EPOCH_MS_MAX)) > 0 || seconds.signum() <= 0
                        ? -1
                        : seconds.movePointRight(3).longValue());
    }

    /** @throws DateTimeException where it is no time from 1970 until the year 9999 */
    static Instant ofEpochMs(long epochMs) {
        if (epochMs <= 0 || epochMs > EPOCH_MS_MAX) {
            throw new DateTimeException("no time from 1970 until 9999");
        }
        return Instant.ofEpochMilli(epochMs);
    }
}
