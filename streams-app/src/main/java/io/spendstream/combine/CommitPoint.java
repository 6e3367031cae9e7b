package io.spendstream.combine;

import io.spendstream.usage.Tally;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Where the stages of one task do what they do once per commit instead of once per event: write the ids they saw as
 * one block, send the sums they made. The work runs before the task's transaction commits and inside of it, so that
 * offsets, ids and sums become visible together or not at all.
 *
 * <p>A state store in form only: that is how Kafka Streams ties an object to a task and hands it to processors.
 */
public interface CommitPoint extends StateStore {

    /** The name of that of the stages of an event. */
    String NAME = "commit-point";

    /** When the registered work runs. */
    enum Mode {
        /** Once per commit, just before it. Uses one internal hook of Kafka Streams. */
        BEFORE_COMMIT,
        /** After every record. Uses public API only; combines nothing, so it is several times slower. */
        EVERY_RECORD,
        /**
         * By a timer, whatever commits: loses what is not sent yet when an instance ends, whose offsets are committed.
         * Only to see that this is noticed.
         */
        BY_TIMER
    }

    /**
     * Registers a stage's work. To be called from the stage's {@code init}; the work may forward and write to stores
     * as if called from the stage's {@code process}.
     *
     * @return to be run by the stage at the end of each record
     */
    Runnable beforeCommit(ProcessorContext<?, ?> context, Runnable work);

    /** The task's tally; handed on and cleared after all registered work. */
    Tally tally();
}
