package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetJson;
import io.spendstream.v1.Budget;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A budget is in force on the instance that answers, and a change does not hold up who asks. */
class BudgetsTopicTest {

    private final BudgetBook book = new BudgetBook();
    private final MockProducer<String, Budget> producer =
            new MockProducer<>(true, null, new StringSerializer(), (topic, budget) -> new byte[0]);
    private final BudgetsTopic budgets = new BudgetsTopic(book, "budgets", producer);

    @AfterEach
    void close() {
        budgets.close();
    }

    @Test
    @Timeout(30)
    void a_budget_is_stored_when_it_is_found_by_what_calls_say() throws Exception {
        // Given
        Budget budget = budget("daily", 1);
        assertThat(budgets.index().all()).isEmpty();

        // When it is sent and not read yet
        CompletableFuture<Void> stored = budgets.put(budget).toCompletableFuture();
        assertThat(producer.history()).hasSize(1);
        assertThat(stored).isNotDone();

        // When it is read
        book.changed("daily", 0);
        book.put(budget, 1_000);
        book.readUpTo(1);

        // Then
        stored.get(20, TimeUnit.SECONDS);
        assertThat(budgets.index().get("daily")).isNotNull();
        assertThat(budgets.countedSince(budgets.index().get("daily").definition()))
                .contains(Instant.ofEpochMilli(1_000));

        // When it is deleted
        CompletableFuture<Void> deleted = budgets.delete("daily").toCompletableFuture();
        book.changed("daily", 1);
        book.remove("daily");
        book.readUpTo(2);
        deleted.get(20, TimeUnit.SECONDS);

        // Then
        assertThat(budgets.index().all()).isEmpty();
    }

    @Test
    @Timeout(30)
    void of_two_that_are_written_at_once_both_are_stored_and_the_later_one_holds() throws Exception {
        // Given
        CompletableFuture<Void> first = budgets.put(budget("daily", 1)).toCompletableFuture();
        CompletableFuture<Void> second = budgets.put(budget("daily", 2)).toCompletableFuture();

        // When both are read before anybody looks
        book.changed("daily", 0);
        book.put(budget("daily", 1), 1_000);
        book.changed("daily", 1);
        book.put(budget("daily", 2), 1_001);
        book.readUpTo(2);

        // Then
        first.get(5, TimeUnit.SECONDS);
        second.get(5, TimeUnit.SECONDS);
        assertThat(budgets.index().get("daily").definition().limit()).isEqualTo(2_000_000_000);
    }

    @Test
    void what_the_book_has_is_looked_at_when_it_has_read_that_far() {
        // Given
        Budget budget = budget("daily", 1);

        // When it has not
        boolean before = DefinitionWriter.isInForce(
                book,
                "daily",
                0,
                () -> {
                    throw new AssertionError("what is in the book now says nothing of the record");
                },
                "");

        // When it has
        book.changed("daily", 0);
        book.put(budget, 1_000);
        book.readUpTo(1);
        boolean after = DefinitionWriter.isInForce(book, "daily", 0, () -> budget.equals(book.get("daily")), "");

        // Then
        assertThat(before).isFalse();
        assertThat(after).isTrue();
    }

    @Test
    @Timeout(30)
    void one_that_is_refused_when_it_is_read_is_not_waited_for() {
        // Given
        CompletableFuture<Void> stored = budgets.put(budget("daily", 1)).toCompletableFuture();

        // When
        book.changed("daily", 0);
        book.readUpTo(1);

        // Then
        assertThat(stored)
                .failsWithin(Duration.ofSeconds(5))
                .withThrowableThat()
                .withMessageContaining("refused");
    }

    @Test
    @Timeout(30)
    void a_change_by_somebody_else_is_in_force_a_moment_later_whether_or_not_anybody_asks() {
        // Given
        book.put(budget("daily", 1), 1_000);
        book.readUpTo(1);
        assertThat(budgets.index().get("daily").definition().limit()).isEqualTo(1_000_000_000);

        // When
        book.put(budget("daily", 2), 2_000);
        book.readUpTo(2);

        // Then: to ask changes nothing
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        while (budgets.index().get("daily").definition().limit() != 2_000_000_000) {
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        }
    }

    private static Budget budget(String id, int limitUsd) {
        return BudgetJson.read("{\"limit\": " + limitUsd + "}", id).budget();
    }
}
