package io.spendstream.pricing;

import io.spendstream.money.Money;
import io.spendstream.usage.Meter;
import io.spendstream.v1.ServiceTier;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * Prices one event by one rate card. A function of its arguments.
 *
 * <p>Which rate bills a meter: of the rates for the tier, the one with the highest threshold that the call's context
 * exceeds, the base rate having the threshold 0; where there is none, the same among the standard rates, and the charge
 * says so. So a tier that has a price is billed at that tier's price, also for a long context that only the standard
 * tier prices apart: a batch discount does not vanish because a catalogue names no long-context batch price.
 *
 * <p>The context is the uncached input, the cache reads and the cache writes together.
 */
public final class Pricer {

    private static final int STANDARD = ServiceTier.STANDARD.ordinal();
    private static final int INPUT = Meter.INPUT_TOKENS.ordinal();
    private static final int OUTPUT = Meter.OUTPUT_TOKENS.ordinal();
    private static final int CACHE_READ = Meter.CACHE_READ_TOKENS.ordinal();
    private static final int CACHE_WRITE_5M = Meter.CACHE_WRITE_5M_TOKENS.ordinal();
    private static final int CACHE_WRITE_1H = Meter.CACHE_WRITE_1H_TOKENS.ordinal();
    private static final int REASONING = Meter.REASONING_TOKENS.ordinal();

    private final CompiledCard card;
    private final int tier;
    private final long context;
    private boolean tierFallback;
    private boolean longContext;

    private Pricer(CompiledCard card, ServiceTier tier, long context) {
        this.card = card;
        this.tier = tier.ordinal();
        this.context = context;
    }

    /**
     * The charge for one event. A used meter without a rate leaves the whole event unpriced
     * ({@link Charge#missingMeter()}): an unknown price must never look free.
     *
     * @param quantities units per meter, by {@link Meter#ordinal()}; not changed
     * @param otherUnits units besides tokens by name; null or empty where there are none
     * @throws ArithmeticException where a cost does not fit a {@code long} of nano-USD
     * @throws IllegalArgumentException where a quantity is negative or there is more reasoning than output
     */
    public static Charge price(CompiledCard card, ServiceTier tier, long[] quantities, Map<String, Long> otherUnits) {
        check(quantities);
        return new Pricer(card, tier, context(quantities)).charge(quantities, otherUnits);
    }

    private Charge charge(long[] quantities, Map<String, Long> otherUnits) {
        // Without a rate of its own, reasoning is information about output and is billed there.
        long reasoning = rate(REASONING) < 0 ? 0 : quantities[REASONING];
        long[] perMeter = new long[Charge.WIDTH * Meter.COUNT];
        long cost = 0;
        for (int meter = 0; meter < Meter.COUNT; meter++) {
            long quantity = meter == REASONING
                    ? reasoning
                    : meter == OUTPUT ? quantities[OUTPUT] - reasoning : quantities[meter];
            if (quantity == 0) {
                continue;
            }
            long rate = use(card.ladder(meter, tier), card.ladder(meter, STANDARD));
            if (rate < 0) {
                return Charge.unpriced(Meter.at(meter).field());
            }
            long meterCost = Money.costNanoUsd(quantity, rate);
            int at = Charge.WIDTH * meter;
            perMeter[at + Charge.QUANTITY] = quantity;
            perMeter[at + Charge.RATE] = rate;
            perMeter[at + Charge.COST] = meterCost;
            cost = Math.addExact(cost, meterCost);
        }
        List<Charge.OtherUnit> others = List.of();
        if (otherUnits != null && !otherUnits.isEmpty()) {
            others = new ArrayList<>(otherUnits.size());
            String missing = chargeOtherUnits(otherUnits, others);
            if (missing != null) {
                return Charge.unpriced(missing);
            }
            for (Charge.OtherUnit other : others) {
                cost = Math.addExact(cost, other.costNanoUsd());
            }
        }
        return new Charge(perMeter, others, cost, cacheSavings(quantities), tierFallback, longContext);
    }

    /** Fills in what each used unit costs, by name; answers the first one without a rate, or null. */
    private String chargeOtherUnits(Map<String, Long> units, List<Charge.OtherUnit> charged) {
        String missing = null;
        for (Map.Entry<String, Long> unit : units.entrySet()) {
            long quantity = unit.getValue();
            if (quantity == 0) {
                continue;
            }
            if (quantity < 0) {
                throw new IllegalArgumentException(unit.getKey() + " is negative: " + quantity);
            }
            long[][] ladders = card.unitLadders(unit.getKey());
            long rate = ladders == null ? -1 : use(ladders[tier], ladders[STANDARD]);
            if (rate >= 0) {
                charged.add(new Charge.OtherUnit(unit.getKey(), quantity, rate, Money.costNanoUsd(quantity, rate)));
            } else if (missing == null || unit.getKey().compareTo(missing) < 0) {
                // Maps have no order to rely on; the first by name makes the answer the same every time.
                missing = unit.getKey();
            }
        }
        charged.sort(Comparator.comparing(Charge.OtherUnit::name));
        return missing;
    }

    private long cacheSavings(long[] quantities) {
        if ((quantities[CACHE_READ] | quantities[CACHE_WRITE_5M] | quantities[CACHE_WRITE_1H]) == 0) {
            return 0;
        }
        long input = rate(INPUT);
        if (input < 0) {
            return 0;
        }
        long savings = cacheSaving(quantities, CACHE_READ, input);
        savings = Math.addExact(savings, cacheSaving(quantities, CACHE_WRITE_5M, input));
        return Math.addExact(savings, cacheSaving(quantities, CACHE_WRITE_1H, input));
    }

    private long cacheSaving(long[] quantities, int meter, long inputRate) {
        if (quantities[meter] == 0) {
            return 0;
        }
        long perUnit = inputRate - rate(meter);
        long saving = Money.costNanoUsd(quantities[meter], Math.abs(perUnit));
        return perUnit < 0 ? -saving : saving;
    }

    /** The rate of a used meter, or -1; notes a fall-back and a long-context rate. */
    private long use(long[] own, long[] standard) {
        long[] ladder = own;
        int step = CompiledCard.step(own, context);
        if (step < 0 && tier != STANDARD) {
            ladder = standard;
            step = CompiledCard.step(standard, context);
            tierFallback |= step >= 0;
        }
        if (step < 0) {
            return -1;
        }
        longContext |= ladder[step] > 0;
        return ladder[step + 1];
    }

    /** The rate that would bill a meter, or -1. */
    private long rate(int meter) {
        long[] ladder = card.ladder(meter, tier);
        int step = CompiledCard.step(ladder, context);
        if (step < 0) {
            ladder = card.ladder(meter, STANDARD);
            step = CompiledCard.step(ladder, context);
        }
        return step < 0 ? -1 : ladder[step + 1];
    }

    private static long context(long[] quantities) {
        long context = Math.addExact(quantities[INPUT], quantities[CACHE_READ]);
        context = Math.addExact(context, quantities[CACHE_WRITE_5M]);
        return Math.addExact(context, quantities[CACHE_WRITE_1H]);
    }

    private static void check(long[] quantities) {
        for (int meter = 0; meter < Meter.COUNT; meter++) {
            if (quantities[meter] < 0) {
                throw new IllegalArgumentException(Meter.at(meter).field() + " is negative: " + quantities[meter]);
            }
        }
        if (quantities[REASONING] > quantities[OUTPUT]) {
            throw new IllegalArgumentException(quantities[REASONING] + " reasoning_tokens are more than the "
                    + quantities[OUTPUT] + " output_tokens they are a part of");
        }
    }
}
