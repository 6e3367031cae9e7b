package io.spendstream.query;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Knows the instances of the application. */
@FunctionalInterface
public interface Instances {

    CompletionStage<List<Instance>> instances();

    /**
     * An instance.
     *
     * @param url where it answers
     * @param self whether it is the one that answers now
     * @param state such as RUNNING or REBALANCING, or UNREACHABLE
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
            Instant asOf) {}
}
