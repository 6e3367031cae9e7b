package io.spendstream.rollup;

import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Follows one partition of the cube: what is in it when it starts to look, and every delta from then on. For one task;
 * called by its thread only.
 *
 * <p>It may keep deltas for a while and send their sum. Those that are kept over a commit are told to it again after a
 * restart: see {@link #replay}.
 */
public interface CellFeed extends CellDeltas {

    /** Begins anew: what was gathered and not sent belonged to a transaction that is void. */
    void start(ProcessorContext<?, ?> context, CellReader cells);

    /** Before deltas are added to the cells: the moment to look at what there is. */
    void look(BiConsumer<Integer, byte[]> send);

    /** Whether it wants to see the deltas of cells. */
    boolean isFollowing();

    /** After deltas were added: hands out blocks of all that there is, each with the partition it is for. */
    void drain(BiConsumer<Integer, byte[]> send);

    /**
     * Before a commit: hands out what there is, or keeps it for the next time.
     *
     * @param behindMs how long ago the latest delta was received
     */
    default void commit(long behindMs, BiConsumer<Integer, byte[]> send) {
        drain(send);
    }

    /** Whether there are deltas that were not sent. */
    default boolean keeps() {
        return false;
    }

    /**
     * After the start, with the deltas that it kept when the last transaction committed: told to {@link #cell} as they
     * were then.
     *
     * @param deltas tells of them; of none where all were sent
     */
    default void replay(Runnable deltas) {}
}
