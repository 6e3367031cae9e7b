package io.spendstream.query;

import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BudgetIndex;
import io.spendstream.v1.Budget;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The definitions of budgets. Look-ups are in memory and do not block. */
public interface Budgets {

    /** Those in force, ready to be found by what a call says. A change is in it a moment later. */
    BudgetIndex index();

    /** All, by id, also those that are not enabled. */
    List<Budget> list();

    Optional<Budget> get(String id);

    /** When what a budget counts was first defined; empty where it counts nothing. */
    Optional<Instant> countedSince(BudgetDefinition budget);

    /**
     * Stores a valid budget. Completes when it is stored safely and in force on this instance; fails with
     * {@link IntakeFailure} where it is not stored. May block for a moment; called on a worker.
     */
    CompletionStage<Void> put(Budget budget);

    /** Deletes a budget; as {@link #put}. */
    CompletionStage<Void> delete(String id);
}
