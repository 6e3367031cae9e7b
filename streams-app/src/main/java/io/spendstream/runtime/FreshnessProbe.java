package io.spendstream.runtime;

import io.spendstream.query.Lag;
import io.spendstream.query.LagSource;
import io.spendstream.usage.Progress;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * How far this instance is: the time until which everything received is in the cube.
 *
 * <p>A partition of events without lag has been decided up to now, one with lag up to the last record it decided. What
 * is decided reaches the cube with the next commit, so a position counts only once {@code settleMs} have passed; and
 * where the cube itself lags, up to the last deltas it added.
 */
public final class FreshnessProbe implements Progress, LagSource {

    /** Records not yet read, per partition of a topic. */
    record Positions(Map<Integer, Long> eventLags, Map<Integer, Long> deltaLags) {}

    private record Decided(long atMs, long untilMs) {}

    private final Supplier<Positions> positions;
    private final LongSupplier clock;
    private final long settleMs;
    private final Map<Integer, Long> metered = new ConcurrentHashMap<>();
    private final Map<Integer, Long> rolledUp = new ConcurrentHashMap<>();
    private final Deque<Decided> history = new ArrayDeque<>();
    private volatile Lag lag;

    /**
     * @param positions read at every {@link #probe}
     * @param clock epoch milliseconds
     * @param settleMs how long what was decided takes to be in the cube, at the most, where nothing lags
     */
    FreshnessProbe(Supplier<Positions> positions, LongSupplier clock, long settleMs) {
        this.positions = positions;
        this.clock = clock;
        this.settleMs = settleMs;
        this.lag = new Lag(0, Instant.ofEpochMilli(clock.getAsLong()));
    }

    @Override
    public void metered(int partition, long receivedMs) {
        metered.put(partition, receivedMs);
    }

    @Override
    public void rolledUp(int partition, long receivedMs) {
        rolledUp.merge(partition, receivedMs, Math::max);
    }

    @Override
    public Lag lag() {
        return lag;
    }

    /** Looks anew. To be called several times a second by one thread. */
    void probe() {
        long now = clock.getAsLong();
        Positions at = positions.get();
        history.addLast(new Decided(now, until(now, at.eventLags(), metered)));
        Decided settled = null;
        while (!history.isEmpty() && history.peekFirst().atMs() <= now - settleMs) {
            settled = history.removeFirst();
        }
        if (settled == null) {
            return;
        }
        long asOf = Math.min(settled.untilMs(), until(now, at.deltaLags(), rolledUp));
        long records =
                at.eventLags().values().stream().mapToLong(Long::longValue).sum();
        lag = new Lag(records, Instant.ofEpochMilli(asOf));
    }

    private static long until(long now, Map<Integer, Long> lags, Map<Integer, Long> done) {
        long until = now;
        for (Map.Entry<Integer, Long> partition : new HashMap<>(lags).entrySet()) {
            if (partition.getValue() > 0) {
                until = Math.min(until, done.getOrDefault(partition.getKey(), 0L));
            }
        }
        return until;
    }
}
