package io.spendstream.pricing;

import io.spendstream.usage.UsageRecord;
import io.spendstream.usage.UsageRecords;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The counted events of one partition that have no price yet, in a logged store. A key is the model and a zero byte, the
 * event's time (8 bytes), and the id; a value the event in Avro's single-object encoding, which names its schema.
 */
final class UnpricedEvents {

    private final KeyValueStore<Bytes, byte[]> store;

    UnpricedEvents(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    void add(UsageRecord event) {
        try {
            ByteBuffer encoded = UsageEvent.getEncoder().encode(UsageRecords.toAvro(event));
            byte[] value = new byte[encoded.remaining()];
            encoded.get(value);
            store.put(key(event), value);
        } catch (IOException e) {
            throw new IllegalStateException("the event " + event.id + " cannot be encoded", e);
        }
    }

    void remove(UsageRecord event) {
        store.delete(key(event));
    }

    /**
     * Visits the events of all models that may have a price now, by model and time. The visitor may remove the event it
     * is given.
     *
     * @param from null: the first
     * @param eventsMax visited at the most
     * @param mayHavePrice models for which this is false are passed over without reading their events
     * @return where to go on; null where all were visited
     */
    Bytes visit(Bytes from, int eventsMax, Predicate<String> mayHavePrice, Consumer<UsageRecord> visitor) {
        int left = eventsMax;
        Bytes at = from;
        for (String model = firstModelFrom(at); model != null; model = firstModelFrom(at)) {
            Bytes end = prefix(model, 1);
            if (mayHavePrice.test(model)) {
                Bytes start = prefix(model, 0);
                try (KeyValueIterator<Bytes, byte[]> events =
                        store.range(at == null || at.compareTo(start) < 0 ? start : at, end)) {
                    while (events.hasNext()) {
                        KeyValue<Bytes, byte[]> entry = events.next();
                        if (entry.key.compareTo(end) < 0) {
                            if (left-- == 0) {
                                return entry.key;
                            }
                            visitor.accept(decode(entry.value));
                        }
                    }
                }
            }
            at = end;
        }
        return null;
    }

    private String firstModelFrom(Bytes from) {
        try (KeyValueIterator<Bytes, byte[]> events = store.range(from, null)) {
            return events.hasNext() ? modelOf(events.next().key) : null;
        }
    }

    private static UsageRecord decode(byte[] value) {
        try {
            return UsageRecords.of(UsageEvent.getDecoder().decode(value));
        } catch (IOException e) {
            throw new IllegalStateException("an event in the store of unpriced events cannot be decoded", e);
        }
    }

    private static Bytes key(UsageRecord event) {
        byte[] model = event.model().getBytes(StandardCharsets.UTF_8);
        byte[] id = event.id.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(ByteBuffer.allocate(model.length + 1 + Long.BYTES + id.length)
                .put(model)
                .put((byte) 0)
                .putLong(event.timeMs ^ Long.MIN_VALUE)
                .put(id)
                .array());
    }

    /** The model and one byte: 0 begins its events, 1 is after the last of them. */
    private static Bytes prefix(String model, int then) {
        byte[] text = model.getBytes(StandardCharsets.UTF_8);
        return Bytes.wrap(
                ByteBuffer.allocate(text.length + 1).put(text).put((byte) then).array());
    }

    private static String modelOf(Bytes key) {
        byte[] bytes = key.get();
        int length = 0;
        while (bytes[length] != 0) {
            length++;
        }
        return new String(bytes, 0, length, StandardCharsets.UTF_8);
    }
}
