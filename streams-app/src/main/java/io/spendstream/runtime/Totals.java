package io.spendstream.runtime;

import io.spendstream.usage.Tally;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of all records since the start, over all tasks. Every state that a reader sees satisfies
 * {@code received = counted + duplicates + sum of rejected}: tallies are added whole, and read whole.
 */
public final class Totals implements Tally.Sink {

    /** Models that are told apart; events name them, so there may be any number. */
    static final int MODELS_MAX = 100;
    /** Stands for the others. */
    static final String OTHER = "__other__";

    /**
     * @param deltas sums that were sent to the cube
     * @param rejected by reason
     * @param unpricedModels unpriced by model
     */
    public record Snapshot(
            long received,
            long counted,
            long duplicates,
            long unpriced,
            long repriced,
            long deltas,
            Map<String, Long> rejected,
            Map<String, Long> unpricedModels) {

        static final Snapshot NONE = new Snapshot(0, 0, 0, 0, 0, 0, Map.of(), Map.of());

        Snapshot plus(Tally more) {
            return new Snapshot(
                    received + more.received,
                    counted + more.counted,
                    duplicates + more.duplicates,
                    unpriced + more.unpriced,
                    repriced + more.repriced,
                    deltas + more.deltas,
                    sum(rejected, more.rejected(), Integer.MAX_VALUE),
                    sum(unpricedModels, more.unpricedModels(), MODELS_MAX));
        }

        private static Map<String, Long> sum(Map<String, Long> before, Map<String, Long> more, int keysMax) {
            if (more.isEmpty()) {
                return before;
            }
            Map<String, Long> sums = new TreeMap<>(before);
            more.forEach((key, count) ->
                    sums.merge(sums.containsKey(key) || sums.size() < keysMax ? key : OTHER, count, Long::sum));
            return sums;
        }
    }

    private volatile Snapshot now = Snapshot.NONE;

    @Override
    public synchronized void add(Tally tally) {
        now = now.plus(tally);
    }

    public Snapshot now() {
        return now;
    }
}
