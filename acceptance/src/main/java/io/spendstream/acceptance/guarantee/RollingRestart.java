package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import io.spendstream.runtime.AppConfig;
import java.io.IOException;
import java.util.Map;

/** As a deployment of a new release does. */
final class RollingRestart implements Fault {

    @Override
    public String name() {
        return "rolling-restart";
    }

    @Override
    public String description() {
        return "each of two instances in turn is stopped in good order (SIGTERM) and started again";
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
        for (AppProcess instance : trial.instances()) {
            instance.stop();
            trial.struck();
            trial.startAgain(instance);
            instance.client().awaitReady();
            trial.progress();
        }
    }
}
