package io.spendstream.reconcile;

import io.spendstream.v1.LeftOut;
import io.spendstream.v1.ReconciledRow;
import io.spendstream.v1.Reconciliation;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * How far an invoice and what was metered are apart: sums of rows.
 *
 * @param provider null: of several, or the invoice names none
 * @param model null: all of them
 * @param onInvoice whether it is on the invoice
 * @param metered whether calls of it were metered
 * @param invoicedRequests null where the invoice does not say
 * @param invoicedTokens null where the invoice does not say
 * @param quantityNanoUsd {@code priceNanoUsd}, {@code unpricedNanoUsd}: the explained parts, see {@link Reconciler}
 */
public record Drift(
        String provider,
        String model,
        boolean onInvoice,
        boolean metered,
        boolean valued,
        long invoicedNanoUsd,
        long meteredNanoUsd,
        Long invoicedRequests,
        long meteredRequests,
        long unpricedRequests,
        Long invoicedTokens,
        long meteredTokens,
        long quantityNanoUsd,
        long priceNanoUsd,
        long unpricedNanoUsd) {

    public static final long PPM = 1_000_000;

    private record Name(String provider, String model) {}

    /** Of a whole reconciliation. */
    public static Drift of(Reconciliation reconciliation) {
        return sum(null, null, reconciliation.getRows());
    }

    /** Of a single row. */
    public static Drift of(ReconciledRow row) {
        return sum(row.getProvider(), row.getModel(), List.of(row));
    }

    /** Of each provider and model over all days, the largest difference first. */
    public static List<Drift> byModel(Collection<ReconciledRow> rows) {
        Map<Name, List<ReconciledRow>> byName =
                new TreeMap<>(Comparator.comparing(Name::provider, Comparator.nullsFirst(Comparator.naturalOrder()))
                        .thenComparing(Name::model));
        rows.forEach(row -> byName.computeIfAbsent(new Name(row.getProvider(), row.getModel()), n -> new ArrayList<>())
                .add(row));
        List<Drift> models = new ArrayList<>();
        byName.forEach((name, of) -> models.add(sum(name.provider, name.model, of)));
        models.sort(Comparator.comparingLong((Drift drift) -> -Math.abs(drift.differenceNanoUsd())));
        return models;
    }

    private static Drift sum(String provider, String model, Collection<ReconciledRow> rows) {
        return new Drift(
                provider,
                model,
                rows.stream().anyMatch(row -> !row.getInvoiceNames().isEmpty()),
                rows.stream().anyMatch(ReconciledRow::getMetered),
                rows.stream().anyMatch(ReconciledRow::getValued),
                sum(rows, ReconciledRow::getInvoicedNanoUsd),
                sum(rows, ReconciledRow::getMeteredNanoUsd),
                known(rows.stream().map(ReconciledRow::getInvoicedRequests).toList()),
                sum(rows, ReconciledRow::getMeteredRequests),
                sum(rows, ReconciledRow::getUnpricedRequests),
                known(rows.stream().map(ReconciledRow::getInvoicedTokens).toList()),
                sum(rows, ReconciledRow::getMeteredTokens),
                sum(rows, ReconciledRow::getQuantityNanoUsd),
                sum(rows, ReconciledRow::getPriceNanoUsd),
                sum(rows, ReconciledRow::getUnpricedNanoUsd));
    }

    /** Several under one name. */
    static Drift together(String name, Collection<Drift> some) {
        long invoiced = 0;
        long metered = 0;
        long explained = 0;
        for (Drift drift : some) {
            invoiced = Math.addExact(invoiced, drift.invoicedNanoUsd);
            metered = Math.addExact(metered, drift.meteredNanoUsd);
            explained = Math.addExact(explained, drift.explainedNanoUsd());
        }
        return new Drift(name, name, true, true, false, invoiced, metered, null, 0, 0, null, 0, explained, 0, 0);
    }

    private static long sum(Collection<ReconciledRow> rows, ToLongFunction<ReconciledRow> amount) {
        return rows.stream().mapToLong(amount).reduce(0, Math::addExact);
    }

    private static Long known(List<Long> amounts) {
        List<Long> known = amounts.stream().filter(Objects::nonNull).toList();
        return known.isEmpty() ? null : known.stream().reduce(0L, Math::addExact);
    }

    /** Invoiced less metered. */
    public long differenceNanoUsd() {
        return Math.subtractExact(invoicedNanoUsd, meteredNanoUsd);
    }

    /** What of the difference no explained part says. */
    public long unexplainedNanoUsd() {
        return Math.subtractExact(differenceNanoUsd(), explainedNanoUsd());
    }

    private long explainedNanoUsd() {
        return Math.addExact(Math.addExact(quantityNanoUsd, priceNanoUsd), unpricedNanoUsd);
    }

    /** The difference in parts per million of what was invoiced, half-even; null where nothing was. */
    public Long ppm() {
        return ppm(differenceNanoUsd(), invoicedNanoUsd);
    }

    private static Long ppm(long part, long whole) {
        return whole == 0
                ? null
                : Long.valueOf(new BigDecimal(BigInteger.valueOf(part).multiply(BigInteger.valueOf(PPM)))
                        .divide(BigDecimal.valueOf(Math.abs(whole)), 0, RoundingMode.HALF_EVEN)
                        .longValueExact());
    }

    /**
     * What is held against the tolerance: the larger of the difference of the whole and that of any model, so that models
     * which are wrong in opposite ways are seen, in parts per million of the whole invoice. Days are not judged by
     * themselves: a call about midnight may be another day's at the provider. A million where nothing was invoiced and
     * something was metered.
     */
    public static long judged(Reconciliation reconciliation) {
        Drift whole = of(reconciliation);
        long largest = byModel(reconciliation.getRows()).stream()
                .mapToLong(drift -> Math.abs(drift.differenceNanoUsd()))
                .reduce(Math.abs(whole.differenceNanoUsd()), Math::max);
        Long ppm = ppm(largest, whole.invoicedNanoUsd());
        return ppm == null ? (largest == 0 ? 0 : PPM) : ppm;
    }

    /** Whether it is within its tolerance. */
    public static boolean isWithin(Reconciliation reconciliation) {
        return judged(reconciliation) <= reconciliation.getTolerancePpm();
    }

    /** What of the invoice was not compared. */
    public static long leftOutNanoUsd(Reconciliation reconciliation) {
        return reconciliation.getLeftOut().stream()
                .mapToLong(LeftOut::getCostNanoUsd)
                .reduce(0, Math::addExact);
    }
}
