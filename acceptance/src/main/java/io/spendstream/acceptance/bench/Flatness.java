package io.spendstream.acceptance.bench;

import java.util.Arrays;
import java.util.List;

/**
 * Whether something that was looked at again and again stayed as it was. The first quarter of the time is for warming
 * up. Of what is left, the median of the last third may be above that of the first by so many per cent of it, or by a
 * fixed amount where that is more. Medians, so that a single high value says nothing; thirds, so that what comes and
 * goes every few minutes is in both.
 *
 * @param first median of the first third after warming up
 * @param last median of the last
 * @param limit what the last may be
 */
record Flatness(long first, long last, long limit) {

    private static final int PARTS = 4;
    /** Fewer say nothing: three for each third, and as many to warm up. */
    static final int SAMPLES_MIN = 12;

    /**
     * @param samples in the order in which they were taken, evenly
     * @throws IllegalArgumentException where there are fewer than twelve
     */
    static Flatness of(List<Long> samples, int percent, long atLeast) {
        if (samples.size() < SAMPLES_MIN) {
            throw new IllegalArgumentException(
                    samples.size() + " samples say nothing about a trend; " + SAMPLES_MIN + " are the least");
        }
        int quarter = samples.size() / PARTS;
        long first = median(samples.subList(quarter, 2 * quarter));
        long last = median(samples.subList(samples.size() - quarter, samples.size()));
        return new Flatness(first, last, first + Math.max(first * percent / 100, atLeast));
    }

    boolean isFlat() {
        return last <= limit;
    }

    private static long median(List<Long> values) {
        long[] sorted = values.stream().mapToLong(Long::longValue).sorted().toArray();
        return Arrays.stream(sorted, (sorted.length - 1) / 2, sorted.length / 2 + 1)
                        .sum()
                / (2 - sorted.length % 2);
    }
}
