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

    /**
     * Where results go.
     *
     * @param deltas name of the node that takes what is for the cube; null: whatever comes next
     * @param fed name of the node that takes what the feed sends; null: whatever comes next
     */
    public record Ways(String deltas, String fed) {}

    private final int partitions;
    private final List<String> tagDimensions;
    private final UsageFeed feed;
    private final Ways ways;
    private Combiner combiner;
    private ProcessorContext<Integer, byte[]> context;
    private Runnable afterRecord;
    private long receivedMs;

    /**
     * @param partitions of the topic the deltas go to
     * @param tagDimensions tags that are dimensions of the cube, in order
     * @param feed sums by something else besides
     */
    public CombineStage(int partitions, List<String> tagDimensions, UsageFeed feed, Ways ways) {
        this.partitions = partitions;
        this.tagDimensions = tagDimensions;
        this.feed = feed;
        this.ways = ways;
    }

    /** One that has nothing besides the deltas to send. */
    public CombineStage(int partitions, List<String> tagDimensions) {
        this(partitions, tagDimensions, UsageFeed.NONE, new Ways(null, null));
    }

    @Override
    public void init(ProcessorContext<Integer, byte[]> context) {
        this.context = context;
        // After an aborted transaction a task starts again with the same processors: sums that were not sent belong to
        // records that come again.
        combiner = new Combiner(new Destinations(partitions), tagDimensions, BLOCK_BYTES_MAX);
        feed.start(context);
        CommitPoint commit = context.getStateStore(CommitPoint.NAME);
        afterRecord = commit.beforeCommit(context, this::drain);
    }

    @Override
    public void process(Record<byte[], MeteredUsage> record) {
        feed.add(record.value());
        combiner.add(record.value());
        receivedMs = Math.max(receivedMs, record.timestamp());
        afterRecord.run();
    }

    private void drain() {
        combiner.drain((partition, block) -> send(partition, block, ways.deltas()));
        feed.drain(receivedMs, (partition, block) -> send(partition, block, ways.fed()));
    }

    private void send(int partition, byte[] block, String to) {
        context.forward(new Record<>(partition, block, receivedMs), to);
    }
}
