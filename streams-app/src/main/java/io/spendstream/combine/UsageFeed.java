package io.spendstream.combine;

import io.spendstream.usage.MeteredUsage;
import java.util.function.BiConsumer;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** Sums the same events as the combiner by something else, and sends its sums with the others. For one task. */
public interface UsageFeed {

    /** Begins anew: what was summed and not sent belonged to a transaction that is void. */
    void start(ProcessorContext<?, ?> context);

    /** @param cameIn the quarter-hour in which it came late, or {@link DeltaBlock#IN_TIME} */
    void add(MeteredUsage usage, long cameIn);

    /** The source has come so far, and all that came from it before has been added. */
    default void clock(DeltaBlock.Clock clock) {}

    /**
     * Hands out the sums as blocks, each with the partition it is for.
     *
     * @param receivedMs when the latest event was received
     */
    void drain(long receivedMs, BiConsumer<Integer, byte[]> send);
}
