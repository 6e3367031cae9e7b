package io.spendstream.watch;

import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Shows what the stages publish, statuses or alerts, to whoever asks on this instance. What is not one is passed over and
 * reported: the next record of its key replaces it.
 */
public final class PublishedStage<V> extends ContextualProcessor<Bytes, byte[], Void, Void> {

    private final Function<byte[], V> decode;
    private final BiConsumer<String, V> show;
    private final BiConsumer<String, String> refused;

    /**
     * @param decode throws a {@link RuntimeException} on bytes that are not what is expected
     * @param show takes a key and what it stands for now; null: nothing any more
     * @param refused is told a record's key and what is wrong with it
     */
    public PublishedStage(Function<byte[], V> decode, BiConsumer<String, V> show, BiConsumer<String, String> refused) {
        this.decode = decode;
        this.show = show;
        this.refused = refused;
    }

    @Override
    public void process(Record<Bytes, byte[]> record) {
        if (record.key() == null) {
            refused.accept("", "has no key");
            return;
        }
        String key = new String(record.key().get(), StandardCharsets.UTF_8);
        try {
            show.accept(key, record.value() == null ? null : decode.apply(record.value()));
        } catch (RuntimeException e) {
            refused.accept(key, "cannot be read: " + e.getMessage());
        }
    }
}
