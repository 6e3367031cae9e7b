package io.spendstream.pricing;

import io.spendstream.definition.FieldFault;
import io.spendstream.v1.ModelPrices;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Keeps the price book in step with the topic {@code prices}, on every instance. A record that is not a valid price
 * list changes nothing: the previous one stays in force, and the fault is reported.
 */
public final class PricesStage extends ContextualProcessor<Bytes, byte[], Void, Void> {

    /** The global store that Kafka Streams wants. It stays empty: every start reads the whole topic into the book. */
    public static final String STORE = "prices";

    private final PriceBook book;
    private final Function<byte[], ModelPrices> decode;
    private final BiConsumer<String, String> refused;

    /**
     * @param decode throws a {@link RuntimeException} on bytes that are not a price list
     * @param refused is told the record's key and what is wrong with it
     */
    public PricesStage(PriceBook book, Function<byte[], ModelPrices> decode, BiConsumer<String, String> refused) {
        this.book = book;
        this.decode = decode;
        this.refused = refused;
    }

    @Override
    public void process(Record<Bytes, byte[]> record) {
        Optional<RecordMetadata> metadata = context().recordMetadata().filter(m -> m.partition() == 0);
        take(record, metadata.map(RecordMetadata::offset).orElse(-1L));
        metadata.ifPresent(m -> book.readUpTo(m.offset() + 1));
    }

    private void take(Record<Bytes, byte[]> record, long offset) {
        if (record.key() == null) {
            refused.accept("", "has no key; it takes the model's name");
            return;
        }
        String model = new String(record.key().get(), StandardCharsets.UTF_8);
        book.changed(model, offset);
        if (record.value() == null) {
            book.remove(model);
            return;
        }
        String fault = take(model, record.value());
        if (fault != null) {
            refused.accept(model, fault);
        }
    }

    private String take(String model, byte[] value) {
        ModelPrices prices;
        try {
            prices = decode.apply(value);
        } catch (RuntimeException e) {
            return "cannot be decoded: " + e.getMessage();
        }
        if (!prices.getModel().equals(model)) {
            return "has the key '" + model + "' but prices the model '" + prices.getModel() + "'; they must be equal";
        }
        List<FieldFault> faults = book.put(prices);
        return faults.isEmpty() ? null : faults.toString();
    }
}
