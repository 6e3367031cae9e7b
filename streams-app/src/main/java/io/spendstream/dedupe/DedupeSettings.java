package io.spendstream.dedupe;

import java.time.Duration;

/**
 * How ids are remembered.
 *
 * @param window how long, by event time
 * @param bucket the length of a time bucket: what is loaded for one late event
 * @param tolerance a repeat whose time differs from the first by no more is recognised
 * @param memoryBytes of the buckets that a task keeps in memory
 */
public record DedupeSettings(Duration window, Duration bucket, Duration tolerance, long memoryBytes) {

    public static final DedupeSettings DEFAULT =
            new DedupeSettings(Duration.ofDays(35), Duration.ofMinutes(5), Duration.ofMinutes(1), 64L << 20);

    public DedupeSettings {
        if (bucket.compareTo(Duration.ofSeconds(1)) < 0 || bucket.compareTo(window) > 0) {
            throw new IllegalArgumentException(
                    "dedupe.bucket is between one second and the window " + window + ", not " + bucket);
        }
        if (tolerance.isNegative() || tolerance.compareTo(bucket) > 0) {
            throw new IllegalArgumentException(
                    "dedupe.tolerance is between nothing and the bucket " + bucket + ", not " + tolerance);
        }
        if (memoryBytes < 1L << 20) {
            throw new IllegalArgumentException("dedupe.memory is 1 MiB or more, not " + memoryBytes + " bytes");
        }
    }
}
