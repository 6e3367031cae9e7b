package io.spendstream.runtime;

import io.spendstream.query.IntakeFailure;
import io.spendstream.usage.TopicBook;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/**
 * Changes a book by producing to its topic: what every instance, this one too, takes its definitions from.
 *
 * @param <V> a definition
 */
final class BookTopic<V> implements AutoCloseable {

    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);
    private static final long LOOK_EVERY_MS = 10;

    /**
     * A book, as its writer sees it.
     *
     * @param what is written, for messages: {@code the budget}
     * @param tooMany why a definition may be refused only when it is read, where that can be; else empty
     */
    record Of<V>(TopicBook book, Function<String, V> get, String what, String tooMany) {}

    private final Of<V> of;
    private final String topic;
    private final Producer<String, V> producer;
    private final Executor waiting = CompletableFuture.delayedExecutor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);

    BookTopic(Of<V> of, String topic, Producer<String, V> producer) {
        this.of = of;
        this.topic = topic;
        this.producer = producer;
    }

    /**
     * Completes when the record is stored and this instance goes by it, or by a later one of its key; fails with
     * {@link IntakeFailure}.
     *
     * @param value null to delete
     */
    CompletionStage<Void> write(String key, V value) {
        CompletableFuture<Long> stored = new CompletableFuture<>();
        try {
            producer.send(new ProducerRecord<>(topic, key, value), (metadata, failure) -> {
                if (failure == null) {
                    stored.complete(metadata.offset());
                } else {
                    stored.completeExceptionally(
                            unavailable("Kafka did not store " + of.what + ": " + failure.getMessage()));
                }
            });
        } catch (RuntimeException e) {
            stored.completeExceptionally(unavailable("Kafka cannot store " + of.what + " now: " + e.getMessage()));
        }
        long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
        return stored.thenCompose(offset -> visible(key, value, offset, deadline));
    }

    /** Somebody may change it again at once, so what is in force need not be what was written here. */
    private CompletableFuture<Void> visible(String key, V value, long offset, long deadline) {
        if (of.book.position() > offset) {
            return Objects.equals(value, of.get.apply(key)) || of.book.changedLast(key) > offset
                    ? CompletableFuture.completedFuture(null)
                    : CompletableFuture.failedFuture(
                            unavailable("This instance refused " + of.what + " when it read it: " + of.tooMany
                                    + "it is of another release than the one that has the work; its log says which"));
        }
        if (System.nanoTime() > deadline) {
            return CompletableFuture.failedFuture(unavailable("Kafka stored " + of.what
                    + ", but this instance does not go by it after " + VISIBLE_WITHIN.toSeconds()
                    + " s; see whether it is ready"));
        }
        return CompletableFuture.supplyAsync(() -> null, waiting)
                .thenCompose(again -> visible(key, value, offset, deadline));
    }

    private static IntakeFailure unavailable(String message) {
        return new IntakeFailure(IntakeFailure.Reason.UNAVAILABLE, message, Duration.ofSeconds(5));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
