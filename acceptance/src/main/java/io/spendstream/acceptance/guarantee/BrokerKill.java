package io.spendstream.acceptance.guarantee;

import java.io.IOException;

/** The only broker is lost for some seconds. */
final class BrokerKill implements Fault {

    @Override
    public String name() {
        return "broker-kill";
    }

    @Override
    public String description() {
        return "the broker is killed (SIGKILL) and started again on its data";
    }

    @Override
    public void strike(Trial trial) throws IOException {
        trial.cluster().killBroker(0);
        trial.cluster().startBroker(0);
        trial.struck();
        trial.progress();
    }
}
