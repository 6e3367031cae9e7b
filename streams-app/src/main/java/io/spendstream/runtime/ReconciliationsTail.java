package io.spendstream.runtime;

import io.spendstream.v1.Reconciliation;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/** Reads the end of {@code reconciliations} with a consumer of its own: what is committed, also where no book has it yet. */
final class ReconciliationsTail implements ReconciliationsTopic.Tail {

    private static final Duration WITHIN = Duration.ofSeconds(10);
    private static final Duration POLL = Duration.ofMillis(200);

    private final TopicPartition partition;
    private final Supplier<Consumer<String, byte[]>> consumers;
    private final Function<byte[], Reconciliation> read;

    /** @param consumers new ones that read what is committed and begin at the first offset that there is */
    ReconciliationsTail(
            String topic, Supplier<Consumer<String, byte[]>> consumers, Function<byte[], Reconciliation> read) {
        this.partition = new TopicPartition(topic, 0);
        this.consumers = consumers;
        this.read = read;
    }

    @Override
    public Map<String, Optional<Reconciliation>> from(long offset) {
        Map<String, Optional<Reconciliation>> last = new HashMap<>();
        long deadline = System.nanoTime() + WITHIN.toNanos();
        try (Consumer<String, byte[]> consumer = consumers.get()) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition), WITHIN).get(partition);
            consumer.seek(partition, offset);
            while (offset < end && consumer.position(partition, WITHIN) < end) {
                if (System.nanoTime() > deadline) {
                    throw Visible.unavailable(
                            "Kafka did not say within " + WITHIN.toSeconds() + " s which reconciliations are stored");
                }
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    last.put(record.key(), Optional.ofNullable(record.value()).map(read));
                }
            }
        }
        return last;
    }
}
