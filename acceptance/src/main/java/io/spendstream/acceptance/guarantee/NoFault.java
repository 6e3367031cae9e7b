package io.spendstream.acceptance.guarantee;

import java.io.IOException;

/** Nothing goes wrong. */
final class NoFault implements Fault {

    @Override
    public String name() {
        return "none";
    }

    @Override
    public String description() {
        return "nothing goes wrong: what the others are compared with";
    }

    @Override
    public boolean leavesMetrics() {
        return true;
    }

    @Override
    public void strike(Trial trial) throws IOException {
        trial.progress();
    }
}
