package io.spendstream.reconcile;

import io.spendstream.usage.Meter;
import io.spendstream.v1.LeftOut;
import io.spendstream.v1.ReconciledRow;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Holds an invoice against what was metered, per day, provider and model. For each row
 *
 * <pre>
 * difference = invoiced − metered = quantity + price + unpriced + unexplained
 * quantity   = Σ over meters that the invoice counts: (its tokens − metered tokens) × metered price
 * price      = Σ over meters that it counts and has a cost of: its cost − its tokens × metered price
 * unpriced   = where calls have no price yet, of what is left above zero: at most invoiced × their share of the requests
 * </pre>
 *
 * to the nano-dollar. The metered price of a meter is what its tokens cost that day on average; where none were metered, or
 * some of the calls have no price, the price book's standard rate. Each product is rounded once, half-even.
 */
public final class Reconciler {

    /** Of the result. */
    public static final int ROWS_MAX = 5_000;

    private static final BigInteger PICO_PER_NANO = BigInteger.valueOf(1_000);

    /**
     * The comparison.
     *
     * @param providers whose calls were compared; empty: everybody's
     * @param unattributed metered without a provider, of models that are not on the invoice
     */
    public record Result(
            List<ReconciledRow> rows,
            List<String> providers,
            List<LeftOut> leftOut,
            long unattributedRequests,
            long unattributedNanoUsd) {}

    /** There is too much to compare. */
    public static final class TooMuch extends RuntimeException {

        private static final long serialVersionUID = 1;

        private TooMuch(int rows) {
            super(rows + " combinations of day, provider and model; at most " + ROWS_MAX
                    + " can be compared at once: choose fewer days, or lines");
        }
    }

    private record Key(LocalDate day, String provider, String model) {

        static final Comparator<Key> ORDER = Comparator.comparing(Key::day)
                .thenComparing(Key::provider, Comparator.nullsFirst(Comparator.naturalOrder()))
                .thenComparing(Key::model);
    }

    /** Both sides of one row. */
    private static final class Sides {
        final List<InvoiceLine> invoiced = new ArrayList<>();
        final List<Metered> metered = new ArrayList<>();
    }

    private final ModelNames names;
    private final ListPrices prices;
    private final Map<Key, Sides> sides = new TreeMap<>(Key.ORDER);
    /** Whose the models are that the invoice names. */
    private final Map<String, String> providerOfModel = new TreeMap<>();

    private final Set<String> providers = new TreeSet<>();
    private long unattributedRequests;
    private long unattributedNanoUsd;

    private Reconciler(ModelNames names, ListPrices prices) {
        this.names = names;
        this.prices = prices;
    }

    /**
     * @param provider whose invoice it is as a whole; null where its lines say
     * @param from the first day
     * @param to the day after the last one
     * @throws TooMuch where there would be more than {@link #ROWS_MAX} rows
     * @throws ArithmeticException where their amounts together do not fit a {@code long} of nano-USD
     */
    public static Result reconcile(
            List<InvoiceLine> lines,
            List<Metered> metered,
            String provider,
            LocalDate from,
            LocalDate to,
            ModelNames names,
            ListPrices prices) {
        Reconciler reconciler = new Reconciler(names, prices);
        if (provider != null) {
            reconciler.providers.add(provider);
        }
        List<LeftOut> leftOut = reconciler.take(lines, from, to);
        metered.forEach(reconciler::take);
        if (reconciler.sides.size() > ROWS_MAX) {
            throw new TooMuch(reconciler.sides.size());
        }
        List<ReconciledRow> rows = new ArrayList<>();
        reconciler.sides.forEach((key, of) -> rows.add(reconciler.row(key, of)));
        requireSums(rows);
        return new Result(
                rows,
                List.copyOf(reconciler.providers),
                leftOut,
                reconciler.unattributedRequests,
                reconciler.unattributedNanoUsd);
    }

    /** Whoever adds some of the amounts up later does not have to fear for the sum. */
    private static void requireSums(List<ReconciledRow> rows) {
        long all = 0;
        for (ReconciledRow row : rows) {
            for (long amount : new long[] {
                row.getInvoicedNanoUsd(),
                row.getMeteredNanoUsd(),
                row.getQuantityNanoUsd(),
                row.getPriceNanoUsd(),
                row.getUnpricedNanoUsd()
            }) {
                all = Math.addExact(all, Math.absExact(amount));
            }
        }
    }

    private List<LeftOut> take(List<InvoiceLine> lines, LocalDate from, LocalDate to) {
        long outside = 0;
        long outsideCost = 0;
        for (InvoiceLine line : lines) {
            if (line.day().isBefore(from) || !line.day().isBefore(to)) {
                outside++;
                outsideCost = Math.addExact(outsideCost, line.costNanoUsd() == null ? 0 : line.costNanoUsd());
                continue;
            }
            String model = names.ofInvoice(line.model());
            sides.computeIfAbsent(new Key(line.day(), line.provider(), model), k -> new Sides())
                    .invoiced
                    .add(line);
            if (line.provider() != null) {
                providers.add(line.provider());
                providerOfModel.merge(model, line.provider(), (a, b) -> a.compareTo(b) <= 0 ? a : b);
            }
        }
        return outside == 0 ? List.of() : List.of(new LeftOut("days outside of the period", outside, outsideCost));
    }

    /** Calls without a provider are of the one whose invoice has their model. */
    private void take(Metered metered) {
        String model = names.ofMetered(metered.model());
        String provider = null;
        if (!providers.isEmpty()) {
            provider = metered.provider() == null ? providerOfModel.get(model) : metered.provider();
            if (provider == null) {
                unattributedRequests += metered.requests();
                unattributedNanoUsd = Math.addExact(unattributedNanoUsd, metered.costNanoUsd());
                return;
            }
            if (!providers.contains(provider)) {
                return;
            }
        }
        sides.computeIfAbsent(new Key(metered.day(), provider, model), k -> new Sides())
                .metered
                .add(metered);
    }

