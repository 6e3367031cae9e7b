package io.spendstream.runtime;

import io.spendstream.query.IntakeFailure;
import io.spendstream.usage.TopicBook;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes definitions to their topic, and waits until this instance goes by them as every other does. */
final class DefinitionWriter<V> implements AutoCloseable {

    private final String what;
    private final String topic;
    private final Producer<String, V> producer;
    private final Visible visible;

    /** @param what one definition, as in messages: "budget" */
    DefinitionWriter(String what, String topic, Producer<String, V> producer) {
        this.what = what;
        this.topic = topic;
        this.producer = producer;
        this.visible = new Visible(what);
    }

    /**
     * Completes when the definition is stored and in force here; fails with {@link IntakeFailure} where it is not.
     *
     * @param value null: deletes
     * @param inForce whether this instance goes by the record of that offset, or by a later one; throws
     *     {@link IntakeFailure} where it never will
     */
    CompletionStage<Void> write(String key, V value, LongPredicate inForce) {
        CompletableFuture<Long> stored = new CompletableFuture<>();
        try {
            producer.send(new ProducerRecord<>(topic, key, value), (metadata, failure) -> {
                if (failure == null) {
                    stored.complete(metadata.offset());
                } else {
                    stored.completeExceptionally(
                            Visible.unavailable("Kafka did not store the " + what + ": " + failure.getMessage()));
                }
            });
        } catch (RuntimeException e) {
            stored.completeExceptionally(
                    Visible.unavailable("The " + what + " cannot be stored now: " + e.getMessage()));
        }
        long deadline = Visible.deadline();
        return stored.thenCompose(offset -> visible.await(() -> inForce.test(offset), deadline));
    }

    /**
     * Whether a book goes by the record of that offset or, as somebody may change the definition again at once, by a later
     * one.
     *
     * @param same whether the book has the definition as it was written; asked when the book is known to have read that
     *     far, as what it had before would look refused
     * @param why it may have refused it, for people
     */
    static boolean isInForce(TopicBook book, String key, long offset, BooleanSupplier same, String why) {
        if (book.position() <= offset) {
            return false;
        }
        if (!same.getAsBoolean() && book.changedLast(key) <= offset) {
            throw Visible.unavailable("It was refused when it was read: " + why
                    + "this instance is of another release than the one that has the work; its log says which");
        }
        return true;
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
