package io.spendstream.acceptance.guarantee;

import java.io.IOException;
import java.time.Duration;

/** A commit takes too long. */
final class SlowBroker implements Fault {

    /** Kafka Streams gives a transaction ten seconds. */
    private static final Duration LONGER_THAN_A_TRANSACTION = Duration.ofSeconds(15);

    @Override
    public String name() {
        return "slow-broker";
    }

    @Override
    public String description() {
        return "the broker answers nobody (SIGSTOP) for longer than a transaction may take, and then goes on (SIGCONT)";
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException {
        trial.cluster().freezeBroker(0);
        trial.struck();
        try {
            Thread.sleep(LONGER_THAN_A_TRANSACTION.toMillis());
        } finally {
            trial.cluster().thawBroker(0);
        }
        trial.progress();
    }
}
