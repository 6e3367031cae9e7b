package io.spendstream.reconcile;

import java.time.ZoneId;
import java.util.Map;

/**
 * How an invoice is read.
 *
 * @param columns which column has a field, in place of the format's own
 * @param where only lines that have these values in these columns are compared
 * @param provider whose invoice it is, whatever it says itself; null: as it says, or as the format implies
 * @param zone whose days are compared
 */
public record InvoiceOptions(
        InvoiceFormat format,
        Map<InvoiceField, String> columns,
        Map<String, String> where,
        String provider,
        ZoneId zone) {

    public InvoiceOptions {
        columns = Map.copyOf(columns);
        where = Map.copyOf(where);
    }

    /** As the format has it. */
    public static InvoiceOptions of(InvoiceFormat format, ZoneId zone) {
        return new InvoiceOptions(format, Map.of(), Map.of(), null, zone);
    }

    /** Whose invoice it is as a whole; null where its lines say so, or nobody does. */
    public String wholeProvider() {
        return provider == null ? format.provider() : provider;
    }
}
