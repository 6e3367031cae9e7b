package io.spendstream.rollup;

import io.spendstream.combine.Delta;
import io.spendstream.combine.DeltaBlock;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Follows how far the sources of one partition of the cube have come, and what came late. For one task; called by its
 * thread only.
 */
public interface QuarterFeed {

    /** Begins anew: what was gathered and not sent belonged to a transaction that is void. */
    void start(ProcessorContext<?, ?> context, CellReader cells);

    /**
     * A delta that is being added to a cell.
     *
     * @param dimensions as in the cell's key
     * @param cameIn the quarter-hour that was open at the source when it came late, or {@link DeltaBlock#IN_TIME}
     */
    void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta);

    /**
     * A delta has been added to a user's day.
     *
     * @param user UTF-8; {@link DeltaBlock#NO_USER} where none is given
     * @param added what was added
     * @param total of the day so far
     */
    void user(String tenant, byte[] user, long day, Delta added, Delta total);

    /** A source has come so far, and all that it sent before has been added. */
    void clock(DeltaBlock.Clock clock);

    /** Before a commit, and now and then without deltas: hands out blocks, each with the partition it is for. */
    void drain(BiConsumer<Integer, byte[]> send);

    /** For a cube whose quarter-hours are not closed. */
    QuarterFeed NONE = new QuarterFeed() {
        @Override
        public void start(ProcessorContext<?, ?> context, CellReader cells) {}

        @Override
        public void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {}

        @Override
        public void user(String tenant, byte[] user, long day, Delta added, Delta total) {}

        @Override
        public void clock(DeltaBlock.Clock clock) {}

        @Override
        public void drain(BiConsumer<Integer, byte[]> send) {}
    };
}
