package io.spendstream.usage;

import java.util.HashMap;
import java.util.Map;

/**
 * What became of the records of one task since its last commit. At every commit
 * {@code received = counted + duplicates + sum of rejected}.
 */
public final class Tally {

    public long received;
    public long counted;
    public long duplicates;
    /** Of the counted ones, how many have no price yet. */
    public long unpriced;
    /** Events counted before that got their price. */
    public long repriced;
    /** Sums that the counted ones became, on their way to the cube. */
    public long deltas;

    private final Map<String, Long> rejected = new HashMap<>();
    private final Map<String, Long> unpricedModels = new HashMap<>();

    public void reject(String reason) {
        rejected.merge(reason, 1L, Long::sum);
    }

    public Map<String, Long> rejected() {
        return rejected;
    }

    /** One of the counted ones has no price. */
    public void unpriced(String model) {
        unpriced++;
        unpricedModels.merge(model, 1L, Long::sum);
    }

    /** The events without a price, by model. */
    public Map<String, Long> unpricedModels() {
        return unpricedModels;
    }

    public void clear() {
        received = 0;
        counted = 0;
        duplicates = 0;
        unpriced = 0;
        repriced = 0;
        deltas = 0;
        rejected.clear();
        unpricedModels.clear();
    }

    /** Takes the tally of a task at each of its commits, all of it at once. Called from many threads. */
    @FunctionalInterface
    public interface Sink {
        void add(Tally tally);
    }
}
