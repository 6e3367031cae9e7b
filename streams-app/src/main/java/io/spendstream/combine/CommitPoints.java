package io.spendstream.combine;

import io.spendstream.usage.Tally;
import java.util.Map;
import org.apache.kafka.streams.state.StoreBuilder;

/** Builds the commit point of each task. */
public record CommitPoints(CommitPoint.Mode mode, Tally.Sink sink) implements StoreBuilder<CommitPoint> {

    @Override
    public CommitPoint build() {
        return mode == CommitPoint.Mode.BEFORE_COMMIT ? new BeforeCommit(sink) : new EveryRecord(sink);
    }

    @Override
    public String name() {
        return CommitPoint.NAME;
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
