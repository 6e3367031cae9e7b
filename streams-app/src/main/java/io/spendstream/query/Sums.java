package io.spendstream.query;

import io.spendstream.usage.Measure;
import java.util.Arrays;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * Exact sums of all measures, and of the priced units besides tokens. Mutable while an answer is put together by one
 * thread. Overflow is an {@link ArithmeticException}.
 */
public final class Sums {

    private final long[] measures;
    private TreeMap<String, long[]> otherUnits;

    public Sums() {
        this(new long[Measure.COUNT]);
    }

    private Sums(long[] measures) {
        this.measures = measures;
    }

    /** Sums that start with the given ones, which are copied. */
    public static Sums of(long[] measures, Map<String, long[]> otherUnits) {
        Sums sums = new Sums();
        sums.add(measures, otherUnits);
        return sums;
    }

    /**
     * @param measures at {@link Measure#ordinal()}
     * @param units name to {quantity, cost in nano-USD}
     * @throws QueryRefused where a sum does not fit a {@code long}
     */
    public void add(long[] measures, Map<String, long[]> units) {
        try {
            for (int i = 0; i < Measure.COUNT; i++) {
                this.measures[i] = Math.addExact(this.measures[i], measures[i]);
            }
            if (!units.isEmpty()) {
                addUnits(units);
            }
        } catch (ArithmeticException e) {
            throw new QueryRefused(
                    "from",
                    QueryFault.Reason.TOO_LARGE,
                    "a sum does not fit 64 bits (9.2 billion USD): ask for a shorter time, or with fewer features at once");
        }
    }

    public void add(Sums sums) {
        add(sums.measures, sums.otherUnits());
    }

    public long measure(Measure measure) {
        return measures[measure.ordinal()];
    }

    /** Name to {quantity, cost in nano-USD}, in the order of names. */
    public Map<String, long[]> otherUnits() {
        return otherUnits == null ? Map.of() : Collections.unmodifiableMap(otherUnits);
    }

    private void addUnits(Map<String, long[]> units) {
        if (otherUnits == null) {
            otherUnits = new TreeMap<>();
        }
        units.forEach((name, amounts) -> {
            long[] sum = otherUnits.computeIfAbsent(name, n -> new long[2]);
            sum[0] = Math.addExact(sum[0], amounts[0]);
            sum[1] = Math.addExact(sum[1], amounts[1]);
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Sums sums && Arrays.equals(measures, sums.measures) && unitsEqual(sums);
    }

    private boolean unitsEqual(Sums other) {
        return otherUnits().keySet().equals(other.otherUnits().keySet())
                && otherUnits().entrySet().stream()
                        .allMatch(unit -> Arrays.equals(
                                unit.getValue(), other.otherUnits().get(unit.getKey())));
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(measures) * 31 + otherUnits().keySet().hashCode();
    }

    @Override
    public String toString() {
        return Arrays.toString(measures) + otherUnits().keySet();
    }
}
