package io.spendstream.query;

import io.spendstream.v1.AuditEntry;
import java.util.concurrent.CompletionStage;

/** Where it is kept who changed what. */
@FunctionalInterface
public interface AuditLog {

    /**
     * Keeps an entry. Completes when it is stored safely; fails with {@link IntakeFailure} where it is not. May block for a
     * moment; called on a worker.
     */
    CompletionStage<Void> write(AuditEntry entry);
}
