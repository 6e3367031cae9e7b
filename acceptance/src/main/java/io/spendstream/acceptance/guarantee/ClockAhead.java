package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.BadRecords;
import io.spendstream.acceptance.EventStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** A producer's clock is wrong. */
final class ClockAhead implements Fault {

    /** Events lie up to two minutes after it. */
    private static final Duration ALLOWED = Duration.ofSeconds(100);

    private static final int EVENTS = 500;

    @Override
    public String name() {
        return "clock-ahead";
    }

    @Override
    public String description() {
        return "a producer's clock is ahead: by minutes, which is allowed, then by a quarter of an hour, then right";
    }

    @Override
    public boolean leavesMetrics() {
        return true;
    }

    @Override
    public void strike(Trial trial) throws IOException {
        trial.send(trial.stream(EventStream.Mix.BUSY, trial.scene().now.plus(ALLOWED))
                .take(EVENTS));
        trial.struck();
        EventStream stream = trial.stream(EventStream.Mix.GOOD, trial.scene().now);
        for (int i = 0; i < EVENTS; i++) {
            trial.send(List.of(stream.bad(BadRecords.Kind.FUTURE)));
        }
        trial.struck();
        trial.send(stream.take(EVENTS));
        trial.progress();
    }
}
