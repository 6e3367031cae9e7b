package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.SpendClient;
import io.spendstream.runtime.AppConfig;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Instances come and go. */
final class Scaling implements Fault {

    private static final List<String> MORE = List.of("second", "third");

    @Override
    public String name() {
        return "scale";
    }

    @Override
    public String description() {
        return "one instance becomes three and one again";
    }

    @Override
    public Map<String, String> configuration() {
        return Map.of(AppConfig.STANDBYS, "1");
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException {
        for (String name : MORE) {
            trial.add(name, Map.of());
            trial.struck();
            trial.progress();
        }
        for (SpendClient client : trial.clients()) {
            client.awaitReady();
        }
        trial.progress();
        for (String name : MORE) {
            trial.remove(name);
            trial.struck();
            trial.progress();
        }
    }
}
