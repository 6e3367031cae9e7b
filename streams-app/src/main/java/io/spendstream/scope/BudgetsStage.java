package io.spendstream.scope;

import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetFault;
import io.spendstream.v1.Budget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Keeps the budget book in step with the topic {@code budgets}, on every instance. A record that is not a valid budget
 * changes nothing: the previous one stays in force, and the fault is reported.
 */
public final class BudgetsStage extends ContextualProcessor<Bytes, byte[], Void, Void> {

    /** The global store: the records as they are in the topic. */
    public static final String STORE = "budgets";

    private final BudgetBook book;
    private final Function<byte[], Budget> decode;
    private final BiConsumer<String, String> refused;
    private KeyValueStore<Bytes, byte[]> store;

    /**
     * @param decode throws a {@link RuntimeException} on bytes that are not a budget
     * @param refused is told the record's key and what is wrong with it
     */
    public BudgetsStage(BudgetBook book, Function<byte[], Budget> decode, BiConsumer<String, String> refused) {
        this.book = book;
        this.decode = decode;
        this.refused = refused;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
        super.init(context);
        store = context.getStateStore(STORE);
    }

    @Override
    public void process(Record<Bytes, byte[]> record) {
        take(record);
        context()
                .recordMetadata()
                .filter(metadata -> metadata.partition() == 0)
                .map(RecordMetadata::offset)
                .ifPresent(offset -> book.readUpTo(offset + 1));
    }

    private void take(Record<Bytes, byte[]> record) {
        if (record.key() == null) {
            refused.accept("", "has no key; it takes the budget's id");
            return;
        }
        String id = new String(record.key().get(), StandardCharsets.UTF_8);
        if (record.value() == null) {
            store.delete(record.key());
            book.remove(id);
            return;
        }
        String fault = take(id, record.value(), record.timestamp());
        if (fault == null) {
            store.put(record.key(), record.value());
        } else {
            refused.accept(id, fault);
        }
    }

    private String take(String id, byte[] value, long writtenAtMs) {
        Budget budget;
        try {
            budget = decode.apply(value);
        } catch (RuntimeException e) {
            return "cannot be decoded: " + e.getMessage();
        }
        if (!budget.getId().equals(id)) {
            return "has the key '" + id + "' but is the budget '" + budget.getId() + "'; they must be equal";
        }
        List<BudgetFault> faults = book.put(budget, writtenAtMs);
        return faults.isEmpty() ? null : faults.toString();
    }
}
