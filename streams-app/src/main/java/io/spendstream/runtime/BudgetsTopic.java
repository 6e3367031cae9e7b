package io.spendstream.runtime;

import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BudgetIndex;
import io.spendstream.query.Budgets;
import io.spendstream.v1.Budget;
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

/** The budget book, changed by producing to {@code budgets}: what every instance, this one too, takes its budgets from. */
final class BudgetsTopic implements Budgets, AutoCloseable {

    private record Indexed(long version, BudgetIndex index) {}

    /** Of changes that come one after the other, all are worked in at once. */
    private static final long INDEX_AFTER_MS = 20;

    private final BudgetBook book;
    private final DefinitionWriter<Budget> writer;
    private final Executor soon = CompletableFuture.delayedExecutor(INDEX_AFTER_MS, TimeUnit.MILLISECONDS);
    private final AtomicBoolean indexing = new AtomicBoolean();
    private volatile Indexed indexed = new Indexed(-1, null);

    BudgetsTopic(BudgetBook book, String topic, Producer<String, Budget> producer) {
        this.book = book;
        this.writer = new DefinitionWriter<>("budget", topic, producer);
        book.whenRead(this::indexSoon);
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
        indexSoon();
        return now.index();
    }

    /** Whenever the book has changed, not only when somebody asks: who asks after an hour shall not get what was in force an hour ago. */
    private void indexSoon() {
        if (indexed.version() != book.version() && indexing.compareAndSet(false, true)) {
            CompletableFuture.runAsync(this::indexed, soon).whenComplete((done, failure) -> {
                indexing.set(false);
                if (failure == null) {
                    indexSoon();
                }
            });
        }
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
        return writer.write(id, budget, offset -> isInForce(id, budget, offset));
    }

    private boolean isInForce(String id, Budget budget, long offset) {
        boolean is = DefinitionWriter.isInForce(
                book, id, offset, () -> Objects.equals(budget, book.get(id)), "there are too many budgets, or ");
        if (is) {
            indexed();
        }
        return is;
    }

    @Override
    public void close() {
        writer.close();
    }
}
