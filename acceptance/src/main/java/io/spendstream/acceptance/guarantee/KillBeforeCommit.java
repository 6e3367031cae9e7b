package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import io.spendstream.acceptance.Scene;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/** Strikes in the moment in which money is under way: drained from memory, and not yet in force. */
final class KillBeforeCommit implements Fault {

    private static final String DELTAS = "rollup-deltas";
    private static final Duration POLL = Duration.ofMillis(100);
    private static final int WANTED = 1;
    private static final int KILLS_MAX = 5;

    @Override
    public String name() {
        return "kill-before-commit";
    }

    @Override
    public String description() {
        return "an instance is killed (SIGKILL) when its sums are sent and not yet committed";
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException, ExecutionException {
        String topic = trial.scene().deployment.allTopics().stream()
                .filter(name -> name.contains(DELTAS) && name.endsWith("-repartition"))
                .findFirst()
                .orElseThrow();
        int between = 0;
        int kills = 0;
        while (between < WANTED && kills < KILLS_MAX) {
            AppProcess victim = trial.anyInstance();
            ConsumerRecord<byte[], byte[]> drained = killAtNext(trial, topic, victim);
            kills++;
            trial.startAgain(victim);
            trial.progress();
            if (isAborted(trial, drained)) {
                between++;
                trial.struck();
            }
        }
        trial.note(between + " of " + kills + " kills came between the sending of sums and their commit");
    }

    /** Kills an instance as soon as a reader of uncommitted records sees what it has sent before a commit. */
    private static ConsumerRecord<byte[], byte[]> killAtNext(Trial trial, String topic, AppProcess victim)
            throws InterruptedException {
        try (KafkaConsumer<byte[], byte[]> reader =
                trial.scene().deployment.reader(topic, "read_uncommitted", "latest")) {
            reader.assignment().forEach(reader::position);
            // Without a pause, in which the commit could come. A commit's marker ends a poll too, with no record.
            ConsumerRecords<byte[], byte[]> seen = ConsumerRecords.empty();
            long deadline = System.nanoTime() + Scene.PATIENCE.toNanos();
            while (seen.isEmpty()) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException("no sums within " + Scene.PATIENCE.toSeconds() + " s");
                }
                seen = reader.poll(POLL);
            }
            victim.kill();
            ConsumerRecord<byte[], byte[]> last = null;
            for (ConsumerRecord<byte[], byte[]> record : seen) {
                last = record;
            }
            return last;
        }
    }

    /** Whether a reader of committed records does not find a record. */
    private static boolean isAborted(Trial trial, ConsumerRecord<byte[], byte[]> record) {
        return trial.scene().deployment.read(record.topic()).stream()
                .noneMatch(other -> other.partition() == record.partition() && other.offset() == record.offset());
    }
}
