package io.spendstream.rollup;

import io.spendstream.combine.Delta;
import io.spendstream.combine.DeltaBlock;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * Follows one partition of the cube: what is in it when it starts to look, and every delta from then on. For one task;
 * called by its thread only.
 */
public interface CellFeed extends CellFeed.Deltas {

    /** Is told of what is added to the cells, in its order. */
    interface Deltas {

        /**
         * A delta that is being added to a cell.
         *
         * @param dimensions as in the cell's key, which is where the delta can be found later
         * @param cameIn the quarter-hour that was open at the source when it came late, or {@link DeltaBlock#IN_TIME}
         */
        default void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {}

        /**
         * A delta has been added to a user's day.
         *
         * @param user UTF-8; {@link DeltaBlock#NO_USER} where none is given
         * @param total of the day so far
         */
        default void user(String tenant, byte[] user, long day, Delta total) {}

        /** A source has come so far, and all that it sent before has been added. */
        default void clock(DeltaBlock.Clock clock) {}

        /** For those who do not care. */
        Deltas NONE = new Deltas() {};
    }

    /** Begins anew: what was gathered and not sent belonged to a transaction that is void. */
    void start(ProcessorContext<?, ?> context, CellReader cells);

    /** Before deltas are added to the cells: the moment to look at what there is. */
    void look(BiConsumer<Integer, byte[]> send);

    /** Whether it wants to see the deltas of cells. */
    boolean isFollowing();

    /** After deltas were added: hands out blocks, each with the partition it is for. */
    void drain(BiConsumer<Integer, byte[]> send);
}
