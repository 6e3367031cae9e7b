package io.spendstream.rest;

import io.spendstream.query.QueryFault;
import io.spendstream.query.QueryRefused;
import io.spendstream.reconcile.Comparison;
import io.spendstream.reconcile.Invoice;
import io.spendstream.reconcile.InvoiceField;
import io.spendstream.reconcile.InvoiceFormat;
import io.spendstream.reconcile.InvoiceOptions;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * How an invoice is to be read and compared, from the parameters of an address.
 *
 * @param models an invoice's name of a model to that which it is metered by
 * @param from null: the first day of the invoice
 * @param to null: the day after its last one
 * @param asOf null: it has all calls of its days
 */
record ReconciliationParams(
        InvoiceOptions options,
        Map<String, String> models,
        String tenant,
        LocalDate from,
        LocalDate to,
        Instant asOf,
        long tolerancePpm,
        boolean dryRun) {

    static final long TOLERANCE_DEFAULT_PPM = 10_000;

    private static final long QUARTER_HOUR_MS = 900_000;
    private static final int DAYS_MAX = 400;
    private static final List<String> KNOWN = List.of(
            "format",
            "from",
            "to",
            "zone",
            "tenant",
            "provider",
            "tolerance",
            "as_of",
            "column",
            "model",
            "where",
            "dry_run");

    /** @throws Problem.ProblemException where they are not good */
    static ReconciliationParams read(MultiMap given) {
        Params params = new Params(given, KNOWN);
        InvoiceFormat format = params.named(
                "format", text -> InvoiceFormat.ofId(text).orElse(null), InvoiceFormat.GENERIC, InvoiceFormat.ids());
        Map<InvoiceField, String> columns = new EnumMap<>(InvoiceField.class);
        params.pairs("column")
                .forEach((id, column) -> InvoiceField.ofId(id)
                        .ifPresentOrElse(
                                field -> columns.put(field, column),
                                () -> params.wrong(
                                        "column",
                                        "'" + id + "' is no field; accepted: "
                                                + String.join(
                                                        ", ",
                                                        Arrays.stream(InvoiceField.values())
                                                                .map(InvoiceField::id)
                                                                .toList()))));
        LocalDate from = params.day("from");
        LocalDate to = params.day("to");
        if (from != null && to != null && !from.isBefore(to)) {
            params.wrong("to", to + " is not after from, " + from + "; it is the day after the last one");
        }
        Instant asOf = params.time("as_of");
        if (asOf != null && asOf.toEpochMilli() % QUARTER_HOUR_MS != 0) {
            params.wrong("as_of", asOf + " is no whole quarter-hour, by which spend is kept");
        }
        Boolean dryRun = params.flag("dry_run");
        ReconciliationParams read = new ReconciliationParams(
                new InvoiceOptions(
                        format, columns, params.pairs("where"), params.name("provider"), params.zone("zone")),
                params.pairs("model"),
                params.name("tenant"),
                from,
                to,
                asOf,
                params.ppm("tolerance", TOLERANCE_DEFAULT_PPM),
                dryRun != null && dryRun);
        params.finish();
        return read;
    }

    /**
     * What is to be compared of an invoice.
     *
     * @throws QueryRefused where its days are too many, or none
     */
    Comparison comparison(Invoice invoice) {
        LocalDate first = from == null ? invoice.firstDay() : from;
        LocalDate after = to == null ? invoice.lastDay().plusDays(1) : to;
        if (!first.isBefore(after) || first.plusDays(DAYS_MAX).isBefore(after)) {
            throw new QueryRefused(
                    "from",
                    QueryFault.Reason.BAD_VALUE,
                    first + " to before " + after + " are not 1 to " + DAYS_MAX + " days; the invoice has lines of "
                            + invoice.firstDay() + " to " + invoice.lastDay());
        }
        Comparison comparison = new Comparison(invoice, options, models, tenant, first, after, asOf, tolerancePpm);
        if (comparison.asOf() != null && !comparison.asOf().isAfter(comparison.start())) {
            throw new QueryRefused(
                    "as_of", QueryFault.Reason.BAD_VALUE, asOf + " is not after the start, " + comparison.start());
        }
        return comparison;
    }
}
