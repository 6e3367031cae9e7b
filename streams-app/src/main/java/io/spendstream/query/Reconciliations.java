package io.spendstream.query;

import io.spendstream.v1.Reconciliation;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What providers have invoiced, held against what was metered. Look-ups are in memory and do not block. */
public interface Reconciliations {

    /** All that are stored, the last loaded first. */
    List<Reconciliation> list();

    Optional<Reconciliation> get(String id);

    /** Why one more has no room, and what to do; null: it has. */
    String whyFull(Reconciliation more);

    /**
     * Stores one in place of that of the same id, together with what becomes of its alert. Completes when both are stored
     * safely and this instance shows it; fails with {@link IntakeFailure} where they are not. Blocks for a moment; called
     * on a worker.
     */
    CompletionStage<Void> put(Reconciliation reconciliation);

    /** Takes one back, and resolves its alert; as {@link #put}. */
    CompletionStage<Void> delete(String id, Instant at);
}
