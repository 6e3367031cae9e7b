package io.spendstream.combine;

import io.spendstream.usage.Tally;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** Runs the work of each stage after every record, with public API alone. */
class EveryRecord implements CommitPoint {

    private final Tally tally = new Tally();
    private final String name;
    private final Tally.Sink sink;
    private boolean open;

    EveryRecord(String name, Tally.Sink sink) {
        this.name = name;
        this.sink = sink;
    }

    /**
     * A stage runs its own work at the end of its own records, as itself: stages call one another, so the last one comes
     * first, and the tally is complete by then, as each stage counts before it forwards.
     */
    @Override
    public Runnable beforeCommit(ProcessorContext<?, ?> context, Runnable work) {
        return () -> {
            work.run();
            sink.add(tally);
            tally.clear();
        };
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
        // What an aborted transaction counted comes again.
        tally.clear();
    }
}
