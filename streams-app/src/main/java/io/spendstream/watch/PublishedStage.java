package io.spendstream.watch;

import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Shows what the stages publish, statuses or alerts, to whoever asks on this instance. What is not one is passed over and
 * reported: the next record of its key replaces it.
 */
public final class PublishedStage<V> extends ContextualProcessor<Bytes, byte[], Void, Void> {

    /** Takes what a record says. */
    @FunctionalInterface
    public interface Show<V> {

        /**
         * @param value null: nothing any more
         * @param timeMs of the record
         */
        void put(String key, V value, long timeMs);
    }

    private final Function<byte[], V> decode;
    private final Show<V> show;
    private final BiConsumer<String, String> refused;
    private final LongConsumer readUpTo;

    /**
     * @param decode throws a {@link RuntimeException} on bytes that are not what is expected
     * @param show takes a key and what it stands for now
     * @param refused is told a record's key and what is wrong with it
     * @param readUpTo is told the offset after each record, when it is shown
     */
    public PublishedStage(
            Function<byte[], V> decode, Show<V> show, BiConsumer<String, String> refused, LongConsumer readUpTo) {
        this.decode = decode;
        this.show = show;
        this.refused = refused;
        this.readUpTo = readUpTo;
    }

    @Override
    public void process(Record<Bytes, byte[]> record) {
        take(record);
        context().recordMetadata().ifPresent(at -> readUpTo.accept(at.offset() + 1));
    }

    private void take(Record<Bytes, byte[]> record) {
        if (record.key() == null) {
            refused.accept("", "has no key");
            return;
        }
        String key = new String(record.key().get(), StandardCharsets.UTF_8);
        try {
            show.put(key, record.value() == null ? null : decode.apply(record.value()), record.timestamp());
        } catch (RuntimeException e) {
            refused.accept(key, "cannot be read: " + e.getMessage());
        }
    }
}
