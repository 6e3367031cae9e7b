package io.spendstream.format;

import java.util.Locale;

/**
 * Why something in a body is not a usage event.
 *
 * @param index of the response or span in the body, from 0; null where it is the body as a whole
 * @param field at fault, as a path in the response, or null
 * @param reason the cause
 * @param detail what was found and what would be right
 */
public record FormatFault(Integer index, String field, Reason reason, String detail) {

    /** One cause each. */
    public enum Reason {
        /** Neither JSON nor, for OTLP, a message of the protocol; or nested too deep. */
        INVALID_BODY,
        /** More bytes, values or events than any body has. */
        TOO_LARGE,
        /** More events than one body may have. */
        TOO_MANY_EVENTS,
        WRONG_TYPE,
        MISSING_FIELD,
        DUPLICATE_FIELD,
        NEGATIVE_AMOUNT,
        /** A count with a fraction. */
        NOT_WHOLE,
        AMOUNT_TOO_LARGE,
        /** The parts of a count are more than the count, so one of the figures must be wrong. */
        PART_EXCEEDS_WHOLE,
        BAD_TIME,
        BAD_VALUE;

        /** Lower case with underscores. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public String toString() {
        return (index == null ? "" : "[" + index + "] ") + (field == null ? "" : field + ": ") + detail;
    }
}
