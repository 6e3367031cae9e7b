package io.spendstream.runtime;

import io.spendstream.alert.AlertNotes;
import io.spendstream.query.Reconciliations;
import io.spendstream.reconcile.ReconciliationAlerts;
import io.spendstream.reconcile.ReconciliationBook;
import io.spendstream.v1.Alert;
import io.spendstream.v1.Reconciliation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Reconciliations, changed by producing to {@code reconciliations}. One is stored in one transaction with what becomes of
 * its alert, by a producer whose transactional id all instances share: whoever begins ends what another had not committed,
 * reads what is committed, and decides by that. So the alert is told once, whoever stores and whoever fails.
 */
final class ReconciliationsTopic implements Reconciliations {

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    /** Reads what is committed. */
    @FunctionalInterface
    interface Tail {
        /** The last record of each key from an offset to the end; null values for what was deleted. */
        Map<String, Optional<Reconciliation>> from(long offset);
    }

    /** Where it is written. */
    record Names(String reconciliations, String alerts) {}

    private final ReconciliationBook book;
    private final AlertNotes notes;
    private final Names topics;
    private final Serializer<Reconciliation> reconciliations;
    private final Serializer<Alert> alerts;
    private final Supplier<Producer<String, byte[]>> producers;
    private final Tail tail;
    private final Visible visible = new Visible("reconciliation");

    /** @param producers new ones, all of the same transactional id */
    ReconciliationsTopic(
            ReconciliationBook book,
            AlertNotes notes,
            Names topics,
            Serializer<Reconciliation> reconciliations,
            Serializer<Alert> alerts,
            Supplier<Producer<String, byte[]>> producers,
            Tail tail) {
        this.book = book;
        this.notes = notes;
        this.topics = topics;
        this.reconciliations = reconciliations;
        this.alerts = alerts;
        this.producers = producers;
        this.tail = tail;
    }

    @Override
    public List<Reconciliation> list() {
        return book.all();
    }

    @Override
    public Optional<Reconciliation> get(String id) {
        return book.get(id);
    }

    @Override
    public String whyFull(Reconciliation more) {
        return book.whyFull(more);
    }

    @Override
    public CompletionStage<Void> put(Reconciliation reconciliation) {
        return store(
                reconciliation.getId(),
                before -> ReconciliationAlerts.stored(before.orElse(null), reconciliation, notes));
    }

    @Override
    public CompletionStage<Void> delete(String id, Instant at) {
        return store(
                id,
                before -> before.map(was -> ReconciliationAlerts.deleted(was, at, notes))
                        .orElse(new ReconciliationAlerts.Step(null, null)));
    }

    private CompletionStage<Void> store(String id, Function<Optional<Reconciliation>, ReconciliationAlerts.Step> next) {
        long deadline = Visible.deadline();
        long offset;
        try {
            offset = storeNow(id, next);
        } catch (ProducerFencedException | InvalidProducerEpochException e) {
            return CompletableFuture.failedFuture(
                    Visible.unavailable("Another reconciliation was stored at the same moment; try again"));
        } catch (KafkaException | ExecutionException e) {
            return CompletableFuture.failedFuture(
                    Visible.unavailable("Kafka did not store the reconciliation: " + e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return CompletableFuture.failedFuture(Visible.unavailable("The instance stops"));
        }
        return visible.await(() -> book.position() > offset, deadline);
    }

    /** One at a time, here too: a second producer would end the first one's transaction. */
    private synchronized long storeNow(String id, Function<Optional<Reconciliation>, ReconciliationAlerts.Step> next)
            throws ExecutionException, InterruptedException {
        Producer<String, byte[]> producer = producers.get();
        try {
            producer.initTransactions();
            ReconciliationAlerts.Step step = next.apply(committed(id));
            producer.beginTransaction();
            Future<RecordMetadata> stored = producer.send(new ProducerRecord<>(
                    topics.reconciliations(),
                    id,
                    reconciliations.serialize(topics.reconciliations(), step.reconciliation())));
            if (step.alert() != null) {
                producer.send(new ProducerRecord<>(
                        topics.alerts(), step.alert().getId(), alerts.serialize(topics.alerts(), step.alert())));
            }
            producer.commitTransaction();
            return stored.get().offset();
        } finally {
            producer.close(CLOSE_WITHIN);
        }
    }

    /** The position first: what the book reads meanwhile is in both. */
    private Optional<Reconciliation> committed(String id) {
        Map<String, Optional<Reconciliation>> later = tail.from(book.position());
        return later.containsKey(id) ? later.get(id) : book.get(id);
    }
}
