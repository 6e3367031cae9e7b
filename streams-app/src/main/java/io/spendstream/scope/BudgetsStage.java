package io.spendstream.scope;

import io.spendstream.budget.BudgetBook;
import io.spendstream.definition.FieldFault;
import io.spendstream.v1.Budget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.ContextualProcessor;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Keeps the budget book in step with the topic {@code budgets}, on every instance. A record that is not a valid budget
 * changes nothing: the previous one stays in force, and the fault is reported.
 *
 * <p>Compaction keeps the last record only, so the last record must say what is in force, and since when it counts. Where
 * it does not, {@link RestateStage} writes another one after it.
 */
public final class BudgetsStage extends ContextualProcessor<Bytes, byte[], Void, Void> {

    /** The global store that Kafka Streams wants. It stays empty: every start reads the whole topic into the book. */
    public static final String STORE = "budgets";

    private final BudgetBook book;
    private final Function<byte[], Budget> decode;
    private final BiConsumer<String, String> refused;

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
    public void process(Record<Bytes, byte[]> record) {
        Optional<RecordMetadata> metadata = context().recordMetadata().filter(m -> m.partition() == 0);
        take(record, metadata.map(RecordMetadata::offset).orElse(-1L));
        metadata.ifPresent(m -> book.readUpTo(m.offset() + 1));
    }

    private void take(Record<Bytes, byte[]> record, long offset) {
        if (record.key() == null) {
            refused.accept("", "has no key; it takes the budget's id");
            return;
        }
        String id = new String(record.key().get(), StandardCharsets.UTF_8);
        Restated restated = Restated.of(record.headers());
        if (restated == null) {
            book.changed(id, offset);
        } else if (book.changedLast(id) > restated.asOf()) {
            // Somebody changed the budget while this was on its way.
            book.stated(id, false, offset, record.timestamp());
            return;
        }
        if (record.value() == null) {
            book.remove(id);
            book.stated(id, true, offset, record.timestamp());
            return;
        }
        String fault = take(id, record, restated);
        if (fault != null) {
            refused.accept(id, fault);
        }
        long definedAtMs = restated == null ? record.timestamp() : restated.definedAtMs();
        OptionalLong inForceSince = book.definedAtMs(id);
        boolean says = fault == null ? inForceSince.getAsLong() == definedAtMs : inForceSince.isEmpty();
        book.stated(id, says, offset, record.timestamp());
    }

    private String take(String id, Record<Bytes, byte[]> record, Restated restated) {
        Budget budget;
        try {
            budget = decode.apply(record.value());
        } catch (RuntimeException e) {
            return "cannot be decoded: " + e.getMessage();
        }
        if (!budget.getId().equals(id)) {
            return "has the key '" + id + "' but is the budget '" + budget.getId() + "'; they must be equal";
        }
        List<FieldFault> faults = restated == null
                ? book.put(budget, record.timestamp())
                : book.putRestated(budget, restated.definedAtMs());
        return faults.isEmpty() ? null : faults.toString();
    }
}
