package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.query.AuditLog;
import io.spendstream.v1.AuditEntry;
import io.spendstream.v1.AuditOutcome;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes changes that leave a trace. What is asked for is in the audit log before it is done: where that cannot be written
 * nothing is changed. What became of it is there before the caller is answered.
 */
final class Audited {

    private static final Logger LOG = LoggerFactory.getLogger(Audited.class);

    private final AuditLog log;
    private final WorkerExecutor workers;
    private final InstantSource clock;

    Audited(AuditLog log, WorkerExecutor workers, InstantSource clock) {
        this.log = log;
        this.workers = workers;
        this.clock = clock;
    }

    /**
     * A change.
     *
     * @param kind of what is changed: budget, prices, silence, acknowledgement, reconciliation
     * @param tenant null: of none or several
     * @param before as JSON; null: it is not there
     * @param after as JSON; null: it is to be deleted
     */
    record Change(String kind, String id, String tenant, String before, String after) {}

    /**
     * Makes a change.
     *
     * @param make called on a worker
     */
    Future<Void> make(Caller caller, Change change, Context context, Callable<CompletionStage<Void>> make) {
        String id = UUID.randomUUID().toString();
        return write(entry(caller, change, id, AuditOutcome.REQUESTED, null), context)
                .compose(written -> make(caller, change, id, context, make));
    }

    private Future<Void> make(
            Caller caller, Change change, String id, Context context, Callable<CompletionStage<Void>> make) {
        return workers.executeBlocking(make, false)
                .compose(made -> Future.fromCompletionStage(made, context))
                .transform(made -> write(
                                made.succeeded()
                                        ? entry(caller, change, id, AuditOutcome.DONE, null)
                                        : entry(caller, change, id, AuditOutcome.FAILED, message(made.cause())),
                                context)
                        .otherwise(failure -> {
                            // The change itself is in the log already.
                            LOG.warn("the outcome of change {} is not in the audit log", id, failure);
                            return null;
                        })
                        .compose(written ->
                                made.succeeded() ? Future.<Void>succeededFuture() : Future.failedFuture(made.cause())));
    }

    private Future<Void> write(AuditEntry entry, Context context) {
        return workers.executeBlocking(() -> log.write(entry), false)
                .compose(written -> Future.fromCompletionStage(written, context));
    }

    private static String message(Throwable failure) {
        return failure.getMessage() == null ? failure.toString() : failure.getMessage();
    }

    private AuditEntry entry(Caller caller, Change change, String id, AuditOutcome outcome, String detail) {
        return AuditEntry.newBuilder()
                .setChange(id)
                .setAt(clock.instant().truncatedTo(ChronoUnit.MILLIS))
                .setOutcome(outcome)
                .setCaller(caller.name())
                .setCallerId(caller.id())
                .setCallerKind(caller.kind().name().toLowerCase(Locale.ROOT))
                .setAction(change.after() == null ? "delete" : "put")
                .setKind(change.kind())
                .setId(change.id())
                .setTenant(change.tenant())
                .setBefore(change.before())
                .setAfter(change.after())
                .setDetail(detail)
                .build();
    }
}
