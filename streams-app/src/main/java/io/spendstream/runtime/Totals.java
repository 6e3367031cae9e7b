package io.spendstream.runtime;

import io.spendstream.usage.Tally;
import java.util.Map;
import java.util.TreeMap;

/**
 * What became of all records since the start, over all tasks. Every state that a reader sees satisfies
 * {@code received = counted + duplicates + sum of rejected}: tallies are added whole, and read whole.
 */
public final class Totals implements Tally.Sink {

    /**
     * @param rejected by reason
     */
    public record Snapshot(
            long received, long counted, long duplicates, long unpriced, long repriced, Map<String, Long> rejected) {

        static final Snapshot NONE = new Snapshot(0, 0, 0, 0, 0, Map.of());

        Snapshot plus(Tally more) {
            Map<String, Long> reasons = rejected;
            if (!more.rejected().isEmpty()) {
                reasons = new TreeMap<>(rejected);
                for (Map.Entry<String, Long> reason : more.rejected().entrySet()) {
                    reasons.merge(reason.getKey(), reason.getValue(), Long::sum);
                }
            }
            return new Snapshot(
                    received + more.received,
                    counted + more.counted,
                    duplicates + more.duplicates,
                    unpriced + more.unpriced,
                    repriced + more.repriced,
                    reasons);
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
