package io.spendstream;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * Key-value stores of Kafka Streams without a topology, for the classes that keep their state in one. What is built
 * anew over a store has been restarted.
 */
public final class TestStores {

    private TestStores() {}

    public static KeyValueStore<Bytes, byte[]> inMemory(String name) {
        KeyValueStore<Bytes, byte[]> store = Stores.inMemoryKeyValueStore(name).get();
        store.init(new MockProcessorContext<Object, Object>().getStateStoreContext(), store);
        return store;
    }

    /** In RocksDB, which reads on a snapshot while it is written to; to be closed by the test. */
    public static KeyValueStore<Bytes, byte[]> persistent(String name, Path directory) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        StateStoreContext context = new MockProcessorContext<Object, Object>(
                        config, new TaskId(0, 0), directory.toFile())
                .getStateStoreContext();
        KeyValueStore<Bytes, byte[]> store =
                Stores.persistentKeyValueStore(name).get();
        store.init(context, store);
        return store;
    }

    public static List<KeyValue<Bytes, byte[]>> entries(KeyValueStore<Bytes, byte[]> store) {
        List<KeyValue<Bytes, byte[]>> entries = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> all = store.all()) {
            all.forEachRemaining(entries::add);
        }
        return entries;
    }
}
