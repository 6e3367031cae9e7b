package io.spendstream.rollup;

import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Follows one partition of the cube: what is in it when it starts to look, and every delta from then on. For one task;
 * called by its thread only.
 */
public interface CellFeed extends CellDeltas {

    /** Begins anew: what was gathered and not sent belonged to a transaction that is void. */
    void start(ProcessorContext<?, ?> context, CellReader cells);

    /** Before deltas are added to the cells: the moment to look at what there is. */
    void look(BiConsumer<Integer, byte[]> send);

    /** Whether it wants to see the deltas of cells. */
    boolean isFollowing();

    /** After deltas were added: hands out blocks, each with the partition it is for. */
    void drain(BiConsumer<Integer, byte[]> send);
}
