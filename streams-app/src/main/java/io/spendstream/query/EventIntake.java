package io.spendstream.query;

import io.spendstream.v1.UsageEvent;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Takes usage events in. */
@FunctionalInterface
public interface EventIntake {

    /**
     * Publishes events that satisfy the rules. Completes when all of them are stored safely; fails with
     * {@link IntakeFailure} where they are not, in which case some may be: a repeat does no harm, as events are counted
     * once by id. May block for a moment; it is called on a worker.
     *
     * @param trace that the events belong to
     */
    CompletionStage<Void> publish(List<UsageEvent> events, Trace trace);
}
