package io.spendstream.rollup;

import io.spendstream.combine.Delta;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Follows one partition of the cube: what is in it when it starts to look, and every delta from then on. For one task;
 * called by its thread only.
 *
 * <p>It may keep deltas for a while and send their sum. Those that are kept over a commit are told to it again after a
 * restart: see {@link #replay}.
 */
public interface CellFeed {

    /** Begins anew: what was gathered and not sent belonged to a transaction that is void. */
    void start(ProcessorContext<?, ?> context, CellReader cells);

    /**
     * After the start, with the deltas that were not sent in the last transaction that committed: told to
     * {@link #cell} as they were then.
     *
     * @param deltas tells of them; of none where all were sent
     */
    void replay(Runnable deltas);

    /** Before deltas are added to the cells: the moment to look at what there is. */
    void look(BiConsumer<Integer, byte[]> send);

    /** Whether it wants to see deltas. */
    boolean isFollowing();

    /**
     * A delta that is being added to a cell.
     *
     * @param followed what it answered to the delta before of this cell; null for the first
     * @param dimensions as in the cell's key, which is where the delta can be found later
     * @return what it knows of the cell
     */
    Object cell(Object followed, String[] dimensions, long quarterHour, Delta delta);

    /**
     * Before a commit: hands out blocks, each with the partition it is for, or keeps what there is for the next time.
     *
     * @param behindMs how long ago the latest delta was received
     */
    void commit(long behindMs, BiConsumer<Integer, byte[]> send);

    /** Hands out all that there is. */
    void drain(BiConsumer<Integer, byte[]> send);

    /** Whether there are deltas that were not sent. */
    boolean keeps();

    /** For a cube that nobody follows. */
    CellFeed NONE = new CellFeed() {
        @Override
        public void start(ProcessorContext<?, ?> context, CellReader cells) {}

        @Override
        public void replay(Runnable deltas) {}

        @Override
        public void look(BiConsumer<Integer, byte[]> send) {}

        @Override
        public boolean isFollowing() {
            return false;
        }

        @Override
        public Object cell(Object followed, String[] dimensions, long quarterHour, Delta delta) {
            return null;
        }

        @Override
        public void commit(long behindMs, BiConsumer<Integer, byte[]> send) {}

        @Override
        public void drain(BiConsumer<Integer, byte[]> send) {}

        @Override
        public boolean keeps() {
            return false;
        }
    };
}
