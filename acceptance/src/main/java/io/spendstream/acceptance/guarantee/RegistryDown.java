package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import java.io.IOException;

/** What needs no new schema goes on without the registry. */
final class RegistryDown implements Fault {

    @Override
    public String name() {
        return "registry-down";
    }

    @Override
    public String description() {
        return "the schema registry is down while events come in and while an instance starts";
    }

    @Override
    public int instances() {
        return 2;
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException {
        AppProcess victim = trial.anyInstance();
        trial.cluster().stopRegistry();
        trial.struck();
        try {
            trial.progress();
            victim.kill();
            trial.startAgain(victim);
        } finally {
            trial.cluster().startRegistry();
        }
        trial.progress();
    }
}
