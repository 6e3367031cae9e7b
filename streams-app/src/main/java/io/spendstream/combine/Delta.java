package io.spendstream.combine;

import java.util.Map;
import java.util.TreeMap;

/** A sum of what events add: measures by {@code Measure.ordinal()}, and units besides tokens by name. */
public final class Delta {

    private final long[] measures;
    private Map<String, long[]> otherUnits = Map.of();

    /** @param measures taken over, not copied */
    public Delta(long[] measures) {
        this.measures = measures;
    }

    public long[] measures() {
        return measures;
    }

    /** Unit name to {quantity, cost in nano-USD}. */
    public Map<String, long[]> otherUnits() {
        return otherUnits;
    }

    /** @throws ArithmeticException where a sum does not fit a {@code long} */
    public void add(long[] more, Map<String, long[]> moreUnits) {
        for (int i = 0; i < measures.length; i++) {
            // Most are zero: an event has a handful of measures.
            if (more[i] != 0) {
                measures[i] = Math.addExact(measures[i], more[i]);
            }
        }
        if (!moreUnits.isEmpty()) {
            addUnits(moreUnits);
        }
    }

    private void addUnits(Map<String, long[]> more) {
        if (otherUnits.isEmpty()) {
            otherUnits = new TreeMap<>();
        }
        more.forEach((name, amounts) -> {
            long[] sum = otherUnits.computeIfAbsent(name, n -> new long[2]);
            sum[0] = Math.addExact(sum[0], amounts[0]);
            sum[1] = Math.addExact(sum[1], amounts[1]);
        });
    }
}
