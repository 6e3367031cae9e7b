package io.spendstream.rollup;

import java.util.Map;

/** Sees the cells of the spend cube. What it is handed may be reused after the call: copy or sum what is needed. */
@FunctionalInterface
public interface CellVisitor {

    /**
     * One cell.
     *
     * @param dimensions values at {@link io.spendstream.usage.Dimension#ordinal()}, then the configured tags in their
     *     order; null where the event did not give one
     * @param bucket number of the bucket at the resolution asked for
     * @param measures sums at {@link io.spendstream.usage.Measure#ordinal()}
     * @param otherUnits priced units besides tokens: name to {quantity, cost in nano-USD}; may be empty
     */
    void cell(String[] dimensions, long bucket, long[] measures, Map<String, long[]> otherUnits);
}
