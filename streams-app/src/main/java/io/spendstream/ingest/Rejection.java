package io.spendstream.ingest;

import java.util.Locale;

/** Why an event is not counted. One reason a cause; the code is the metric label and the record header. */
public enum Rejection {
    /** Key and value are larger than any event; only their beginnings are kept. */
    RECORD_TOO_LARGE,
    /** The record has no key, so deliveries of one event need not meet in one partition. */
    MISSING_KEY,
    /** Not the Confluent wire format: too short, or the first byte is not 0. */
    WIRE_FORMAT,
    /** The registry has no schema of this id. */
    UNKNOWN_SCHEMA,
    /** The writer's schema cannot be read as a usage event. */
    INCOMPATIBLE_SCHEMA,
    /** The bytes do not follow the writer's schema. */
    UNDECODABLE,
    /** A required text is empty, or one that tells things apart holds nothing but blanks. */
    EMPTY_TEXT,
    TEXT_TOO_LONG,
    /** U+0000 to U+001F, U+007F to U+009F, U+2028 or U+2029. */
    CONTROL_CHARACTER,
    /** Half a UTF-16 pair, which UTF-8 cannot say: texts that differ in it alone would become one. */
    UNPAIRED_SURROGATE,
    NEGATIVE_AMOUNT,
    AMOUNT_TOO_LARGE,
    /** More reasoning tokens than output tokens, of which they are a part. */
    REASONING_EXCEEDS_OUTPUT,
    /** An attempt below 1 or absurdly high. */
    BAD_ATTEMPT,
    /** A quality score that is not a finite number. */
    NOT_FINITE,
    TOO_MANY_ENTRIES,
    /** A unit's name that no rate card can price. */
    BAD_UNIT_NAME,
    TIME_IN_FUTURE,
    TIME_TOO_OLD;

    private final String code = name().toLowerCase(Locale.ROOT);

    /** As in metrics, headers and answers: lower case with underscores. */
    public String code() {
        return code;
    }
}
