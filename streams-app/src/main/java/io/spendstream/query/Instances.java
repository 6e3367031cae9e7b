package io.spendstream.query;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Knows the instances of the application. */
public interface Instances {

    /** This one, as it is now. Does not block. */
    Instance self();

    /** All that belong to the application as far as this one knows, itself first, each by its own word. */
    CompletionStage<List<Instance>> instances();

    /**
     * An instance.
     *
     * @param url where it answers
     * @param self whether it is the one that answers now
     * @param state STARTING, a state of Kafka Streams such as RUNNING or REBALANCING, or UNREACHABLE where it does not
     *     answer; then nothing else is known of it
     * @param activeTasks names such as {@code 1_3} of the tasks it works on
     * @param standbyTasks names of the tasks it keeps a copy of
     * @param lagRecords records received and not yet counted, or null where that is not known
     * @param asOf everything received until then is counted, or null where that is not known
     */
    record Instance(
            String url,
            boolean self,
            String state,
            List<String> activeTasks,
            List<String> standbyTasks,
            Long lagRecords,
            Instant asOf) {

        /** One that does not answer. */
        static Instance unreachable(String url) {
            return new Instance(url, false, "UNREACHABLE", List.of(), List.of(), null, null);
        }
    }
}
