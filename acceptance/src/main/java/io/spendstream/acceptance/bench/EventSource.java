package io.spendstream.acceptance.bench;

import io.spendstream.v1.UsageEvent;
import java.util.function.Consumer;

/** A sequence of usage events, each a function of its index, so that two runs of a seed are the same. */
interface EventSource {

    /** How many records there are. */
    long records();

    /** Fills in the record at an index; fields that it does not set are those of {@link Blank#event()}. */
    void draw(long index, UsageEvent into);

    /** Whether the record at an index repeats an earlier one, so that it must not be counted. */
    boolean isRepeat(long index);

    /**
     * The same with something else in each record.
     *
     * @param change makes it, and must go by what a record that is repeated shares with its repeat
     */
    default EventSource with(Consumer<UsageEvent> change) {
        EventSource source = this;
        return new EventSource() {
            @Override
            public long records() {
                return source.records();
            }

            @Override
            public boolean isRepeat(long index) {
                return source.isRepeat(index);
            }

            @Override
            public void draw(long index, UsageEvent into) {
                source.draw(index, into);
                change.accept(into);
            }
        };
    }
}
