package io.spendstream.acceptance.guarantee;

import java.io.IOException;

/** One of three brokers, with a third of all leaders on it, is lost, and comes back later. */
final class BrokerLost implements Fault {

    private static final int BROKERS = 3;

    @Override
    public String name() {
        return "broker-lost";
    }

    @Override
    public String description() {
        return "one of three brokers is killed (SIGKILL); work goes on without it, and it comes back";
    }

    @Override
    public int brokers() {
        return BROKERS;
    }

    @Override
    public void strike(Trial trial) throws IOException {
        // The first is the controller, of which this cluster has no other.
        int lost = 1 + trial.random().nextInt(BROKERS - 1);
        trial.cluster().killBroker(lost);
        trial.struck();
        trial.progress();
        trial.progress();
        trial.cluster().startBroker(lost);
        trial.progress();
    }
}
