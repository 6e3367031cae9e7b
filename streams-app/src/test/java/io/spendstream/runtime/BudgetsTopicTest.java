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
        book.put(budget, 1_000);

        // Then
        stored.get(20, TimeUnit.SECONDS);
        assertThat(budgets.index().get("daily")).isNotNull();
        assertThat(budgets.countedSince(budgets.index().get("daily").definition()))
                .contains(Instant.ofEpochMilli(1_000));

        // When it is deleted
        CompletableFuture<Void> deleted = budgets.delete("daily").toCompletableFuture();
        book.remove("daily");
        deleted.get(20, TimeUnit.SECONDS);

        // Then
        assertThat(budgets.index().all()).isEmpty();
    }

    @Test
    @Timeout(30)
    void a_change_by_somebody_else_is_in_force_a_moment_later() {
        // Given
        book.put(budget("daily", 1), 1_000);
        assertThat(budgets.index().get("daily").definition().limit()).isEqualTo(1_000_000_000);

        // When
        book.put(budget("daily", 2), 2_000);

        // Then
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
