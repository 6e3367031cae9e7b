package io.spendstream.combine;

import java.time.Duration;
import java.time.Instant;
import org.apache.kafka.streams.processor.Cancellable;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.Punctuator;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/**
 * The moments of the wall clock at which stages do what they do now and then: the multiples of the interval, so the same in
 * all tasks. Each time is a transaction, also of a task that finds nothing to do. Tasks of one thread that do it at the same
 * moments share one.
 */
public final class Ticks {

    private Ticks() {}

    /**
     * Has a stage do something at every multiple of an interval from now on.
     *
     * @param work is told the time, in epoch milliseconds; may forward and write to stores
     * @return ends it
     */
    public static Cancellable every(ProcessorContext<?, ?> context, Duration interval, Punctuator work) {
        return context.schedule(Instant.EPOCH, interval, PunctuationType.WALL_CLOCK_TIME, work);
    }
}