    private ReconciledRow row(Key key, Sides of) {
        Map<Meter, Long> meteredTokens = new EnumMap<>(Meter.class);
        Map<Meter, Long> meteredCosts = new EnumMap<>(Meter.class);
        long metered = 0;
        long requests = 0;
        long unpricedRequests = 0;
        for (Metered one : of.metered) {
            one.tokens().forEach((meter, tokens) -> meteredTokens.merge(meter, tokens, Math::addExact));
            one.costs().forEach((meter, cost) -> meteredCosts.merge(meter, cost, Math::addExact));
            metered = Math.addExact(metered, one.costNanoUsd());
            requests += one.requests();
            unpricedRequests += one.unpriced();
        }
        Map<Meter, Long> tokens = new EnumMap<>(Meter.class);
        Map<Meter, Long> costs = new EnumMap<>(Meter.class);
        Long cost = null;
        Long invoicedRequests = null;
        Set<String> invoiceNames = new TreeSet<>();
        for (InvoiceLine line : of.invoiced) {
            line.tokens().forEach((meter, count) -> tokens.merge(meter, count, Math::addExact));
            line.costs().forEach((meter, amount) -> costs.merge(meter, amount, Math::addExact));
            cost = plus(cost, line.costNanoUsd());
            invoicedRequests = plus(invoicedRequests, line.requests());
            invoiceNames.add(line.model());
        }
        Values values = new Values(key, meteredTokens, meteredCosts, unpricedRequests);
        boolean valued = cost == null && !of.invoiced.isEmpty();
        long invoiced = cost == null ? values.of(tokens) : cost;
        long difference = Math.subtractExact(invoiced, metered);
        long quantity = values.of(differences(tokens, meteredTokens));
        long price = 0;
        for (Map.Entry<Meter, Long> own : costs.entrySet()) {
            Long count = tokens.get(own.getKey());
            Long value = count == null ? null : values.of(own.getKey(), count);
            price = value == null ? price : Math.addExact(price, Math.subtractExact(own.getValue(), value));
        }
        long left = Math.subtractExact(Math.subtractExact(difference, quantity), price);
        long unpriced = left <= 0 ? 0 : Math.min(left, share(invoiced, unpricedRequests, requests));
        return ReconciledRow.newBuilder()
                .setDay(key.day)
                .setProvider(key.provider)
                .setModel(key.model)
                .setInvoiceNames(List.copyOf(invoiceNames))
                .setMetered(!of.metered.isEmpty())
                .setValued(valued)
                .setInvoicedNanoUsd(invoiced)
                .setMeteredNanoUsd(metered)
                .setInvoicedRequests(invoicedRequests)
                .setMeteredRequests(requests)
                .setUnpricedRequests(unpricedRequests)
                .setInvoicedTokens(tokens.isEmpty() ? null : sum(tokens))
                .setMeteredTokens(sum(meteredTokens))
                .setQuantityNanoUsd(quantity)
                .setPriceNanoUsd(price)
                .setUnpricedNanoUsd(unpriced)
                .build();
    }

    private static Long plus(Long sum, Long more) {
        return more == null ? sum : sum == null ? more : Long.valueOf(Math.addExact(sum, more));
    }

    private static Map<Meter, Long> differences(Map<Meter, Long> tokens, Map<Meter, Long> metered) {
        Map<Meter, Long> differences = new EnumMap<>(Meter.class);
        tokens.forEach((meter, count) -> differences.put(meter, count - metered.getOrDefault(meter, 0L)));
        return differences;
    }

    private static long sum(Map<Meter, Long> amounts) {
        return amounts.values().stream().reduce(0L, Math::addExact);
    }

    private static long share(long amount, long part, long whole) {
        return whole <= 0 ? 0 : times(amount, part, whole);
    }

    /** {@code a × b / divisor}, half-even. */
    private static long times(long a, long b, long divisor) {
        return new BigDecimal(BigInteger.valueOf(a).multiply(BigInteger.valueOf(b)))
                .divide(BigDecimal.valueOf(divisor), 0, RoundingMode.HALF_EVEN)
                .longValueExact();
    }

    /** What tokens of one row cost. */
    private final class Values {

        private final Key key;
        private final Map<Meter, Long> tokens;
        private final Map<Meter, Long> costs;
        private final boolean allPriced;

        Values(Key key, Map<Meter, Long> tokens, Map<Meter, Long> costs, long unpricedRequests) {
            this.key = key;
            this.tokens = tokens;
            this.costs = costs;
            this.allPriced = unpricedRequests == 0;
        }

        /** Those that have no price count for nothing. */
        long of(Map<Meter, Long> counts) {
            long sum = 0;
            for (Map.Entry<Meter, Long> count : counts.entrySet()) {
                Long value = of(count.getKey(), count.getValue());
                sum = value == null ? sum : Math.addExact(sum, value);
            }
            return sum;
        }

        /** Null where there is no price. */
        Long of(Meter meter, long count) {
            if (count == 0) {
                return 0L;
            }
            long metered = tokens.getOrDefault(meter, 0L);
            if (allPriced && metered > 0) {
                return times(count, costs.getOrDefault(meter, 0L), metered);
            }
            Long pico = prices.picoUsdPerToken(key.model, key.provider, key.day, meter);
            return pico == null ? null : Long.valueOf(times(count, pico, PICO_PER_NANO.longValueExact()));
        }
    }
}
