package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import io.spendstream.acceptance.Directories;
import java.io.IOException;

/** A machine is lost with its disk. */
final class StateDeleted implements Fault {

    @Override
    public String name() {
        return "state-deleted";
    }

    @Override
    public String description() {
        return "an instance is killed and comes back without its local state";
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException {
        AppProcess victim = trial.anyInstance();
        victim.kill();
        Directories.delete(trial.stateOf(victim));
        trial.struck();
        trial.startAgain(victim);
        trial.progress();
    }
}
