package io.spendstream.acceptance.bench;

import io.spendstream.v1.UsageEvent;

/** A sequence of usage events, each a function of its index, so that two runs of a seed are the same. */
interface EventSource {

    /** How many records there are. */
    long records();

    /** Fills in the record at an index; fields that it does not set are those of {@link Blank#event()}. */
    void draw(long index, UsageEvent into);

    /** Whether the record at an index repeats an earlier one, so that it must not be counted. */
    boolean isRepeat(long index);
}
