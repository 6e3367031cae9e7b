package io.spendstream.combine;

import io.spendstream.usage.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** A commit point for a stage on its own: the test says when a commit comes, or that the transaction was aborted. */
public final class CommitsWhenTold implements CommitPoint {

    private final List<Runnable> works = new ArrayList<>();
    private final Tally tally = new Tally();

    /** Runs all work, as before a commit. */
    public void commit() {
        works.forEach(Runnable::run);
    }

    /** Forgets all work: the task closes, and starts again with {@code init}. */
    public void abort() {
        works.clear();
        tally.clear();
    }

    @Override
    public Runnable beforeCommit(ProcessorContext<?, ?> context, Runnable work) {
        works.add(work);
        return () -> {};
    }

    @Override
    public Tally tally() {
        return tally;
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {}

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {}

    @Override
    public void close() {}

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return true;
    }
}
