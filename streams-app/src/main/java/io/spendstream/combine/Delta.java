package io.spendstream.combine;

import java.util.Map;
import java.util.TreeMap;

/** A sum of what events add: measures by {@code Measure.ordinal()}, and units besides tokens by name. */
public final class Delta {

    /** Units by name in one sum; whoever makes names up must not make a cell grow without end. */
    static final int UNITS_MAX = 256;
    /** What the units beyond the limit are summed under. */
    static final String OTHER_UNIT = "__other__";

    private final long[] measures;
    private Map<String, long[]> otherUnits = Map.of();

    /** @param measures taken over, not copied */
    public Delta(long[] measures) {
        this.measures = measures;
    }

    /** The sum of one event: a copy. */
    static Delta of(long[] measures, Map<String, long[]> otherUnits) {
        Delta delta = new Delta(measures.clone());
        if (!otherUnits.isEmpty()) {
            delta.addUnits(otherUnits);
        }
        return delta;
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

    /** Replaces the sum by one that {@link ByteSink#writeMeasures} wrote. */
    public void read(ByteSource in) {
        otherUnits = in.readMeasures(measures);
    }

    private void addUnits(Map<String, long[]> more) {
        if (otherUnits.isEmpty()) {
            otherUnits = new TreeMap<>();
        }
        more.forEach((name, amounts) -> {
            String kept = otherUnits.size() < UNITS_MAX || otherUnits.containsKey(name) ? name : OTHER_UNIT;
            long[] sum = otherUnits.computeIfAbsent(kept, n -> new long[2]);
            sum[0] = Math.addExact(sum[0], amounts[0]);
            sum[1] = Math.addExact(sum[1], amounts[1]);
        });
    }
}
