package io.spendstream.combine;

import io.spendstream.usage.MeteredUsage;
import java.util.List;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;

/**
 * Sums the events between two commits and sends the sums, so that what follows costs little however busy a feature is:
 * one record per commit and destination. Its key is the partition it goes to.
 */
public final class CombineStage implements Processor<byte[], MeteredUsage, Integer, byte[]> {

    /** Of one block; a record may have 1 MiB by default. */
    private static final int BLOCK_BYTES_MAX = 400_000;

    private final int partitions;
    private final List<String> tagDimensions;
    private Combiner combiner;
    private ProcessorContext<Integer, byte[]> context;
    private Runnable afterRecord;
    private long receivedMs;

    /**
     * @param partitions of the topic the deltas go to
     * @param tagDimensions tags that are dimensions of the cube, in order
     */
    public CombineStage(int partitions, List<String> tagDimensions) {
        this.partitions = partitions;
        this.tagDimensions = tagDimensions;
    }

    @Override
    public void init(ProcessorContext<Integer, byte[]> context) {
        this.context = context;
        // After an aborted transaction a task starts again with the same processors: sums that were not sent belong to
        // records that come again.
        combiner = new Combiner(new Destinations(partitions), tagDimensions, BLOCK_BYTES_MAX);
        CommitPoint commit = context.getStateStore(CommitPoint.NAME);
        afterRecord = commit.beforeCommit(context, this::drain);
    }

    @Override
    public void process(Record<byte[], MeteredUsage> record) {
        combiner.add(record.value());
        receivedMs = Math.max(receivedMs, record.timestamp());
        afterRecord.run();
    }

    private void drain() {
        combiner.drain((partition, block) -> context.forward(new Record<>(partition, block, receivedMs)));
    }
}
