package io.spendstream.combine;

import io.spendstream.usage.Tally;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.internals.InternalProcessorContext;
import org.apache.kafka.streams.processor.internals.ProcessorNode;
import org.apache.kafka.streams.processor.internals.ProcessorRecordContext;
import org.apache.kafka.streams.state.internals.CacheFlushListener;
import org.apache.kafka.streams.state.internals.CachedStateStore;

/**
 * Runs the work once per commit, from the hook by which Kafka Streams flushes its own record caches: the only place
 * that is before the transaction commits, where records can still be sent. It is internal API; the contract test of
 * this class fails on an upgrade that changes it, and {@link EveryRecord} does without.
 */
final class BeforeCommit implements CommitPoint, CachedStateStore<Object, Object> {

    private record Work(InternalProcessorContext<?, ?> context, ProcessorNode<?, ?, ?, ?> node, Runnable action) {}

    private final List<Work> works = new ArrayList<>();
    private final Tally tally = new Tally();
    private final String name;
    private final Tally.Sink sink;
    private boolean open;

    BeforeCommit(String name, Tally.Sink sink) {
        this.name = name;
        this.sink = sink;
    }

    @Override
    public Runnable beforeCommit(ProcessorContext<?, ?> context, Runnable action) {
        InternalProcessorContext<?, ?> internal = (InternalProcessorContext<?, ?>) context;
        // A task that was suspended and goes on initialises its processors anew, with this store still open.
        works.removeIf(work -> work.node().name().equals(internal.currentNode().name()));
        works.add(new Work(internal, internal.currentNode(), action));
        return () -> {};
    }

    @Override
    public Tally tally() {
        return tally;
    }

    @Override
    public void flushCache() {
        for (Work work : works) {
            runAsItsNode(work);
        }
        sink.add(tally);
        tally.clear();
    }

    /** Outside of processing no node is current, so forwarding has no origin and a change no timestamp: set both. */
    private static void runAsItsNode(Work work) {
        InternalProcessorContext<?, ?> context = work.context();
        ProcessorNode<?, ?, ?, ?> node = context.currentNode();
        ProcessorRecordContext record = context.recordContext();
        context.setCurrentNode(work.node());
        context.setRecordContext(new ProcessorRecordContext(
                Math.max(0, context.currentStreamTimeMs()),
                -1,
                context.taskId().partition(),
                null,
                new RecordHeaders()));
        try {
            work.action().run();
        } finally {
            context.setRecordContext(record);
            context.setCurrentNode(node);
        }
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        open = true;
        context.register(root, (key, value) -> {});
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        // Too late to send anything: the transaction has committed.
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
        forget();
    }

    @Override
    public boolean setFlushListener(CacheFlushListener<Object, Object> listener, boolean sendOldValues) {
        return false;
    }

    /** The task becomes a standby, or active again: new processors will register their work. */
    @Override
    public void clearCache() {
        forget();
    }

    /** What an aborted transaction gathered belongs to records that come again. */
    private void forget() {
        works.clear();
        tally.clear();
    }
}
