package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.EventStream;
import java.io.IOException;

/** A service publishes what it had kept for a week. */
final class LateWeek implements Fault {

    private static final EventStream.Mix WEEK = new EventStream.Mix(20, 100, 20, 7, 35, false);
    private static final int TIMES = 3;
    private static final int EVENTS = 1_000;

    @Override
    public String name() {
        return "late-week";
    }

    @Override
    public String description() {
        return "the events of a whole week come at once, with repeats, among those of today";
    }

    @Override
    public boolean leavesMetrics() {
        return true;
    }

    @Override
    public void strike(Trial trial) throws IOException {
        EventStream week = trial.stream(WEEK, trial.scene().now);
        for (int i = 0; i < TIMES; i++) {
            trial.send(week.take(EVENTS));
            trial.struck();
        }
        trial.catchUp();
    }
}
