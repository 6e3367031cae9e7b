package io.spendstream.acceptance.guarantee;

import java.io.IOException;

/** The only broker is away for some seconds. */
final class BrokerRestart implements Fault {

    @Override
    public String name() {
        return "broker-restart";
    }

    @Override
    public String description() {
        return "the broker is stopped in good order and started again";
    }

    @Override
    public void strike(Trial trial) throws IOException {
        trial.cluster().stopBroker(0);
        trial.cluster().startBroker(0);
        trial.struck();
        trial.progress();
    }
}
