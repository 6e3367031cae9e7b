package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Deployment;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.common.TopicPartition;

/** A reader of committed records reaches the end of every topic, internal ones too: no transaction is left open. */
final class NothingHangs implements Guarantee {

    /** Longer than a transaction may take, of which the broker gives up those of instances that are gone. */
    private static final Duration WITHIN = Duration.ofSeconds(30);

    private static final long LOOK_EVERY_NANOS = 100_000_000;

    @Override
    public String promise() {
        return "no transaction is left open: readers of committed records reach the end of every topic";
    }

    @Override
    public Findings doAssert(Trial trial) throws InterruptedException, ExecutionException {
        Deployment deployment = trial.scene().deployment;
        // Instances go on to commit now and then: what counts is that each transaction comes to its end.
        Map<TopicPartition, Long> behind = deployment.ends();
        long deadline = System.nanoTime() + WITHIN.toNanos();
        while (!behind.isEmpty() && System.nanoTime() < deadline) {
            behind = deployment.outOfReach(behind);
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        return Findings.wrong(behind.entrySet().stream()
                .map(end -> "offset " + end.getValue() + " of " + end.getKey() + " is not reached within "
                        + WITHIN.toSeconds() + " s")
                .toList());
    }
}
