package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Deployment;
import java.util.concurrent.ExecutionException;

/** A reader of committed records reaches the end of every topic, internal ones too: no transaction is left open. */
final class NothingHangs implements Guarantee {

    @Override
    public String promise() {
        return "no transaction is left open: readers of committed records reach the end of every topic";
    }

    @Override
    public Findings doAssert(Trial trial) throws InterruptedException, ExecutionException {
        Deployment deployment = trial.scene().deployment;
        Findings open = trial.eventually(() -> Findings.wrong(deployment.openTransactions().stream()
                .map(partition -> "a transaction is open in " + partition)
                .toList()));
        if (open.isClean()) {
            for (String topic : deployment.allTopics()) {
                // Says which end it does not reach.
                deployment.read(topic);
            }
        }
        return open;
    }
}
