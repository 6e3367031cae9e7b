package io.spendstream.ingest;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Records about which nothing can be said while the registry is down, in the order they came, in a logged store: the
 * offsets behind them can be committed and events of known schemas pass.
 */
final class WaitingRoom {

    /**
     * A record as it was received.
     *
     * @param partition of {@code usage-events}
     */
    record Received(byte[] key, byte[] value, Headers headers, long receivedMs, int partition, long offset) {}

    /** Decides about a waiting record; false leaves it and all behind it waiting. */
    @FunctionalInterface
    interface Decision {
        boolean decide(Received record);
    }

    private final KeyValueStore<Bytes, byte[]> store;
    private long first;
    private long next;

    WaitingRoom(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        try (KeyValueIterator<Bytes, byte[]> waiting = store.all()) {
            boolean any = false;
            while (waiting.hasNext()) {
                long number = numberOf(waiting.next().key);
                first = any ? first : number;
                next = number + 1;
                any = true;
            }
        }
    }

    long size() {
        return next - first;
    }

    /** When the first of those that wait was received; 0 where none waits. */
    long oldestReceivedMs() {
        return first == next ? 0 : decode(store.get(key(first))).receivedMs();
    }

    void add(Received record) {
        ByteSink bytes = new ByteSink(record.key().length + record.value().length + 40)
                .writeSigned(record.receivedMs())
                .writeVarint(record.partition())
                .writeVarint(record.offset());
        writeHeaders(bytes, record.headers().toArray());
        bytes.writeVarint(record.key().length).writeBytes(record.key()).writeBytes(record.value());
        store.put(key(next++), bytes.toBytes());
    }

    /** Offers up to {@code max} records for decision, oldest first. */
    void decide(int max, Decision decision) {
        if (first == next) {
            return;
        }
        try (KeyValueIterator<Bytes, byte[]> waiting = store.range(key(first), key(Math.min(next, first + max) - 1))) {
            while (waiting.hasNext()) {
                KeyValue<Bytes, byte[]> entry = waiting.next();
                if (!decision.decide(decode(entry.value))) {
                    return;
                }
                store.delete(entry.key);
                first = numberOf(entry.key) + 1;
            }
        }
    }

    private static void writeHeaders(ByteSink bytes, Header[] headers) {
        bytes.writeVarint(headers.length);
        for (Header header : headers) {
            byte[] name = header.key().getBytes(StandardCharsets.UTF_8);
            bytes.writeVarint(name.length).writeBytes(name);
            bytes.writeVarint(header.value() == null ? 0 : header.value().length + 1);
            if (header.value() != null) {
                bytes.writeBytes(header.value());
            }
        }
    }

    private static Headers readHeaders(ByteSource in) {
        RecordHeaders headers = new RecordHeaders();
        for (int n = in.readCount(); n > 0; n--) {
            String name = new String(in.readBytes(in.readCount()), StandardCharsets.UTF_8);
            int length = (int) in.readVarint() - 1;
            headers.add(name, length < 0 ? null : in.readBytes(length));
        }
        return headers;
    }

    private static Received decode(byte[] bytes) {
        ByteSource in = new ByteSource(bytes);
        long receivedMs = in.readSigned();
        int partition = (int) in.readVarint();
        long offset = in.readVarint();
        Headers headers = readHeaders(in);
        byte[] key = in.readBytes(in.readCount());
        return new Received(key, in.readRest(), headers, receivedMs, partition, offset);
    }

    private static Bytes key(long number) {
        return Bytes.wrap(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    private static long numberOf(Bytes key) {
        return ByteBuffer.wrap(key.get()).getLong();
    }
}
