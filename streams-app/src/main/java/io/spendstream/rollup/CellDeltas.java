package io.spendstream.rollup;

import io.spendstream.combine.Delta;
import io.spendstream.combine.DeltaBlock;

/** Is told of what is added to the cells, in its order. */
public interface CellDeltas {

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
    CellDeltas NONE = new CellDeltas() {};
}
