package io.spendstream.combine;

import io.spendstream.usage.Tally;
import java.time.Duration;
import org.apache.kafka.streams.processor.api.ProcessorContext;

/** Runs the work of each stage now and then, and not before each commit: wrong, see {@link CommitPoint.Mode#BY_TIMER}. */
final class ByTimer extends EveryRecord {

    private static final Duration EVERY = Duration.ofMillis(500);

    ByTimer(String name, Tally.Sink sink) {
        super(name, sink);
    }

    @Override
    public Runnable beforeCommit(ProcessorContext<?, ?> context, Runnable work) {
        Runnable now = super.beforeCommit(context, work);
        Ticks.every(context, EVERY, time -> now.run());
        return () -> {};
    }
}
