package io.spendstream.rollup;

import io.spendstream.combine.CommitPoint;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.SpendRollup;
import java.time.Duration;
import java.util.List;
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

    /**
     * How soon a task without deltas takes notice of a definition, and how long a feed keeps what it was told at the
     * most. Each look is a transaction, also of an idle task.
     */
    public static final Duration LOOK_EVERY = Duration.ofMillis(500);

    private final RollupSettings settings;
    private final String rollups;
    private final List<CellFollower> followers;
    private final CellDeltas deltas;
    private final Shards shards;
    private final Runnable overflow;
    private final RollupRecords records;
    private ProcessorContext<Object, Object> context;
    private CellTable table;
    private Runnable afterRecord;
    private long expiredOnDay;

    /**
     * @param rollups name of the sink of running totals
     * @param followers of the cells of this task
     * @param overflow is told of each value that became {@code __other__}
     */
    public RollupStage(
            RollupSettings settings, String rollups, List<CellFollower> followers, Shards shards, Runnable overflow) {
        this.settings = settings;
        this.rollups = rollups;
        this.followers = followers;
        this.deltas = CellFollower.all(followers);
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
        // The wall clock decides only when totals are written down, not what they are.
        context.schedule(settings.settleEvery(), PunctuationType.WALL_CLOCK_TIME, now -> settle());
        for (CellFollower follower : followers) {
            follower.feed().start(context, table);
            follower.feed().replay(() -> table.replayUnsent(follower.feed()));
        }
        CommitPoint commit = context.getStateStore(COMMIT_POINT);
        // What a commit brings comes in a block from each task before: one sum of them all is sent on.
        afterRecord = commit.beforeCommit(context, this::beforeCommit);
        context.schedule(LOOK_EVERY, PunctuationType.WALL_CLOCK_TIME, now -> sendAll());
        shards.opened(table);
    }

    @Override
    public void process(Record<Integer, byte[]> record) {
        look();
        if (!isKept()) {
            table.sentAll();
        }
        table.add(record.value(), deltas);
        afterRecord.run();
        if (table.isFull()) {
            settle();
        }
    }

    private void look() {
        for (CellFollower follower : followers) {
            follower.feed().look((partition, block) -> send(partition, block, follower.to()));
        }
    }

    private void beforeCommit() {
        long behindMs = context.currentSystemTimeMs() - context.currentStreamTimeMs();
        for (CellFollower follower : followers) {
            follower.feed().commit(behindMs, (partition, block) -> send(partition, block, follower.to()));
        }
        if (isKept()) {
            table.keptUnsent();
        } else {
            table.sentAll();
        }
    }

    private boolean isKept() {
        return followers.stream().anyMatch(follower -> follower.feed().keeps());
    }

    private void sendAll() {
        look();
        sendKept();
    }

    private void sendKept() {
        for (CellFollower follower : followers) {
            if (follower.feed().keeps()) {
                follower.feed().drain((partition, block) -> send(partition, block, follower.to()));
            }
        }
        table.sentAll();
    }

    private void send(int partition, byte[] block, String to) {
        context.forward(
                new Record<>((Object) partition, (Object) block, Math.max(0, context.currentStreamTimeMs())), to);
    }

    private void settle() {
        // What a feed keeps can be found in the journal only, which is emptied.
        sendKept();
        table.settle((cell, total) -> {
            SpendRollup rollup = records.of(cell, total);
            context.forward(
                    new Record<>(
                            (Object) RollupRecords.key(rollup),
                            (Object) rollup,
                            Math.max(0, context.currentStreamTimeMs())),
                    rollups);
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
