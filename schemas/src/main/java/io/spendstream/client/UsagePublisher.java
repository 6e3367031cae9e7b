package io.spendstream.client;

import io.spendstream.client.PublishException.Reason;
import io.spendstream.format.CallDetails;
import io.spendstream.format.FormatFault;
import io.spendstream.format.Reading;
import io.spendstream.format.UsageFormat;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.RecordEncoder;
import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.SchemaRejectedException;
import io.spendstream.schema.SchemaText;
import io.spendstream.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.internals.RecordHeader;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes usage events to Kafka: the client for services. One per process, shared by its threads; close it at the end.
 *
 * <p>An event is acknowledged when its future completes: all in-sync replicas have it. Publishing is idempotent by the
 * event's id, so after any failure the same event may simply be published again. Every error comes through the future,
 * as a {@link PublishException} with a reason; the methods that publish throw nothing. Futures complete on the
 * producer's network thread: hand long work that follows to another one.
 *
 * <p>Back-pressure: events that wait for their acknowledgement are limited in bytes. While the limit is reached,
 * publishing waits for {@link PublisherConfig#maxBlock} and then fails with {@link Reason#BUFFER_FULL}.
 *
 * <pre>{@code
 * try (UsagePublisher publisher = UsagePublisher.open(PublisherConfig.of("localhost:9092", "http://localhost:8081"))) {
 *     publisher.publish(UsageEvent.newBuilder()
 *                     .setId(callId).setTime(Instant.now()).setFeature("chat").setModel("gpt-4o")
 *                     .setInputTokens(1200).setOutputTokens(300).build())
 *             .whenComplete((done, error) -> ...);
 * }
 * }</pre>
 */
public final class UsagePublisher implements AutoCloseable {

    /** Of one encoded event: less than what a broker takes by default. */
    public static final int EVENT_BYTES_MAX = 1_000_000;

    private static final Logger LOG = LoggerFactory.getLogger(UsagePublisher.class);
    /** Headers, framing and objects of a record that waits, in bytes. */
    private static final int RECORD_OVERHEAD_BYTES = 128;
    /** A registry that failed is left alone for so long, so that events fail fast and do not queue up behind it. */
    private static final long REGISTRY_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final PublisherConfig config;
    private final SchemaRegistry registry;
    private final boolean ownsRegistry;
    private final Producer<String, byte[]> producer;
    private final Semaphore room;
    private final AtomicLong unacknowledged = new AtomicLong();
    private final AtomicLong unsent = new AtomicLong();
    private final Queue<String> unsentIds = new ConcurrentLinkedQueue<>();
    private final Object registryLock = new Object();

    private volatile RecordEncoder<UsageEvent> encoder;
    private volatile boolean closed;
    private RuntimeException registryFailure;
    private long registryFailedAtNanos;

    /** Opens a publisher. Does not wait for Kafka or the registry; {@link #warmUp} does. */
    public static UsagePublisher open(PublisherConfig config) {
        return new UsagePublisher(
                config, new ConfluentSchemaRegistry(config.registryUrl(), config.registry()), true, producer(config));
    }

    /** As {@link #open(PublisherConfig)}, with a registry that the caller shares with others and closes. */
    public static UsagePublisher open(PublisherConfig config, SchemaRegistry registry) {
        return new UsagePublisher(config, registry, false, producer(config));
    }

    /** Over a given producer, as in tests; it is closed with the publisher, the registry is not. */
    public static UsagePublisher over(
            PublisherConfig config, SchemaRegistry registry, Producer<String, byte[]> producer) {
        return new UsagePublisher(config, registry, false, producer);
    }

    private UsagePublisher(
            PublisherConfig config, SchemaRegistry registry, boolean ownsRegistry, Producer<String, byte[]> producer) {
        this.config = config;
        this.registry = registry;
        this.ownsRegistry = ownsRegistry;
        this.producer = producer;
        this.room = new Semaphore(config.maxInFlightBytes());
    }

    private static Producer<String, byte[]> producer(PublisherConfig config) {
        return new KafkaProducer<>(config.producerProperties(), new StringSerializer(), new ByteArraySerializer());
    }

    /**
     * Waits until the schema's id and the topic's partitions are known, so that publishing never has to. Optional.
     *
     * @throws PublishException where that takes longer than {@code timeout} (the registry may add its own timeouts)
     */
    public void warmUp(Duration timeout) {
        long deadline = System.nanoTime() + timeout.toNanos();
        encoder();
        while (true) {
            try {
                producer.partitionsFor(config.topic());
                return;
            } catch (InterruptException e) {
                throw new PublishException(Reason.INTERRUPTED, "Interrupted while waiting for Kafka", e);
            } catch (KafkaException e) {
                if (System.nanoTime() - deadline > 0) {
                    throw new PublishException(
                            Reason.NOT_ACKNOWLEDGED,
                            "Topic " + config.topic() + " was not found at " + config.bootstrapServers() + " within "
                                    + timeout.toMillis() + " ms: " + e.getMessage(),
                            e);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            }
        }
    }

    /** Publishes one event. The future completes when Kafka acknowledged it, or with a {@link PublishException}. */
    public CompletableFuture<Void> publish(UsageEvent event) {
        // A list of one, made by hand: List.of would refuse a null event with a throw.
        List<UsageEvent> events = new ArrayList<>(1);
        events.add(event);
        return publishAll(events);
    }

    /**
     * Publishes the usage of what a model provider answered, or of a log of LiteLLM: the meters and the id are the
     * response's, the rest is what the caller knows. Publishing the same response again changes nothing.
     *
     * <pre>{@code
     * publisher.publish(UsageFormats.ANTHROPIC, response.body(),
     *         CallDetails.builder().time(Instant.now()).feature("chat").user("ann").build());
     * }</pre>
     *
     * @param body one response or an array of them, as the format takes it
     * @return as {@link #publishAll}; {@link Reason#INVALID_EVENT} where anything in the body cannot be mapped, with all
     *     faults in the message and nothing sent
     */
    public CompletableFuture<Void> publish(UsageFormat format, byte[] body, CallDetails details) {
        Reading reading = format.read(body, details);
        if (reading.faults().isEmpty()) {
            return publishAll(reading.events());
        }
        FormatFault first = reading.faults().get(0);
        return CompletableFuture.failedFuture(new PublishException(
                Reason.INVALID_EVENT,
                first.index() == null ? -1 : first.index(),
                format.name() + ": "
                        + reading.faults().stream().map(FormatFault::toString).collect(Collectors.joining("; ")),
                null));
    }

    /**
     * Publishes events together: every one is checked and has its room before the first is sent, so for every reason
     * but {@link Reason#NOT_ACKNOWLEDGED} nothing of the call was sent. The future completes when Kafka acknowledged
     * all; completes at once for none.
     */
    public CompletableFuture<Void> publishAll(List<UsageEvent> events) {
        return publishAll(events, Map.of());
    }

    /**
     * As {@link #publishAll(List)}, with headers on every record, such as {@code traceparent} of W3C Trace Context.
     *
     * @param headers name to text; few and short, as each event carries them
     */
    public CompletableFuture<Void> publishAll(List<UsageEvent> events, Map<String, String> headers) {
        try {
            if (closed) {
                throw new PublishException(Reason.CLOSED, "The publisher is closed", null);
            }
            Call call = encoded(events, headers);
            reserve(call.bytes);
            if (call.deliveries.isEmpty()) {
                call.done.complete(null);
            }
            call.deliveries.forEach(this::send);
            return call.done;
        } catch (PublishException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Bytes of events that wait for their acknowledgement. */
    public int inFlightBytes() {
        return config.maxInFlightBytes() - room.availablePermits();
    }

    /** Sends what waits and returns when all of it is acknowledged or has failed. */
    public void flush() {
        producer.flush();
    }

    /** Closes within the delivery timeout; what could not be sent is logged. */
    @Override
    public void close() {
        CloseReport report = close(config.deliveryTimeout());
        if (!report.complete()) {
            LOG.warn("{} usage events were not sent to {}", report.unsent(), config.topic());
        }
    }

    /**
     * Takes no more events, sends what waits and closes. Events that are not acknowledged in time fail. Against a broker
     * that takes connections and does not answer, it may take {@code request.timeout.ms} (10 s) longer than asked.
     *
     * @return what was not sent; the same again when called again
     */
    public CloseReport close(Duration timeout) {
        closed = true;
        try {
            producer.close(timeout);
        } catch (InterruptException e) {
            // The producer has closed all the same, and set the thread's interrupt flag.
            LOG.debug("Interrupted while closing", e);
        } finally {
            if (ownsRegistry) {
                registry.close();
            }
        }
        return new CloseReport(unsent.get() + unacknowledged.get(), List.copyOf(unsentIds));
    }

    private Call encoded(List<UsageEvent> events, Map<String, String> headers) {
        RecordEncoder<UsageEvent> ready = encoder();
        Call call = new Call(events.size(), headers);
        for (int i = 0; i < events.size(); i++) {
            UsageEvent event = events.get(i);
            String fault = EventCheck.fault(event);
            if (fault != null) {
                throw new PublishException(Reason.INVALID_EVENT, i, described(i, event) + fault, null);
            }
            call.add(event.getId(), encode(ready, event, i));
        }
        if (call.bytes > config.maxInFlightBytes()) {
            throw new PublishException(
                    Reason.TOO_LARGE,
                    call.bytes + " bytes of events in one call are more than the " + config.maxInFlightBytes()
                            + " that may be in flight; publish them in several calls",
                    null);
        }
        return call;
    }

    private static byte[] encode(RecordEncoder<UsageEvent> encoder, UsageEvent event, int index) {
        byte[] record;
        try {
            record = encoder.encode(event);
        } catch (SerializationException e) {
            throw new PublishException(Reason.INVALID_EVENT, index, described(index, event) + e.getMessage(), e);
        }
        if (record.length > EVENT_BYTES_MAX) {
            throw new PublishException(
                    Reason.TOO_LARGE,
                    index,
                    described(index, event) + record.length + " bytes are more than " + EVENT_BYTES_MAX,
                    null);
        }
        return record;
    }

    private static String described(int index, UsageEvent event) {
        String id = event == null ? null : event.getId();
        return "Event " + index + (id == null || id.isEmpty() ? "" : " ('" + abbreviated(id) + "')") + ": ";
    }

    private static String abbreviated(String id) {
        return id.length() <= 64 ? id : id.substring(0, 61) + "...";
    }

    private void reserve(long bytes) {
        int permits = Math.toIntExact(bytes);
        try {
            if (room.tryAcquire(permits)
                    || room.tryAcquire(permits, config.maxBlock().toNanos(), TimeUnit.NANOSECONDS)) {
                return;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PublishException(Reason.INTERRUPTED, "Interrupted while waiting for room in the buffer", e);
        }
        throw new PublishException(
                Reason.BUFFER_FULL,
                "No room for " + bytes + " bytes within " + config.maxBlock().toMillis() + " ms: " + inFlightBytes()
                        + " of " + config.maxInFlightBytes() + " bytes wait for Kafka to acknowledge them",
                null);
    }

    private void send(Delivery delivery) {
        unacknowledged.incrementAndGet();
        try {
            producer.send(
                    new ProducerRecord<>(config.topic(), null, delivery.id, delivery.record, delivery.call.headers),
                    delivery);
        } catch (RuntimeException e) {
            // Thrown, not handed to the callback: the producer is closed or in a state it cannot leave.
            delivery.onCompletion(null, e);
        }
    }

    private RecordEncoder<UsageEvent> encoder() {
        RecordEncoder<UsageEvent> ready = encoder;
        if (ready != null) {
            return ready;
        }
        synchronized (registryLock) {
            if (encoder == null) {
                encoder = newEncoder();
            }
            return encoder;
        }
    }

    private RecordEncoder<UsageEvent> newEncoder() {
        if (registryFailure != null && System.nanoTime() - registryFailedAtNanos < REGISTRY_PAUSE_NANOS) {
            throw new PublishException(Reason.REGISTRY, registryFailure.getMessage(), registryFailure);
        }
        try {
            String subject = AvroSerde.valueSubject(config.topic());
            int id = registry.register(subject, SchemaText.plain(UsageEvent.getClassSchema()));
            return new RecordEncoder<>(UsageEvent.class, id);
        } catch (RegistryUnavailableException | SchemaRejectedException e) {
            registryFailure = e;
            registryFailedAtNanos = System.nanoTime();
            throw new PublishException(Reason.REGISTRY, e.getMessage(), e);
        }
    }

    private static PublishException failure(Exception cause, String what) {
        if (cause instanceof BufferExhaustedException) {
            return new PublishException(Reason.BUFFER_FULL, what + ": " + cause.getMessage(), cause);
        }
        if (cause instanceof RecordTooLargeException) {
            return new PublishException(Reason.TOO_LARGE, what + ": " + cause.getMessage(), cause);
        }
        return new PublishException(
                Reason.NOT_ACKNOWLEDGED,
                what + " by Kafka: " + cause.getMessage() + ". Publishing again with the same ids is safe",
                cause);
    }

    /** The events of one call to publish. */
    private final class Call {

        private final CompletableFuture<Void> done = new CompletableFuture<>();
        private final List<Delivery> deliveries;
        private final List<Header> headers = new ArrayList<>();
        private int headerBytes;
        private final AtomicInteger pending;
        private final AtomicInteger failed = new AtomicInteger();
        private volatile Exception firstFailure;
        private long bytes;

        Call(int events, Map<String, String> headers) {
            deliveries = new ArrayList<>(events);
            pending = new AtomicInteger(events);
            headers.forEach((name, text) -> {
                byte[] value = text.getBytes(StandardCharsets.UTF_8);
                this.headers.add(new RecordHeader(name, value));
                headerBytes += name.getBytes(StandardCharsets.UTF_8).length + value.length;
            });
        }

        void add(String id, byte[] record) {
            Delivery delivery = new Delivery(this, id, record);
            deliveries.add(delivery);
            bytes += delivery.bytes;
        }

        void finished(Exception error) {
            if (error != null && failed.getAndIncrement() == 0) {
                firstFailure = error;
            }
            if (pending.decrementAndGet() == 0) {
                int failures = failed.get();
                if (failures == 0) {
                    done.complete(null);
                } else {
                    done.completeExceptionally(failure(
                            firstFailure, failures + " of " + deliveries.size() + " events were not acknowledged"));
                }
            }
        }
    }

    /** One event on its way to Kafka. */
    private final class Delivery implements Callback {

        private final Call call;
        private final String id;
        private final byte[] record;
        private final int bytes;

        Delivery(Call call, String id, byte[] record) {
            this.call = call;
            this.id = id;
            this.record = record;
            this.bytes = record.length
                    + id.getBytes(StandardCharsets.UTF_8).length
                    + call.headerBytes
                    + RECORD_OVERHEAD_BYTES;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, Exception error) {
            room.release(bytes);
            unacknowledged.decrementAndGet();
            if (error != null && closed) {
                if (unsent.incrementAndGet() <= CloseReport.IDS_MAX) {
                    unsentIds.add(id);
                }
            }
            call.finished(error);
        }
    }
}
