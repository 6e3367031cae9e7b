package io.spendstream.rollup;

import io.spendstream.combine.Delta;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Follows one partition of the cube: what is in it when it starts to look, and every delta from then on. For one task;
 * called by its thread only.
 */
public interface CellFeed {

    /** Begins anew: what was gathered and not sent belonged to a transaction that is void. */
    void start(ProcessorContext<?, ?> context, CellReader cells);

    /** Before deltas are added to the cells: the moment to look at what there is. */
    void look(BiConsumer<Integer, byte[]> send);

    /** Whether it wants to see deltas. */
    boolean isFollowing();

    /**
     * A delta that is being added to a cell.
     *
     * @param dimensions as in the cell's key, which is where the delta can be found later
     */
    void cell(String[] dimensions, long quarterHour, Delta delta);

    /** After deltas were added: hands out blocks, each with the partition it is for. */
    void drain(BiConsumer<Integer, byte[]> send);

    /** For a cube that nobody follows. */
    CellFeed NONE = new CellFeed() {
        @Override
        public void start(ProcessorContext<?, ?> context, CellReader cells) {}

        @Override
        public void look(BiConsumer<Integer, byte[]> send) {}

        @Override
        public boolean isFollowing() {
            return false;
        }

        @Override
        public void cell(String[] dimensions, long quarterHour, Delta delta) {}

        @Override
        public void drain(BiConsumer<Integer, byte[]> send) {}
    };
}
