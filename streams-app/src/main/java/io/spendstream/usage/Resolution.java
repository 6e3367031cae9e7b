package io.spendstream.usage;

/** How long a bucket of the spend cube is. Buckets are numbered from the epoch, in UTC. */
public enum Resolution {
    QUARTER_HOUR(900_000L),
    DAY(86_400_000L);

    public static final int QUARTERS_OF_HOUR = 4;
    public static final int QUARTERS_OF_DAY = 96;
    public static final long HOUR_MS = 3_600_000;

    private final long sizeMs;

    Resolution(long sizeMs) {
        this.sizeMs = sizeMs;
    }

    /** The length of a bucket in milliseconds. */
    public long sizeMs() {
        return sizeMs;
    }

    /** The number of the bucket that an instant, in epoch milliseconds, lies in. */
    public long bucketOf(long epochMs) {
        return Math.floorDiv(epochMs, sizeMs);
    }

    /** The first instant of a bucket, in epoch milliseconds. */
    public long startMs(long bucket) {
        return Math.multiplyExact(bucket, sizeMs);
    }
}
