package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.BadRecords;
import io.spendstream.acceptance.EventStream;
import java.io.IOException;
import java.util.List;

/** Poison records. */
final class Poison implements Fault {

    private static final int TIMES = 3;
    private static final int GOOD_BETWEEN = 3;

    @Override
    public String name() {
        return "poison";
    }

    @Override
    public String description() {
        return "records that nobody can read or count, of every kind, in the middle of good ones";
    }

    @Override
    public boolean leavesMetrics() {
        return true;
    }

    @Override
    public void strike(Trial trial) throws IOException {
        EventStream stream = trial.stream(EventStream.Mix.GOOD, trial.scene().now);
        for (int i = 0; i < TIMES; i++) {
            for (BadRecords.Kind kind : BadRecords.Kind.values()) {
                trial.send(List.of(stream.bad(kind)));
                trial.send(stream.take(GOOD_BETWEEN));
            }
            trial.struck();
        }
        trial.progress();
    }
}
