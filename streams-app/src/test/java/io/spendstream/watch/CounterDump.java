package io.spendstream.watch;

import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/** Reads all counters of a store, for tests that hold them against something else. */
public final class CounterDump {

    private CounterDump() {}

    /** Scope, start in epoch milliseconds and group, to what is spent; those of 0 left out. To be called when settled. */
    public static Map<String, Long> read(KeyValueStore<Bytes, byte[]> store) {
        Map<String, Long> counters = new TreeMap<>();
        Bytes all = CounterKeys.all(CounterKeys.COUNTER);
        try (KeyValueIterator<Bytes, byte[]> range = store.range(all, CounterKeys.after(all))) {
            while (range.hasNext()) {
                KeyValue<Bytes, byte[]> entry = range.next();
                if (CounterKeys.begins(entry.key, all)) {
                    CounterKeys.Parts parts = new CounterKeys.Parts(entry.key);
                    String scope = parts.text();
                    long start = parts.time();
                    Group group = new Group(new ScopeCounters(scope), parts.group());
                    Counter counter = Counter.decode(group, start, entry.value);
                    long contributed = counter.contributions().values().stream()
                            .mapToLong(Long::longValue)
                            .sum();
                    if (contributed != counter.spent()) {
                        throw new AssertionError("the contributors of " + entry.key + " spent " + contributed
                                + ", the counter says " + counter.spent());
                    }
                    if (counter.spent() != 0) {
                        counters.put(scope + "|" + start + "|" + group.values, counter.spent());
                    }
                }
            }
        }
        return counters;
    }
}
