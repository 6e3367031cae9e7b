package io.spendstream.acceptance;

import io.spendstream.v1.ModelPrices;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Sends deliveries to {@code usage-events} and tells the oracle of each, in the same order, whoever sends. While it runs
 * in the background, the oracle is its own ({@link #price} excepted); after {@link #stop} it is the caller's again.
 */
public final class Load implements Known, AutoCloseable {

    private static final int BATCHES_PER_SECOND = 20;

    /** A delivery that Kafka took: where, and what is to become of it. */
    public record Sent(Delivery delivery, Oracle.Fate fate, int partition, long offset) {}

    private final String topic;
    private final Oracle oracle;
    private final Consumer<Sent> onSent;
    private final KafkaProducer<byte[], byte[]> producer;
    private final List<Sent> sent = new ArrayList<>();
    /** How many events that are to be counted Kafka had acknowledged by each millisecond in which it did. */
    private final NavigableMap<Long, Long> countedByMs = new TreeMap<>();

    private long lastMs;
    private long acknowledged;
    private final AtomicLong toBeCounted = new AtomicLong();
    private Exception failure;
    private volatile boolean running;
    private CompletableFuture<Void> background = CompletableFuture.completedFuture(null);

    public Load(Deployment deployment, Oracle oracle) {
        this(deployment, oracle, sent -> {});
    }

    /** @param onSent is told of each delivery that Kafka took, by a thread of the client */
    public Load(Deployment deployment, Oracle oracle, Consumer<Sent> onSent) {
        this.onSent = onSent;
        this.topic = deployment.topics().usageEvents().name();
        this.oracle = oracle;
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        deployment.bootstrapServers(),
                        // Idempotence keeps the order, without which the oracle could not tell which one is the repeat.
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.LINGER_MS_CONFIG,
                        5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    /** Sends all and returns when Kafka has acknowledged them. */
    public void send(List<Delivery> deliveries) {
        deliveries.forEach(this::sendOne);
        flush();
    }

    /** Sends in the background until {@link #stop}. */
    public void start(EventStream stream, int perSecond) {
        running = true;
        background = CompletableFuture.runAsync(() -> {
            while (running) {
                stream.take(perSecond / BATCHES_PER_SECOND).forEach(this::sendOne);
                LockSupport.parkNanos(1_000_000_000L / BATCHES_PER_SECOND);
            }
        });
    }

    /** Stops sending in the background; returns when Kafka has acknowledged all. */
    public void stop() {
        running = false;
        background.join();
        flush();
    }

    /** Tells the oracle of a price while the load runs. */
    public synchronized void price(ModelPrices prices) {
        oracle.price(prices);
    }

    private synchronized void sendOne(Delivery delivery) {
        Oracle.Fate fate = oracle.take(delivery);
        if (fate.kind() == Oracle.Fate.Kind.COUNTED) {
            toBeCounted.incrementAndGet();
        }
        producer.send(new ProducerRecord<>(topic, delivery.key(), delivery.value()), (metadata, error) -> {
            synchronized (sent) {
                if (error != null) {
                    failure = error;
                    return;
                }
                Sent taken = new Sent(delivery, fate, metadata.partition(), metadata.offset());
                sent.add(taken);
                onSent.accept(taken);
                if (fate.kind() == Oracle.Fate.Kind.COUNTED) {
                    // A clock that goes back makes it later: nothing is expected too soon.
                    lastMs = Math.max(lastMs, System.currentTimeMillis());
                    countedByMs.put(lastMs, ++acknowledged);
                }
            }
        });
    }

    private void flush() {
        producer.flush();
        synchronized (sent) {
            if (failure != null) {
                throw new IllegalStateException("Kafka did not take a record: " + failure, failure);
            }
        }
    }

    /** What Kafka took up to now. */
    public List<Sent> sent() {
        synchronized (sent) {
            return List.copyOf(sent);
        }
    }

    @Override
    public long countedBefore(Instant time) {
        synchronized (sent) {
            Map.Entry<Long, Long> before = countedByMs.lowerEntry(time.toEpochMilli());
            return before == null ? 0 : before.getValue();
        }
    }

    @Override
    public long toBeCounted() {
        return toBeCounted.get();
    }

    @Override
    public void close() {
        running = false;
        // What went wrong in the background is told by stop; here it would hide what went wrong first.
        background.handle((done, error) -> error).join();
        producer.close();
    }
}
