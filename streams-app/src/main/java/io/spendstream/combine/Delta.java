package io.spendstream.combine;

import io.spendstream.usage.Measure;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * A sum of what events add: measures, and units besides tokens by name. Events have a handful of the measures, and sums
 * are many and lie all over the memory, so a sum keeps only the measures that it has.
 */
public final class Delta {

    /** Units by name in one sum; whoever makes names up must not make a cell grow without end. */
    static final int UNITS_MAX = 256;
    /** What the units beyond the limit are summed under. */
    static final String OTHER_UNIT = "__other__";

    /** A bit for each measure it has room for, at {@link Measure#ordinal()}; the others are zero. */
    private long present;
    /** Of these measures, in their order; there may be room behind them. */
    private long[] values;

    private Map<String, long[]> otherUnits = Map.of();

    /** The sum of nothing. */
    public Delta() {
        this(0, new long[0]);
    }

    private Delta(long present, long[] values) {
        this.present = present;
        this.values = values;
    }

    /** The sum of one event. */
    public static Delta of(long[] measures, Map<String, long[]> otherUnits) {
        Delta delta = new Delta();
        delta.set(measures, otherUnits);
        return delta;
    }

    Delta copy() {
        Delta copy = new Delta(present, Arrays.copyOf(values, Long.bitCount(present)));
        if (!otherUnits.isEmpty()) {
            copy.addUnits(otherUnits);
        }
        return copy;
    }

    public long measure(Measure measure) {
        long bit = 1L << measure.ordinal();
        return (present & bit) == 0 ? 0 : values[Long.bitCount(present & bit - 1)];
    }

    /** All of them by {@link Measure#ordinal()}; a copy. */
    public long[] measures() {
        long[] measures = new long[Measure.COUNT];
        int i = 0;
        for (long rest = present; rest != 0; rest &= rest - 1) {
            measures[Long.numberOfTrailingZeros(rest)] = values[i++];
        }
        return measures;
    }

    /** Unit name to {quantity, cost in nano-USD}. */
    public Map<String, long[]> otherUnits() {
        return otherUnits;
    }

    /** Becomes the sum of one event; keeps nothing of what it is given. */
    void set(long[] measures, Map<String, long[]> units) {
        present = 0;
        room(measures.length);
        int count = 0;
        for (int i = 0; i < measures.length; i++) {
            if (measures[i] != 0) {
                present |= 1L << i;
                values[count++] = measures[i];
            }
        }
        otherUnits = Map.of();
        if (!units.isEmpty()) {
            addUnits(units);
        }
    }

    /** @throws ArithmeticException where a sum does not fit a {@code long} */
    public void add(Delta more) {
        addMeasures(more);
        if (!more.otherUnits.isEmpty()) {
            addUnits(more.otherUnits);
        }
    }

    /** As {@link #add}, without the units besides tokens. */
    public void addMeasures(Delta more) {
        if (more.present == present) {
            for (int i = Long.bitCount(present) - 1; i >= 0; i--) {
                values[i] = Math.addExact(values[i], more.values[i]);
            }
            return;
        }
        if ((more.present & ~present) != 0) {
            widen(present | more.present);
        }
        int i = 0;
        for (long rest = more.present; rest != 0; rest &= rest - 1) {
            int at = Long.bitCount(present & Long.lowestOneBit(rest) - 1);
            values[at] = Math.addExact(values[at], more.values[i++]);
        }
    }

    private void widen(long wider) {
        long[] all = new long[Long.bitCount(wider)];
        int i = 0;
        for (long rest = present; rest != 0; rest &= rest - 1) {
            all[Long.bitCount(wider & Long.lowestOneBit(rest) - 1)] = values[i++];
        }
        present = wider;
        values = all;
    }

    /** Becomes the sum of nothing, with room for the measures it had. */
    public void clear() {
        Arrays.fill(values, 0);
        otherUnits = Map.of();
    }

    /** Replaces the sum by one that {@link #write} wrote. */
    public void read(ByteSource in) {
        present = in.readPresent(Measure.COUNT);
        int count = Long.bitCount(present);
        room(count);
        for (int i = 0; i < count; i++) {
            values[i] = in.readSigned();
        }
        otherUnits = in.readUnits();
    }

    /** In the form of {@link ByteSink#writeMeasures}. */
    public ByteSink write(ByteSink out) {
        long written = 0;
        int i = 0;
        for (long rest = present; rest != 0; rest &= rest - 1) {
            written |= values[i++] == 0 ? 0 : Long.lowestOneBit(rest);
        }
        out.writeVarint(written);
        for (int v = 0; v < i; v++) {
            if (values[v] != 0) {
                out.writeSigned(values[v]);
            }
        }
        return out.writeUnits(otherUnits);
    }

    private void room(int count) {
        if (values.length < count) {
            values = new long[count];
        }
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
