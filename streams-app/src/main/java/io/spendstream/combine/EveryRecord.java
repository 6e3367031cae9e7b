package io.spendstream.combine;

import io.spendstream.usage.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** Runs the work after every record, with public API alone. */
final class EveryRecord implements CommitPoint {

    private final List<Runnable> works = new ArrayList<>();
    private final Tally tally = new Tally();
    private final String name;
    private final Tally.Sink sink;
    private boolean open;

    EveryRecord(String name, Tally.Sink sink) {
        this.name = name;
        this.sink = sink;
    }

    @Override
    public Runnable beforeCommit(ProcessorContext<?, ?> context, Runnable action) {
        works.add(action);
        return this::runAll;
    }

    /**
     * Stages call one another, so the last one ends first and runs the work of all, as the node that forwards; for the
     * ones before it nothing is left to do.
     */
    private void runAll() {
        works.forEach(Runnable::run);
        sink.add(tally);
        tally.clear();
    }

    @Override
    public Tally tally() {
        return tally;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        open = true;
        context.register(root, (key, value) -> {});
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        // Nothing is kept here.
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void close() {
        open = false;
        works.clear();
        tally.clear();
    }
}
