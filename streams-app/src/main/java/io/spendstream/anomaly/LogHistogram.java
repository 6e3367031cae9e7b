package io.spendstream.anomaly;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import java.util.Arrays;

/**
 * A streaming quantile sketch of positive values in a fixed number of buckets whose bounds grow by the eighth root of
 * two: DDSketch (Masson, Rim, Lee: DDSketch, PVLDB 12(12), 2019) with a relative error of 9 % at most, the width of a
 * bucket, and mostly far less. As there, what does not fit the {@link #BUCKETS} buckets below the largest is put into the lowest one, so quantiles in the
 * upper 12 octaves (a factor of 4,096) keep that error. Bucket bounds are found with integers, so that every machine
 * finds the same.
 */
final class LogHistogram {

    static final int BUCKETS = 96;
    static final int MAX_BYTES = 4 + BUCKETS * 5;

    private static final int PER_OCTAVE = 8;

    /** Of the second half of an octave scaled to 2^20: 2^(i / 8). */
    private static final int[] STEPS = {1048576, 1143480, 1246974, 1359834, 1482910, 1617125, 1763488, 1923097};

    private static final int STEP_BITS = 20;

    /** The lowest bucket's number. */
    private int base;

    private final int[] counts = new int[BUCKETS];
    private long total;

    void add(long value, int weight) {
        int bucket = bucketOf(Math.max(1, value));
        if (total == 0) {
            base = Math.max(0, bucket - BUCKETS + 1);
        }
        if (bucket >= base + BUCKETS) {
            moveUp(bucket - BUCKETS + 1);
        }
        int place = Math.max(0, bucket - base);
        counts[place] = (int) Math.min(Integer.MAX_VALUE, (long) counts[place] + weight);
        total += weight;
    }

    private void moveUp(int newBase) {
        int by = newBase - base;
        long lowest = 0;
        for (int i = 0; i < BUCKETS; i++) {
            if (i < by || i - by == 0) {
                lowest += counts[i];
            } else {
                counts[i - by] = counts[i];
            }
        }
        for (int i = Math.max(1, BUCKETS - by); i < BUCKETS; i++) {
            counts[i] = 0;
        }
        counts[0] = (int) Math.min(Integer.MAX_VALUE, lowest);
        base = newBase;
    }

    /** Halves every count: a day later a value weighs half. Where the highest are gone there is room below again. */
    void age() {
        total = 0;
        int used = 0;
        for (int i = 0; i < BUCKETS; i++) {
            counts[i] /= 2;
            total += counts[i];
            used = counts[i] == 0 ? used : i + 1;
        }
        moveDown(Math.min(base, BUCKETS - used));
    }

    private void moveDown(int by) {
        System.arraycopy(counts, 0, counts, by, BUCKETS - by);
        Arrays.fill(counts, 0, by, 0);
        base -= by;
    }

    long total() {
        return total;
    }

    /** As if the values of a bucket were spread evenly over it; 0 of nothing. */
    double quantile(double q) {
        double rank = q * (total - 1);
        long seen = 0;
        for (int i = 0; i < BUCKETS; i++) {
            if (seen + counts[i] > rank) {
                double place = (rank - seen + 0.5) / counts[i];
                return low(base + i) + Math.min(1, place) * (low(base + i + 1) - low(base + i));
            }
            seen += counts[i];
        }
        return 0;
    }

    private static int bucketOf(long value) {
        int octave = Long.SIZE - 1 - Long.numberOfLeadingZeros(value);
        long scaled = octave >= STEP_BITS ? value >>> (octave - STEP_BITS) : value << (STEP_BITS - octave);
        int step = PER_OCTAVE - 1;
        while (scaled < STEPS[step]) {
            step--;
        }
        return octave * PER_OCTAVE + step;
    }

    private static double low(int bucket) {
        return (double) (1L << (bucket / PER_OCTAVE)) * STEPS[bucket % PER_OCTAVE] / STEPS[0];
    }

    void writeTo(ByteSink to) {
        int used = 0;
        for (int i = 0; i < BUCKETS; i++) {
            used = counts[i] == 0 ? used : i + 1;
        }
        to.writeVarint(base).writeVarint(used);
        for (int i = 0; i < used; i++) {
            to.writeVarint(counts[i]);
        }
    }

    static LogHistogram readFrom(ByteSource from) {
        LogHistogram histogram = new LogHistogram();
        histogram.base = (int) from.readVarint();
        int used = from.readCount();
        if (used > BUCKETS) {
            throw new IllegalStateException("a sketch of " + used + " buckets, at most " + BUCKETS + " are kept");
        }
        for (int i = 0; i < used; i++) {
            histogram.counts[i] = (int) from.readVarint();
            histogram.total += histogram.counts[i];
        }
        return histogram;
    }
}
