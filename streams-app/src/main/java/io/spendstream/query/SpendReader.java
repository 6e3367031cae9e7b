package io.spendstream.query;

import java.util.concurrent.CompletionStage;

/** Answers questions about spend, over all partitions. */
@FunctionalInterface
public interface SpendReader {

    /**
     * The whole answer, or a failure: {@link QueryRefused} where the question cannot be answered as put,
     * {@link NotAllThere} where a partition is out of reach (either may
     * come wrapped in a {@link java.util.concurrent.CompletionException}). Never blocks.
     *
     * @param trace that the question belongs to
     */
    CompletionStage<SpendAnswer> spend(SpendQuery query, Trace trace);

    /** A question that belongs to no trace. */
    default CompletionStage<SpendAnswer> spend(SpendQuery query) {
        return spend(query, Trace.NONE);
    }
}
