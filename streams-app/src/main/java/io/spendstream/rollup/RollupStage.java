package io.spendstream.rollup;

import io.spendstream.usage.Progress;
import io.spendstream.v1.SpendRollup;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;

/** Adds the deltas to the cube, and publishes the running totals of the quarter-hours that changed. */
public final class RollupStage implements Processor<Integer, byte[], String, SpendRollup> {

    /** The logged store of cells. */
    public static final String CELLS = "spend-cells";
    /** The logged store of deltas that are not in the cells yet. */
    public static final String JOURNAL = "spend-journal";

    private static final long DAY_MS = Resolution.DAY.sizeMs();

    private final RollupSettings settings;
    private final Shards shards;
    private final Runnable overflow;
    private final Progress progress;
    private final RollupRecords records;
    private ProcessorContext<String, SpendRollup> context;
    private CellTable table;
    private long expiredOnDay;

    /** @param overflow is told of each value that became {@code __other__} */
    public RollupStage(RollupSettings settings, Shards shards, Runnable overflow, Progress progress) {
        this.settings = settings;
        this.shards = shards;
        this.overflow = overflow;
        this.progress = progress;
        this.records = new RollupRecords(settings.tagDimensions());
    }

    @Override
    public void init(ProcessorContext<String, SpendRollup> context) {
        this.context = context;
        KeyValueStore<Bytes, byte[]> cells = context.getStateStore(CELLS);
        KeyValueStore<Bytes, byte[]> journal = context.getStateStore(JOURNAL);
        table = new CellTable(context.taskId().partition(), settings, cells, journal, overflow);
        expiredOnDay = Long.MIN_VALUE;
        // The wall clock decides only when totals are written down, not what they are.
        context.schedule(settings.settleEvery(), PunctuationType.WALL_CLOCK_TIME, now -> settle());
        shards.opened(table);
    }

    @Override
    public void process(Record<Integer, byte[]> record) {
        table.add(record.value());
        progress.rolledUp(context.taskId().partition(), record.timestamp());
        if (table.isFull()) {
            settle();
        }
    }

    private void settle() {
        table.settle((cell, total) -> {
            SpendRollup rollup = records.of(cell, total);
            context.forward(
                    new Record<>(RollupRecords.key(rollup), rollup, Math.max(0, context.currentStreamTimeMs())));
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
