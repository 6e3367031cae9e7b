package io.spendstream.reconcile;

import io.spendstream.pricing.PriceBook;
import io.spendstream.usage.Digest;
import io.spendstream.v1.LeftOut;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.ReconciledRow;
import io.spendstream.v1.Reconciliation;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * An invoice, and what of that which was metered it is held against.
 *
 * @param options how it was read; their zone has the days
 * @param models an invoice's name of a model to that which it is metered by
 * @param tenant null: all of them
 * @param from the first day
 * @param to the day after the last one
 * @param asOf until when the invoice has the calls of its days; null: all of them
 */
public record Comparison(
        Invoice invoice,
        InvoiceOptions options,
        Map<String, String> models,
        String tenant,
        LocalDate from,
        LocalDate to,
        Instant asOf,
        long tolerancePpm) {

    public Comparison {
        models = Map.copyOf(models);
        asOf = asOf == null || !asOf.isBefore(start(to, options)) ? null : asOf;
    }

    private static Instant start(LocalDate day, InvoiceOptions options) {
        return day.atStartOfDay(options.zone()).toInstant();
    }

    public ZoneId zone() {
        return options.zone();
    }

    /** Of the first day. */
    public Instant start() {
        return start(from, options);
    }

    /** Of the last day. */
    public Instant end() {
        return start(to, options);
    }

    /** Until when what was metered is held against the invoice. */
    public Instant until() {
        return asOf == null ? end() : asOf;
    }

    /**
     * Makes the comparison.
     *
     * @param metered from the start until {@link #until}
     * @param later from then to the end: told as a sum, and not compared
     * @throws Reconciler.TooMuch where there would be too many rows
     * @throws ArithmeticException where amounts together do not fit a {@code long} of nano-USD
     */
    public Reconciliation make(
            List<Metered> metered, List<Metered> later, Collection<ModelPrices> prices, Instant loadedAt) {
        PriceBook book = new PriceBook();
        prices.forEach(book::put);
        Set<String> names = Stream.concat(metered.stream(), later.stream())
                .map(Metered::model)
                .collect(Collectors.toSet());
        ModelNames modelNames = new ModelNames(models, book.all(), names);
        ListPrices listPrices = ListPrices.of(book, zone());
        Reconciler.Result result = reconcile(metered, modelNames, listPrices);
        long meteredAfter = later.isEmpty()
                ? 0
                : reconcile(later, modelNames, listPrices).rows().stream()
                        .mapToLong(ReconciledRow::getMeteredNanoUsd)
                        .reduce(0, Math::addExact);
        List<LeftOut> leftOut = new ArrayList<>(invoice.leftOut());
        leftOut.addAll(result.leftOut());
        return Reconciliation.newBuilder()
                .setId(id(result.providers()))
                .setTenant(tenant)
                .setProviders(result.providers())
                .setFormat(options.format().id())
                .setContent(invoice.content())
                .setZone(zone().getId())
                .setFromDay(from)
                .setToDay(to)
                .setAsOf(asOf)
                .setTolerancePpm(tolerancePpm)
                .setLoadedAt(loadedAt)
                .setMeteredAfterNanoUsd(meteredAfter)
                .setUnattributedNanoUsd(result.unattributedNanoUsd())
                .setUnattributedRequests(result.unattributedRequests())
                .setLeftOut(leftOut)
                .setRows(result.rows())
                .build();
    }

    private Reconciler.Result reconcile(List<Metered> metered, ModelNames names, ListPrices prices) {
        return Reconciler.reconcile(invoice.lines(), metered, options.wholeProvider(), from, to, names, prices);
    }

    /** The same days of the same scope are the same reconciliation. */
    private String id(List<String> providers) {
        Digest digest = new Digest()
                .add(tenant)
                .add(zone().getId())
                .add(from.toEpochDay())
                .add(to.toEpochDay());
        providers.forEach(digest::add);
        return digest.hex();
    }
}
