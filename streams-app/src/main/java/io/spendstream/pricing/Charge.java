package io.spendstream.pricing;

import io.spendstream.usage.Meter;
import java.util.List;

/**
 * What one event costs, per meter and in all. Costs are nano-USD, rates pico-USD per unit. The event's cost is the sum
 * of its meters' costs, each of which was rounded once.
 */
public final class Charge {

    /** What a unit besides tokens costs. */
    public record OtherUnit(String name, long quantity, long picoUsdPerUnit, long costNanoUsd) {}

    static final int QUANTITY = 0;
    static final int RATE = 1;
    static final int COST = 2;
    /** Of {@link #perMeter}: quantity, rate and cost of the first meter, then of the next. */
    static final int WIDTH = 3;

    private final long[] perMeter;
    private final List<OtherUnit> otherUnits;
    private final long costNanoUsd;
    private final long cacheSavingsNanoUsd;
    private final boolean tierFallback;
    private final boolean longContext;
    private final String missingMeter;

    Charge(
            long[] perMeter,
            List<OtherUnit> otherUnits,
            long costNanoUsd,
            long cacheSavingsNanoUsd,
            boolean tierFallback,
            boolean longContext) {
        this.perMeter = perMeter;
        this.otherUnits = otherUnits;
        this.costNanoUsd = costNanoUsd;
        this.cacheSavingsNanoUsd = cacheSavingsNanoUsd;
        this.tierFallback = tierFallback;
        this.longContext = longContext;
        this.missingMeter = null;
    }

    private Charge(String missingMeter) {
        this.perMeter = new long[WIDTH * Meter.COUNT];
        this.otherUnits = List.of();
        this.costNanoUsd = 0;
        this.cacheSavingsNanoUsd = 0;
        this.tierFallback = false;
        this.longContext = false;
        this.missingMeter = missingMeter;
    }

    static Charge unpriced(String missingMeter) {
        return new Charge(missingMeter);
    }

    /** Whether every used meter has a rate. Where not, all amounts are 0 and mean nothing. */
    public boolean isPriced() {
        return missingMeter == null;
    }

    /** The first used meter or unit that the card has no rate for, or null where the event is priced. */
    public String missingMeter() {
        return missingMeter;
    }

    /** The event's cost in nano-USD. */
    public long costNanoUsd() {
        return costNanoUsd;
    }

    /** Units billed on a meter: output without the reasoning that is billed on its own, reasoning only if it is. */
    public long quantity(Meter meter) {
        return perMeter[WIDTH * meter.ordinal() + QUANTITY];
    }

    /** The rate applied to a meter, or 0 where nothing was billed on it. */
    public long picoUsdPerUnit(Meter meter) {
        return perMeter[WIDTH * meter.ordinal() + RATE];
    }

    /** What a meter costs in nano-USD. */
    public long costNanoUsd(Meter meter) {
        return perMeter[WIDTH * meter.ordinal() + COST];
    }

    /** Units besides tokens that were used, by name; empty where none were. */
    public List<OtherUnit> otherUnits() {
        return otherUnits;
    }

    /** What units besides tokens cost together, in nano-USD. */
    public long otherUnitsCostNanoUsd() {
        long cost = 0;
        for (int i = 0; i < otherUnits.size(); i++) {
            cost = Math.addExact(cost, otherUnits.get(i).costNanoUsd());
        }
        return cost;
    }

    /**
     * What the prompt cache saved, net, in nano-USD: (input rate − cache-read rate) × cache reads − (cache-write rate −
     * input rate) × cache writes, each product rounded once. May be negative; 0 where no input rate applies.
     */
    public long cacheSavingsNanoUsd() {
        return cacheSavingsNanoUsd;
    }

    /** Whether a used meter was billed at the standard rate because the tier that was asked for has none for it. */
    public boolean tierFallback() {
        return tierFallback;
    }

    /** Whether a used meter was billed at a long-context rate. */
    public boolean longContext() {
        return longContext;
    }
}
