package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.EventStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;

/** Something that goes wrong, or changes, while the application works. */
interface Fault {

    /** As it is asked for: words joined by hyphens. */
    String name();

    /** A sentence for the report. */
    String description();

    /** Instances that run when it strikes. */
    default int instances() {
        return 1;
    }

    /** Brokers of the cluster. */
    default int brokers() {
        return 1;
    }

    /** What is sent all the while. */
    default EventStream.Mix mix() {
        return EventStream.Mix.BUSY;
    }

    /** Configuration of the instances besides the usual. */
    default Map<String, String> configuration() {
        return Map.of();
    }

    /** Whether no instance starts again and no work is done again, so that the counters of the metrics are exact. */
    default boolean leavesMetrics() {
        return false;
    }

    /** The jars of another build that the instances begin with; empty where they are of this one from the start. */
    default Optional<Path> build() {
        return Optional.empty();
    }

    /** The same with another build to begin with; only a fault that is about builds takes it. */
    default Fault from(Path build) {
        return this;
    }

    /** What this machine lacks to do it; empty where it can be done. */
    default Optional<String> missing() throws IOException, InterruptedException {
        return Optional.empty();
    }

    /** Does it to a deployment at work; returns when it is over, with every instance of the trial started again. */
    void strike(Trial trial) throws IOException, InterruptedException, ExecutionException;
}
