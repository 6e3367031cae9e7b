package io.spendstream.runtime;

import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BudgetIndex;
import io.spendstream.query.Budgets;
import io.spendstream.query.IntakeFailure;
import io.spendstream.v1.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;

/** The budget book, changed by producing to {@code budgets}: what every instance, this one too, takes its budgets from. */
final class BudgetsTopic implements Budgets, AutoCloseable {

    private static final Duration VISIBLE_WITHIN = Duration.ofSeconds(10);
    private static final long LOOK_EVERY_MS = 10;

    private record Indexed(long version, BudgetIndex index) {}

    private final BudgetBook book;
    private final String topic;
    private final Producer<String, Budget> producer;
    private final Executor waiting;
    private final AtomicBoolean indexing = new AtomicBoolean();
    private volatile Indexed indexed = new Indexed(-1, null);

    BudgetsTopic(BudgetBook book, String topic, Producer<String, Budget> producer) {
        this.book = book;
        this.topic = topic;
        this.producer = producer;
        this.waiting = CompletableFuture.delayedExecutor(LOOK_EVERY_MS, TimeUnit.MILLISECONDS);
    }

    /**
     * The one before while a change is worked in: admission asks on an event loop, which cannot wait until thousands of
     * budgets are in order.
     */
    @Override
    public BudgetIndex index() {
        Indexed now = indexed;
        if (now.index() == null) {
            return indexed().index();
        }
        if (now.version() != book.version() && indexing.compareAndSet(false, true)) {
            CompletableFuture.runAsync(this::indexed).whenComplete((done, failure) -> indexing.set(false));
        }
        return now.index();
    }

    /** As of now. */
    private synchronized Indexed indexed() {
        if (indexed.version() != book.version()) {
            BudgetBook.Contents contents = book.contents();
            indexed = new Indexed(
                    contents.version(),
                    BudgetIndex.of(
                            contents.budgets().values().stream()
                                    .filter(BudgetDefinition::enabled)
                                    .toList(),
                            budget -> contents.definedAtMs().get(budget.id())));
        }
        return indexed;
    }

    @Override
    public List<Budget> list() {
        return book.all();
    }

    @Override
    public Optional<Budget> get(String id) {
        return Optional.ofNullable(book.get(id));
    }

    @Override
    public Optional<Instant> countedSince(BudgetDefinition budget) {
        return Optional.ofNullable(book.contents().scopes().get(budget.scopeId()))
                .map(scope -> Instant.ofEpochMilli(scope.definedAtMs()));
    }

    @Override
    public CompletionStage<Void> put(Budget budget) {
        return write(budget.getId(), budget);
    }

    @Override
    public CompletionStage<Void> delete(String id) {
        return write(id, null);
    }

    private CompletionStage<Void> write(String id, Budget budget) {
        CompletableFuture<Long> stored = new CompletableFuture<>();
        try {
            producer.send(new ProducerRecord<>(topic, id, budget), (metadata, failure) -> {
                if (failure == null) {
                    stored.complete(metadata.offset());
                } else {
                    stored.completeExceptionally(
                            unavailable("Kafka did not store the budget: " + failure.getMessage()));
                }
            });
        } catch (RuntimeException e) {
            stored.completeExceptionally(unavailable("The budget cannot be stored now: " + e.getMessage()));
        }
        long deadline = System.nanoTime() + VISIBLE_WITHIN.toNanos();
        return stored.thenCompose(offset -> visible(id, budget, offset, deadline));
    }

    /** Completes when this instance goes by the record, or by a later one: somebody may change the budget again at once. */
    private CompletableFuture<Void> visible(String id, Budget budget, long offset, long deadline) {
        if (book.position() > offset) {
            if (Objects.equals(budget, book.get(id)) || book.changedLast(id) > offset) {
                indexed();
                return CompletableFuture.completedFuture(null);
            }
            return CompletableFuture.failedFuture(
                    unavailable("The budget was refused when it was read: there are too many, or this instance is of"
                            + " another release than the one that has the work; its log says which"));
        }
        if (System.nanoTime() > deadline) {
            return CompletableFuture.failedFuture(
                    unavailable("The budget is stored, but this instance does not go by it" + " after "
                            + VISIBLE_WITHIN.toSeconds() + " s; see whether it is ready"));
        }
        return CompletableFuture.supplyAsync(() -> null, waiting)
                .thenCompose(again -> visible(id, budget, offset, deadline));
    }

    private static IntakeFailure unavailable(String message) {
        return new IntakeFailure(IntakeFailure.Reason.UNAVAILABLE, message, Duration.ofSeconds(5));
    }

    @Override
    public void close() {
        producer.close(Duration.ofSeconds(5));
    }
}
