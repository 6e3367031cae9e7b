package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Deployment;
import io.spendstream.v1.PricedUsage;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Follows {@code usage-priced} as a consumer of committed records does, in a thread of its own, until it is closed. */
final class CommittedReader implements AutoCloseable {

    private static final Duration POLL = Duration.ofMillis(50);
    private static final Duration TO_THE_END_WITHIN = Duration.ofSeconds(30);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Function<byte[], PricedUsage> decoder;
    private final Consumer<PricedUsage> each;
    private final AtomicLong counted = new AtomicLong();
    private final CompletableFuture<Void> reading;
    private volatile boolean closing;

    CommittedReader(Deployment deployment, Consumer<PricedUsage> each) {
        String topic = deployment.topics().usagePriced().name();
        this.consumer = deployment.reader(topic, "read_committed", "earliest");
        this.decoder = deployment.decoder(topic, PricedUsage.class);
        this.each = each;
        this.reading = CompletableFuture.runAsync(this::read);
    }

    private void read() {
        try (consumer) {
            while (!closing) {
                poll();
            }
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            long deadline = System.nanoTime() + TO_THE_END_WITHIN.toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                if (System.nanoTime() > deadline) {
                    throw new IllegalStateException(
                            "the end of usage-priced is not reached within " + TO_THE_END_WITHIN.toSeconds() + " s");
                }
                poll();
            }
        }
    }

    private void poll() {
        consumer.poll(POLL).forEach(record -> {
            PricedUsage usage = decoder.apply(record.value());
            each.accept(usage);
            if (!usage.getCorrection()) {
                counted.incrementAndGet();
            }
        });
    }

    /** Events that were counted, each as often as it was. */
    long counted() {
        return counted.get();
    }

    /** Reads what is there by now to its end, and tells what went wrong on the way. */
    void finish() {
        closing = true;
        reading.join();
    }

    @Override
    public void close() {
        closing = true;
        reading.handle((done, error) -> error).join();
    }
}
