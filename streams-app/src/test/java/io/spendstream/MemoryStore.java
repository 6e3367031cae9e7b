package io.spendstream;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Key-value stores of Kafka Streams without a topology, for the classes that keep their state in one. */
public final class MemoryStore {

    private MemoryStore() {}

    /** An empty store in memory; what is built over it anew has been restarted. */
    public static KeyValueStore<Bytes, byte[]> named(String name) {
        KeyValueStore<Bytes, byte[]> store = org.apache.kafka.streams.state.Stores.inMemoryKeyValueStore(name)
                .get();
        StateStoreContext context = new MockProcessorContext<Object, Object>().getStateStoreContext();
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
