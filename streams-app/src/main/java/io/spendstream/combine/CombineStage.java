package io.spendstream.combine;

import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Tally;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Sums the events between two commits and sends the sums, so that what follows costs little however busy a feature is:
 * one record per commit and destination. Its key is the partition it goes to. With the sums goes how far the source has
 * come by the times of its events; where there are none for a while, by the wall clock.
 */
public final class CombineStage implements Processor<byte[], MeteredUsage, Integer, byte[]> {

    /** The logged store of how far the source has come. */
    public static final String CLOCK = "event-clock";

    private static final Bytes OPEN = Bytes.wrap(new byte[] {0});
    private static final Duration LOOK_FOR_EVENTS_EVERY = Duration.ofSeconds(10);
    /** A source is idle that had no event for so many looks. */
    private static final int IDLE_LOOKS = 3;

    /** Of one block; a record may have 1 MiB by default. */
    private static final int BLOCK_BYTES_MAX = 400_000;

    /**
     * Somebody who sums the same events.
     *
     * @param to name of the node that takes what the feed sends
     */
    public record Fed(UsageFeed feed, String to) {}

    private final int partitions;
    private final List<String> tagDimensions;
    private final String deltas;
    private final List<Fed> feeds;
    private Combiner combiner;
    private EventClock clock;
    private KeyValueStore<Bytes, byte[]> clockStore;
    private ProcessorContext<Integer, byte[]> context;
    private Runnable afterRecord;
    private Tally tally;
    private long receivedMs;
    private long clockStored;
    private long clockSent;
    private int looksWithoutEvents;

    /**
     * @param partitions of the topic the deltas go to
     * @param tagDimensions tags that are dimensions of the cube, in order
     * @param deltas name of the node that takes what is for the cube; null: whatever comes next
     * @param feeds sum by something else besides
     */
    public CombineStage(int partitions, List<String> tagDimensions, String deltas, List<Fed> feeds) {
        this.partitions = partitions;
        this.tagDimensions = tagDimensions;
        this.deltas = deltas;
        this.feeds = List.copyOf(feeds);
    }

    /** One that has nothing besides the deltas to send. */
    public CombineStage(int partitions, List<String> tagDimensions) {
        this(partitions, tagDimensions, null, List.of());
    }

    @Override
    public void init(ProcessorContext<Integer, byte[]> context) {
        this.context = context;
        // After an aborted transaction a task starts again with the same processors: sums that were not sent belong to
        // records that come again.
        combiner = new Combiner(new Destinations(partitions), tagDimensions, BLOCK_BYTES_MAX);
        clockStore = context.getStateStore(CLOCK);
        byte[] stored = clockStore.get(OPEN);
        clock = new EventClock(
                stored == null ? EventClock.NOT_BEGUN : ByteBuffer.wrap(stored).getLong());
        clockStored = clock.open();
        clockSent = clock.open();
        looksWithoutEvents = 0;
        Ticks.every(context, LOOK_FOR_EVENTS_EVERY, this::lookForEvents);
        feeds.forEach(fed -> fed.feed().start(context));
        CommitPoint commit = context.getStateStore(CommitPoint.NAME);
        tally = commit.tally();
        afterRecord = commit.beforeCommit(context, this::drain);
    }

    @Override
    public void process(Record<byte[], MeteredUsage> record) {
        long timeMs = record.value().event().timeMs;
        clock.see(timeMs);
        long cameIn = clock.cameIn(timeMs);
        for (Fed fed : feeds) {
            fed.feed().add(record.value(), cameIn);
        }
        combiner.add(record.value(), cameIn);
        receivedMs = Math.max(receivedMs, record.timestamp());
        looksWithoutEvents = 0;
        afterRecord.run();
    }

    /** Without events nothing else says that time goes on. The source's own clock stays: events are not late for it. */
    private void lookForEvents(long nowMs) {
        looksWithoutEvents++;
        long open = EventClock.openAt(nowMs);
        if (looksWithoutEvents > IDLE_LOOKS && open > clockSent) {
            clockSent = open;
            drain(new DeltaBlock.Clock(context.taskId().partition(), open, true));
        }
    }

    private void drain() {
        if (clock.open() > clockStored) {
            clockStored = clock.open();
            clockStore.put(
                    OPEN, ByteBuffer.allocate(Long.BYTES).putLong(clockStored).array());
        }
        DeltaBlock.Clock news = null;
        if (clock.open() > clockSent) {
            clockSent = clock.open();
            news = new DeltaBlock.Clock(context.taskId().partition(), clockSent, false);
        }
        drain(news);
    }

    private void drain(DeltaBlock.Clock news) {
        tally.deltas += combiner.size();
        combiner.drain(news, (partition, block) -> send(partition, block, deltas));
        for (Fed fed : feeds) {
            if (news != null) {
                fed.feed().clock(news);
            }
            fed.feed().drain(receivedMs, (partition, block) -> send(partition, block, fed.to()));
        }
    }

    private void send(int partition, byte[] block, String to) {
        context.forward(new Record<>(partition, block, receivedMs), to);
    }
}
