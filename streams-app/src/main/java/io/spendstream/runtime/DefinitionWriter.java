package io.spendstream.runtime;

import io.spendstream.query.IntakeFailure;
import io.spendstream.usage.TopicBook;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** Writes definitions to their topic, and waits until this instance goes by them as every other does. */
final class DefinitionWriter<V> implements AutoCloseable {

    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);
    private static final long LOOK_EVERY_MS = 10;

    private final String what;
    private final String topic;
    private final Producer<String, V> producer;
    private final Executor waiting;

    /** @param what one definition, as in messages: "budget" */
    DefinitionWriter(String what, String topic, Producer<String, V> producer) {
        this.what = what;
        this.topic = topic;
        this.producer = producer;
        this.waiting = CompletableFuture.delayedExecutor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
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
                            unavailable("Kafka did not store the " + what + ": " + failure.getMessage()));
                }
            });
        } catch (RuntimeException e) {
            stored.completeExceptionally(unavailable("The " + what + " cannot be stored now: " + e.getMessage()));
        }
        long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
        return stored.thenCompose(offset -> visible(offset, inForce, deadline));
    }

    private CompletableFuture<Void> visible(long offset, LongPredicate inForce, long deadline) {
        if (inForce.test(offset)) {
            return CompletableFuture.completedFuture(null);
        }
        if (System.nanoTime() > deadline) {
            return CompletableFuture.failedFuture(
                    unavailable("The " + what + " is stored, but this instance does not go" + " by it after "
                            + VISIBLE_WITHIN.toSeconds() + " s; see whether it is ready"));
        }
        return CompletableFuture.supplyAsync(() -> null, waiting)
                .thenCompose(again -> visible(offset, inForce, deadline));
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
            throw unavailable("It was refused when it was read: " + why
                    + "this instance is of another release than the one that has the work; its log says which");
        }
        return true;
    }

    static IntakeFailure unavailable(String message) {
        return new IntakeFailure(IntakeFailure.Reason.UNAVAILABLE, message, Duration.ofSeconds(5));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
