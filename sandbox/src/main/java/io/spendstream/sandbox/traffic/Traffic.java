package io.spendstream.sandbox.traffic;

import io.spendstream.client.PublisherConfig;
import io.spendstream.client.UsagePublisher;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.RecordEncoder;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.SchemaText;
import io.spendstream.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes the sample company's traffic: first a thinned past, quickly, then every second as it passes. Good events go
 * the way of any service, through {@link UsagePublisher}; it would refuse the bad ones, which are sent past it.
 */
public final class Traffic implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Traffic.class);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);
    private static final byte[] POISON = "this is not an event".getBytes(StandardCharsets.UTF_8);

    private final TrafficModel model;
    private final Clock clock;
    private final Duration past;
    private final Duration runaway;
    private final String topic;
    private final SchemaRegistry registry;
    private final UsagePublisher publisher;
    private final Producer<String, byte[]> defects;
    private final RecordEncoder<UsageEvent> encoder;
    private final Thread thread = new Thread(this::run, "sample-traffic");
    private final AtomicLong published = new AtomicLong();
    private final AtomicLong failed = new AtomicLong();
    private volatile boolean live;
    private volatile boolean stopped;

    /**
     * Connects; {@link #start} publishes.
     *
     * @param past how far back to begin
     * @param runaway for how long an agent has been running in circles at the start; it goes on doing so. Zero: none does
     */
    public Traffic(PublisherConfig config, TrafficModel model, Clock clock, Duration past, Duration runaway) {
        this.model = model;
        this.clock = clock;
        this.past = past;
        this.runaway = runaway;
        this.topic = config.topic();
        this.registry = new ConfluentSchemaRegistry(config.registryUrl(), config.registry());
        this.encoder = new RecordEncoder<>(
                UsageEvent.class,
                registry.register(AvroSerde.valueSubject(topic), SchemaText.plain(UsageEvent.getClassSchema())));
        this.publisher = UsagePublisher.open(config, registry);
        this.defects = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        config.bootstrapServers(),
                        ProducerConfig.ENABLE_METRICS_PUSH_CONFIG,
                        false),
                new StringSerializer(),
                new ByteArraySerializer());
        thread.setDaemon(true);
    }

    public Traffic start() {
        thread.start();
        return this;
    }

    /** Whether the past is published and time passes as it does. */
    public boolean isLive() {
        return live;
    }

    /** Deliveries so far, the bad ones and repeats among them. */
    public long published() {
        return published.get();
    }

    /** Deliveries that Kafka did not take. */
    public long failed() {
        return failed.get();
    }

    @Override
    public void close() {
        stopped = true;
        LockSupport.unpark(thread);
        try {
            thread.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        publisher.close(STOP_LIMIT);
        defects.close(STOP_LIMIT);
        registry.close();
    }

    private void run() {
        long now = clock.instant().getEpochSecond();
        long second = now - past.toSeconds();
        long runawayFrom = runaway.isZero() ? Long.MAX_VALUE : now - runaway.toSeconds();
        while (second < now && !stopped) {
            deliver(model.thinnedSecond(second), second, runawayFrom);
            second++;
            // The past took its time too, and is not over before it has caught up.
            now = clock.instant().getEpochSecond();
        }
        publisher.flush();
        live = !stopped;
        while (!stopped) {
            // A second is published when it is over, so that no call ends in the future.
            long over = clock.instant().getEpochSecond();
            if (second < over) {
                deliver(model.second(second), second, runawayFrom);
                second++;
            } else {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    private void deliver(List<Sample> samples, long second, long runawayFrom) {
        samples.forEach(this::deliver);
        if (second >= runawayFrom) {
            model.runawaySecond(second).forEach(this::deliver);
        }
    }

    private void deliver(Sample sample) {
        if (stopped) {
            return;
        }
        published.incrementAndGet();
        if (sample.defect().isRejected()) {
            defects.send(record(sample), (metadata, error) -> noteFailure(error));
        } else {
            publisher.publish(sample.event()).whenComplete((done, error) -> noteFailure(error));
        }
    }

    private ProducerRecord<String, byte[]> record(Sample sample) {
        UsageEvent event = sample.event();
        return switch (sample.defect()) {
            case POISON -> new ProducerRecord<>(topic, event.getId(), POISON);
            case MISSING_KEY -> new ProducerRecord<>(topic, null, encoder.encode(event));
            default -> new ProducerRecord<>(topic, event.getId(), encoder.encode(event));
        };
    }

    private void noteFailure(Throwable error) {
        if (error != null && failed.getAndIncrement() == 0) {
            LOG.warn("Sample traffic: a delivery failed, further ones are only counted", error);
        }
    }
}
