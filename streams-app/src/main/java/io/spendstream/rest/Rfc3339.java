package io.spendstream.rest;

/** Reads times as RFC 3339 writes them, fast: {@code 2026-11-21T10:15:30.123Z}, {@code 2026-11-21T11:15:30+01:00}. */
final class Rfc3339 {

    /** Not a time. */
    static final long INVALID = Long.MIN_VALUE;

    private static final int[] DAYS_IN_MONTH = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    private static final int FRACTION_AT = 19;
    /** As in {@link java.time.ZoneOffset}; no clock is further from UTC than 14 hours. */
    private static final int OFFSET_SECONDS_MAX = 18 * 3_600;

    private Rfc3339() {}

    /** Epoch milliseconds, finer digits cut; {@link #INVALID} where the text is no date-time with an offset. */
    static long epochMs(String text) {
        int length = text.length();
        if (length < 20
                || text.charAt(4) != '-'
                || text.charAt(7) != '-'
                || (text.charAt(10) | 0x20) != 't'
                || text.charAt(13) != ':'
                || text.charAt(16) != ':') {
            return INVALID;
        }
        int year = digits(text, 0, 4);
        int month = digits(text, 5, 2);
        int day = digits(text, 8, 2);
        int hour = digits(text, 11, 2);
        int minute = digits(text, 14, 2);
        int second = digits(text, 17, 2);
        if (!isDate(year, month, day) || !in(hour, 23) || !in(minute, 59) || !in(second, 59)) {
            return INVALID;
        }
        int at = FRACTION_AT;
        int ms = 0;
        if (text.charAt(at) == '.') {
            int end = endOfDigits(text, at + 1);
            if (end == at + 1 || end == length || end > at + 10) {
                return INVALID;
            }
            for (int i = 1; i <= 3; i++) {
                ms = ms * 10 + (at + i < end ? text.charAt(at + i) - '0' : 0);
            }
            at = end;
        }
        int offsetSeconds = offset(text, at);
        if (offsetSeconds == Integer.MIN_VALUE) {
            return INVALID;
        }
        long seconds = epochDay(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second - offsetSeconds;
        return seconds * 1_000 + ms;
    }

    private static int offset(String text, int at) {
        char sign = text.charAt(at);
        if ((sign | 0x20) == 'z') {
            return at + 1 == text.length() ? 0 : Integer.MIN_VALUE;
        }
        if ((sign != '+' && sign != '-') || at + 6 != text.length() || text.charAt(at + 3) != ':') {
            return Integer.MIN_VALUE;
        }
        int hours = digits(text, at + 1, 2);
        int minutes = digits(text, at + 4, 2);
        int seconds = hours * 3_600 + minutes * 60;
        if (hours < 0 || !in(minutes, 59) || seconds > OFFSET_SECONDS_MAX) {
            return Integer.MIN_VALUE;
        }
        return sign == '-' ? -seconds : seconds;
    }

    private static boolean isDate(int year, int month, int day) {
        if (year < 0 || month < 1 || month > 12 || day < 1) {
            return false;
        }
        boolean leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        return day <= (month == 2 && leap ? 29 : DAYS_IN_MONTH[month - 1]);
    }

    private static boolean in(int value, int max) {
        return value >= 0 && value <= max;
    }

    private static int endOfDigits(String text, int from) {
        int at = from;
        while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
            at++;
        }
        return at;
    }

    /** The number at a place, or -1 where a character is no digit. */
    private static int digits(String text, int from, int count) {
        int value = 0;
        for (int i = from; i < from + count; i++) {
            char c = text.charAt(i);
            if (c < '0' || c > '9') {
                return -1;
            }
            value = value * 10 + c - '0';
        }
        return value;
    }

    /** Days since 1970-01-01 of a date in the Gregorian calendar, by counting 400-year eras from 1 March of year 0. */
    private static long epochDay(int year, int month, int day) {
        long y = month <= 2 ? year - 1 : year;
        long era = Math.floorDiv(y, 400);
        long yearOfEra = y - era * 400;
        long dayOfYear = (153L * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
        long dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
        return era * 146_097 + dayOfEra - 719_468;
    }
}
