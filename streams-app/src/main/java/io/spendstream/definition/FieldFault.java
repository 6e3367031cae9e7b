package io.spendstream.definition;

/**
 * What is wrong with a definition.
 *
 * @param field the path of the field, as in {@code thresholds[1].at}; empty where it is the definition as a whole
 * @param reason what was found and what would be right
 */
public record FieldFault(String field, String reason) {

    @Override
    public String toString() {
        return field.isEmpty() ? reason : field + ": " + reason;
    }
}
