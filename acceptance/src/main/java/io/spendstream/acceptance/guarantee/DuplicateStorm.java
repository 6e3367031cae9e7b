package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Delivery;
import io.spendstream.acceptance.Load;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** A producer that does not stop to repeat itself. */
final class DuplicateStorm implements Fault {

    private static final int TIMES = 3;

    @Override
    public String name() {
        return "duplicate-storm";
    }

    @Override
    public String description() {
        return "all that was sent is sent again, in another order, several times";
    }

    @Override
    public boolean leavesMetrics() {
        return true;
    }

    @Override
    public void strike(Trial trial) throws IOException {
        List<Delivery> again =
                new ArrayList<>(trial.sent().stream().map(Load.Sent::delivery).toList());
        for (int i = 0; i < TIMES; i++) {
            Collections.shuffle(again, trial.random());
            trial.send(again);
            trial.struck();
        }
        trial.progress();
    }
}
