package io.spendstream.combine;

import io.spendstream.usage.Tally;
import java.util.Map;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * Builds the commit point of each task.
 *
 * @param name to connect processors to: a sub-topology has its own
 */
public record CommitPoints(String name, CommitPoint.Mode mode, Tally.Sink sink) implements StoreBuilder<CommitPoint> {

    public CommitPoints(CommitPoint.Mode mode, Tally.Sink sink) {
        this(CommitPoint.NAME, mode, sink);
    }

    @Override
    public CommitPoint build() {
        return switch (mode) {
            case BEFORE_COMMIT -> new BeforeCommit(name, sink);
            case EVERY_RECORD -> new EveryRecord(name, sink);
            case BY_TIMER -> new ByTimer(name, sink);
        };
    }

    @Override
    public boolean loggingEnabled() {
        return false;
    }

    @Override
    public Map<String, String> logConfig() {
        return Map.of();
    }

    @Override
    public StoreBuilder<CommitPoint> withCachingEnabled() {
        return this;
    }

    @Override
    public StoreBuilder<CommitPoint> withCachingDisabled() {
        return this;
    }

    @Override
    public StoreBuilder<CommitPoint> withLoggingEnabled(Map<String, String> config) {
        throw new IllegalArgumentException("a commit point holds nothing that could be logged");
    }

    @Override
    public StoreBuilder<CommitPoint> withLoggingDisabled() {
        return this;
    }
}
