package io.spendstream.rollup;

import io.spendstream.combine.CommitPoint;
import io.spendstream.combine.Ticks;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.SpendRollup;
import java.time.Duration;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Adds the deltas to the cube, and publishes the running totals of the quarter-hours that changed. */
public final class RollupStage implements Processor<Integer, byte[], Object, Object> {

    /** The logged store of cells. */
    public static final String CELLS = "spend-cells";
    /** The logged store of deltas that are not in the cells yet. */
    public static final String JOURNAL = "spend-journal";
    /** The commit point of this stage. */
    public static final String COMMIT_POINT = "rollup-commit-point";

    private static final long DAY_MS = Resolution.DAY.sizeMs();

    /** How soon a task without deltas takes notice of a definition. */
    public static final Duration LOOK_EVERY = Duration.ofMillis(500);
    /** How long a feed keeps what it was told of: it sends with the first look after that, or when cells are settled. */
    public static final Duration KEPT_FOR = Duration.ofSeconds(2);

    /**
     * Where results go.
     *
     * @param rollups name of the sink of running totals
     * @param fed name of the node that takes what the feed sends
     * @param closed name of the node that takes closed quarter-hours
     */
    public record Ways(String rollups, String fed, String closed) {}

    private final RollupSettings settings;
    private final Ways ways;
    private final CellFeed feed;
    private final QuarterFeed quarters;
    private final Shards shards;
    private final Runnable overflow;
    private final RollupRecords records;
    private ProcessorContext<Object, Object> context;
    private CellTable table;
    private Runnable afterRecord;
    private long expiredOnDay;
    /** When a look or settling last had the feed send what it kept, by the wall clock. */
    private long sentAllMs;

    /**
     * @param feed follows the cells of this task
     * @param quarters closes its quarter-hours
     * @param overflow is told of each value that became {@code __other__}
     */
    public RollupStage(
            RollupSettings settings, Ways ways, CellFeed feed, QuarterFeed quarters, Shards shards, Runnable overflow) {
        this.settings = settings;
        this.ways = ways;
        this.feed = feed;
        this.quarters = quarters;
        this.shards = shards;
        this.overflow = overflow;
        this.records = new RollupRecords(settings.tagDimensions());
    }

    @Override
    public void init(ProcessorContext<Object, Object> context) {
        this.context = context;
        KeyValueStore<Bytes, byte[]> cells = context.getStateStore(CELLS);
        KeyValueStore<Bytes, byte[]> journal = context.getStateStore(JOURNAL);
        table = new CellTable(context.taskId().partition(), settings, cells, journal, overflow);
        expiredOnDay = Long.MIN_VALUE;
        sentAllMs = 0;
        // The wall clock decides only when totals are written down, not what they are. Not at the ticks of other tasks:
        // all would write at once.
        context.schedule(settings.settleEvery(), PunctuationType.WALL_CLOCK_TIME, now -> settle());
        feed.start(context, table);
        feed.replay(() -> table.replayUnsent(feed));
        quarters.start(context, table);
        CommitPoint commit = context.getStateStore(COMMIT_POINT);
        // What a commit brings comes in a block from each task before: one sum of them all is sent on.
        afterRecord = commit.beforeCommit(context, this::beforeCommit);
        Ticks.every(context, LOOK_EVERY, now -> look());
        shards.opened(table);
    }

    @Override
    public void process(Record<Integer, byte[]> record) {
        followDefinitions();
        table.add(record.value(), feed, quarters);
        afterRecord.run();
        if (table.isFull()) {
            settle();
        }
    }

    private void followDefinitions() {
        feed.look(this::sendFed);
        if (!feed.keeps()) {
            table.sentAll();
        }
    }

    private void beforeCommit() {
        long behindMs = context.currentSystemTimeMs() - context.currentStreamTimeMs();
        feed.commit(behindMs, this::sendFed);
        if (feed.keeps()) {
            table.keptUnsent();
        } else {
            table.sentAll();
        }
        quarters.drain(this::sendClosed);
    }

    private void look() {
        followDefinitions();
        if (context.currentSystemTimeMs() - sentAllMs >= KEPT_FOR.toMillis()) {
            sendKept();
        }
        quarters.drain(this::sendClosed);
    }

    private void sendKept() {
        feed.drain(this::sendFed);
        table.sentAll();
        sentAllMs = context.currentSystemTimeMs();
    }

    private void sendClosed(int partition, byte[] block) {
        send(partition, block, ways.closed());
    }

    private void sendFed(int partition, byte[] block) {
        send(partition, block, ways.fed());
    }

    private void send(int partition, byte[] block, String to) {
        context.forward(
                new Record<>((Object) partition, (Object) block, Math.max(0, context.currentStreamTimeMs())), to);
    }

    private void settle() {
        // What the feed keeps can be found in the journal only, which is emptied.
        sendKept();
        table.settle((cell, total) -> {
            SpendRollup rollup = records.of(cell, total);
            context.forward(
                    new Record<>(
                            (Object) RollupRecords.key(rollup),
                            (Object) rollup,
                            Math.max(0, context.currentStreamTimeMs())),
                    ways.rollups());
        });
        long day = Math.floorDiv(context.currentStreamTimeMs(), DAY_MS);
        if (context.currentStreamTimeMs() > 0 && day > expiredOnDay) {
            table.expire(context.currentStreamTimeMs());
            expiredOnDay = day;
        }
    }

    @Override
    public void close() {
        if (table != null) {
            shards.closed(table);
        }
    }
}
