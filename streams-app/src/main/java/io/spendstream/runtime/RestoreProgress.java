package io.spendstream.runtime;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/**
 * How much of its state an instance still has to read back from Kafka before it works: records of changelogs, per store,
 * and of the tables that every instance has. By offsets, so what was compacted away counts until it is passed.
 */
public final class RestoreProgress implements StateRestoreListener, Meters {

    private record Restoring(String store, long endOffset, long left) {

        Restoring at(long offset) {
            return new Restoring(store, endOffset, Math.max(0, endOffset - offset));
        }
    }

    private final StateRestoreListener also;
    private final ConcurrentMap<TopicPartition, Restoring> restoring = new ConcurrentHashMap<>();
    /** Stores that were ever restored: a gauge that comes and goes cannot be waited for. */
    private final ConcurrentMap<String, Gauge> gauges = new ConcurrentHashMap<>();

    private volatile MeterRegistry registry;

    /** @param also is told everything too */
    public RestoreProgress(StateRestoreListener also) {
        this.also = also;
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long startingOffset, long endingOffset) {
        restoring.put(partition, new Restoring(store, endingOffset, Math.max(0, endingOffset - startingOffset)));
        show(store);
        also.onRestoreStart(partition, store, startingOffset, endingOffset);
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long batchEndOffset, long restored) {
        restoring.computeIfPresent(partition, (p, before) -> before.at(batchEndOffset));
        also.onBatchRestored(partition, store, batchEndOffset, restored);
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long restored) {
        restoring.remove(partition);
        also.onRestoreEnd(partition, store, restored);
    }

    @Override
    public void onRestoreSuspended(TopicPartition partition, String store, long restored) {
        restoring.remove(partition);
        also.onRestoreSuspended(partition, store, restored);
    }

    /** Records left, over all stores. */
    long left() {
        return restoring.values().stream().mapToLong(Restoring::left).sum();
    }

    /** Such as {@code 1200 records of 3 partitions are to be restored}; empty where none is. */
    String inWords() {
        Map<TopicPartition, Restoring> now = Map.copyOf(restoring);
        return now.isEmpty()
                ? ""
                : now.values().stream().mapToLong(Restoring::left).sum() + " records of " + now.size()
                        + " partitions of state are to be read back";
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        this.registry = registry;
    }

    private void show(String store) {
        MeterRegistry shownBy = registry;
        if (shownBy != null) {
            gauges.computeIfAbsent(
                    store,
                    s -> Gauge.builder("spendstream.restore.left.records", () -> leftOf(s))
                            .description("Records of its changelog that a store has to read back before it works.")
                            .tag("store", s)
                            .strongReference(true)
                            .register(shownBy));
        }
    }

    private long leftOf(String store) {
        return restoring.values().stream()
                .filter(some -> some.store.equals(store))
                .mapToLong(Restoring::left)
                .sum();
    }
}
