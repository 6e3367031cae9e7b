package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import io.spendstream.runtime.AppConfig;
import java.io.IOException;
import java.util.Map;

/** Instances are killed, one after the other. */
final class Kills implements Fault {

    private static final int KILLS = 3;

    @Override
    public String name() {
        return "kill";
    }

    @Override
    public String description() {
        return "an instance of two is killed (SIGKILL) in the middle of its work and started again, again and again";
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
        for (int i = 0; i < KILLS; i++) {
            AppProcess victim = trial.anyInstance();
            victim.kill();
            trial.struck();
            trial.startAgain(victim);
            trial.progress();
        }
    }
}
