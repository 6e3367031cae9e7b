package io.spendstream.runtime;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;

/**
 * What the stores of this instance take on disk and in memory, by the name of the store over its partitions. Kafka Streams
 * measures it; which names it gives to the measures is not passed on.
 */
final class StoreMeters implements Meters {

    private static final String GROUP = "stream-state-metrics";
    private static final String STORE = "rocksdb-state-id";

    /** A measure of each store, and what Kafka Streams calls it. */
    private enum Measure {
        BYTES("bytes", "total-sst-files-size", "Bytes of a store on disk, in this instance's partitions."),
        KEYS("keys", "estimate-num-keys", "Keys of a store, in this instance's partitions; RocksDB's estimate."),
        MEMTABLE_BYTES("memtable.bytes", "size-all-mem-tables", "Bytes of a store that are not on disk yet."),
        READER_BYTES("reader.bytes", "estimate-table-readers-mem", "Memory for reading a store's files, in bytes."),
        COMPACTION_BYTES(
                "compaction.pending.bytes",
                "estimate-pending-compaction-bytes",
                "Bytes that a store still has to rewrite."),
        ERRORS("background.errors", "background-errors", "Errors of a store in the background, such as a full disk.");

        private final String name;
        private final String ofStreams;
        private final String meaning;

        Measure(String name, String ofStreams, String meaning) {
            this.name = name;
            this.ofStreams = ofStreams;
            this.meaning = meaning;
        }
    }

    private final Supplier<? extends Map<MetricName, ? extends Metric>> streams;
    private final RocksDbMemory memory;
    private final Map<Measure, MultiGauge> gauges = new HashMap<>();

    /** @param streams the metrics of Kafka Streams while stores neither come nor go, else none */
    StoreMeters(Supplier<? extends Map<MetricName, ? extends Metric>> streams, RocksDbMemory memory) {
        this.streams = streams;
        this.memory = memory;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        for (Measure measure : Measure.values()) {
            gauges.put(
                    measure,
                    MultiGauge.builder("spendstream.store." + measure.name)
                            .description(measure.meaning)
                            .register(registry));
        }
        Gauge.builder("spendstream.rocksdb.cache.bytes", memory, RocksDbMemory::cacheBytes)
                .description("Bytes in the block cache that all stores share; write buffers count in it.")
                .register(registry);
        Gauge.builder("spendstream.rocksdb.cache.pinned.bytes", memory, RocksDbMemory::pinnedBytes)
                .description("Of these, bytes that cannot make room.")
                .register(registry);
        Gauge.builder("spendstream.rocksdb.cache.limit.bytes", memory, RocksDbMemory::cacheLimitBytes)
                .description("The size of the block cache, rocksdb.cache.mb.")
                .register(registry);
    }

    @Override
    public void look() {
        Map<Measure, Map<String, Double>> sums = new HashMap<>();
        streams.get().forEach((name, metric) -> {
            String store = name.group().equals(GROUP) ? name.tags().get(STORE) : null;
            Measure measure = store == null ? null : measure(name.name());
            if (measure != null && metric.metricValue() instanceof Number value) {
                sums.computeIfAbsent(measure, m -> new TreeMap<>()).merge(store, value.doubleValue(), Double::sum);
            }
        });
        gauges.forEach((measure, gauge) -> {
            List<MultiGauge.Row<?>> rows = new ArrayList<>();
            sums.getOrDefault(measure, Map.of())
                    .forEach((store, value) -> rows.add(MultiGauge.Row.of(Tags.of("store", store), value)));
            gauge.register(rows, true);
        });
    }

    private static Measure measure(String ofStreams) {
        for (Measure measure : Measure.values()) {
            if (measure.ofStreams.equals(ofStreams)) {
                return measure;
            }
        }
        return null;
    }
}
