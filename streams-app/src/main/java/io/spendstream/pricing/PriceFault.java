package io.spendstream.pricing;

/**
 * What is wrong with a price record.
 *
 * @param field the path of the field, as in {@code cards[0].rates[2].meter}; empty where it is the record as a whole
 * @param reason what was found and what would be right
 */
public record PriceFault(String field, String reason) {

    @Override
    public String toString() {
        return field.isEmpty() ? reason : field + ": " + reason;
    }
}
