package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import java.io.IOException;

/** The machine that everything runs on is lost, and comes back. */
final class AllKilled implements Fault {

    private static final int KILLS = 2;

    @Override
    public String name() {
        return "all-killed";
    }

    @Override
    public String description() {
        return "the broker and the instances are killed (SIGKILL) at once and started again, again and again";
    }

    @Override
    public int instances() {
        return 2;
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException {
        for (int i = 0; i < KILLS; i++) {
            trial.cluster().killBroker(0);
            for (AppProcess instance : trial.instances()) {
                instance.kill();
            }
            trial.struck();
            trial.cluster().startBroker(0);
            for (AppProcess instance : trial.instances()) {
                trial.startAgain(instance);
            }
            trial.progress();
        }
    }
}
