package io.spendstream.ingest;

/**
 * What is wrong with an event.
 *
 * @param reason the cause
 * @param field the field at fault, or null where it is the record as a whole
 * @param detail what was found and what would be right
 */
public record Fault(Rejection reason, String field, String detail) {

    @Override
    public String toString() {
        return field == null ? detail : field + ": " + detail;
    }
}
