package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import io.spendstream.runtime.AppConfig;
import java.io.IOException;
import java.util.Map;

/** An instance hangs so long that others take its place, and wakes up in the belief that it still has it. */
final class Zombie implements Fault {

    @Override
    public String name() {
        return "zombie";
    }

    @Override
    public String description() {
        return "an instance of two is stopped (SIGSTOP) until the other has its work, and then goes on (SIGCONT)";
    }

    @Override
    public int instances() {
        return 2;
    }

    @Override
    public Map<String, String> configuration() {
        return Map.of(AppConfig.STANDBYS, "1");
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException {
        AppProcess zombie = trial.anyInstance();
        trial.watchWithout(zombie);
        zombie.freeze();
        trial.struck();
        try {
            // Its partitions are worked on again only when it is out of the group and its transactions are given up.
            trial.catchUp();
            trial.progress();
        } finally {
            zombie.thaw();
        }
        trial.watchAll();
        trial.progress();
    }
}
