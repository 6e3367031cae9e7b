package io.spendstream.access;

import java.util.concurrent.ConcurrentHashMap;

/**
 * How often callers may call: a bucket of tokens for each, which holds what comes in two seconds and is filled at the
 * caller's rate. A request takes one.
 */
public final class RateLimits {

    /** Past it, the buckets that are full are forgotten: they say nothing. */
    static final int BUCKETS_MAX = 20_000;

    private static final int BURST_SECONDS = 2;
    private static final double NANOS = 1e9;

    /** @param tokens at the time; whole and parts */
    private record Bucket(double tokens, long atNanos) {}

    private final ConcurrentHashMap<String, Bucket> buckets = new ConcurrentHashMap<>();

    /**
     * Takes one request.
     *
     * @param nowNanos by a clock that never goes back
     * @return 0 where there was room; else after how many whole seconds another try may help
     */
    public long take(Caller caller, long nowNanos) {
        int rate = caller.requestsPerSecond();
        if (rate == 0) {
            return 0;
        }
        long[] wait = {0};
        buckets.compute(caller.kind() + ":" + caller.id(), (name, bucket) -> {
            double tokens = tokensAt(bucket, rate, nowNanos);
            if (tokens < 1) {
                wait[0] = Math.max(1, (long) Math.ceil((1 - tokens) / rate));
                return new Bucket(tokens, nowNanos);
            }
            return new Bucket(tokens - 1, nowNanos);
        });
        if (buckets.size() > BUCKETS_MAX) {
            buckets.values().removeIf(bucket -> nowNanos - bucket.atNanos() > BURST_SECONDS * NANOS);
        }
        return wait[0];
    }

    private static double tokensAt(Bucket bucket, int rate, long nowNanos) {
        double full = (double) rate * BURST_SECONDS;
        return bucket == null ? full : Math.min(full, bucket.tokens() + rate * ((nowNanos - bucket.atNanos()) / NANOS));
    }

    int buckets() {
        return buckets.size();
    }
}
