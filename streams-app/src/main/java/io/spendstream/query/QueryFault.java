package io.spendstream.query;

import java.util.Locale;

/**
 * One thing wrong with a query.
 *
 * @param field the parameter at fault
 * @param reason the cause
 * @param detail what was found and what would be right
 */
public record QueryFault(String field, Reason reason, String detail) {

    /** Why a query is refused. */
    public enum Reason {
        UNKNOWN_PARAMETER,
        BAD_VALUE,
        /** Parameters that are right by themselves and cannot be answered together. */
        NOT_TOGETHER,
        /** It needs buckets that are no longer kept. */
        NOT_KEPT,
        /** Its answer would be too large. */
        TOO_LARGE;

        /** As in answers: lower case with underscores. */
        public String code() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
