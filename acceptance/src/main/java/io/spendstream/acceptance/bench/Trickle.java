package io.spendstream.acceptance.bench;

import io.spendstream.acceptance.Known;
import io.spendstream.schema.AvroSerde;
import io.spendstream.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Events of this moment at a steady pace, in the background, and what they come to together with what was there before.
 * Three in a thousand are sent twice.
 */
final class Trickle implements Known, AutoCloseable {

    /** As many records as nobody sends. */
    private static final long ENDLESS = 1L << 40;

    private static final long KEPT_MS = 60_000;

    /** So many events that are to be counted were there for sure at a time, the ones from before among them. */
    private record Mark(long atMs, long events) {}

    private final long seed;
    private final EventSource kinds;
    private final Ledger ledger;
    private final Serializer<UsageEvent> serializer;
    private final String topic;
    private final int perSecond;
    private final KafkaProducer<byte[], byte[]> producer;
    /** Of the last minute: an answer is younger. */
    private final Deque<Mark> acknowledged = new ArrayDeque<>();

    private final CompletableFuture<Void> sending;
    private long acknowledgedEvents;
    private volatile long sent;
    private volatile boolean closed;
    private volatile Exception failure;

    /**
     * @param ledger of what is in the topic; what is sent is added to it
     * @param seed of the events' ids, which is another one for whatever else goes into the topic
     * @param kinds of what the events are, but for their ids and times
     */
    Trickle(Site site, String topic, Ledger ledger, long seed, EventSource kinds, int perSecond) {
        this.seed = seed;
        this.topic = topic;
        this.ledger = ledger;
        this.perSecond = perSecond;
        this.kinds = kinds;
        this.serializer = new AvroSerde<>(UsageEvent.class, site.registry()).serializer();
        this.sent = ledger.total().requests();
        this.acknowledgedEvents = sent;
        acknowledged.add(new Mark(Long.MIN_VALUE, sent));
        this.producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        site.bootstrapServers(),
                        ProducerConfig.LINGER_MS_CONFIG,
                        5),
                new ByteArraySerializer(),
                new ByteArraySerializer());
        this.sending = CompletableFuture.runAsync(this::sendAll);
    }

    /** The backlog's kinds of calls, as many as are sent. */
    static EventSource calls(long seed, int users) {
        return new Backlog(seed, ENDLESS, users, Instant.now());
    }

    private void sendAll() {
        long start = System.nanoTime();
        UsageEvent event = Blank.event();
        for (long i = 0; !closed; i++) {
            long due = start + i * 1_000_000_000L / perSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            kinds.draw(i, event);
            event.setId(new UUID(Blank.mixed(seed), Blank.mixed(i)).toString());
            event.setTime(Instant.ofEpochMilli(System.currentTimeMillis()));
            send(event, false);
            if (i % 1_000 < Backlog.REPEATS_PER_MILLE) {
                send(event, true);
            }
        }
    }

    private void send(UsageEvent event, boolean repeat) {
        synchronized (ledger) {
            ledger.add(event, repeat);
        }
        if (!repeat) {
            sent++;
        }
        byte[] key = event.getId().getBytes(StandardCharsets.UTF_8);
        producer.send(new ProducerRecord<>(topic, key, serializer.serialize(topic, event)), (metadata, error) -> {
            if (error != null) {
                failure = error;
            } else if (!repeat) {
                acknowledged();
            }
        });
    }

    private void acknowledged() {
        long now = System.currentTimeMillis();
        synchronized (acknowledged) {
            acknowledgedEvents++;
            if (acknowledged.getLast().atMs() == now) {
                acknowledged.removeLast();
            }
            acknowledged.addLast(new Mark(now, acknowledgedEvents));
            while (acknowledged.size() > 1 && acknowledged.getFirst().atMs() < now - KEPT_MS) {
                acknowledged.removeFirst();
            }
        }
    }

    @Override
    public long countedBefore(Instant time) {
        long least = 0;
        synchronized (acknowledged) {
            for (Mark mark : acknowledged) {
                if (mark.atMs() >= time.toEpochMilli()) {
                    break;
                }
                least = mark.events();
            }
        }
        return least;
    }

    @Override
    public long toBeCounted() {
        return sent;
    }

    /**
     * Stops; answers what all comes to.
     *
     * @throws IllegalStateException where Kafka did not take an event
     */
    Ledger stop() {
        closed = true;
        sending.join();
        producer.flush();
        if (failure != null) {
            throw new IllegalStateException("Kafka did not take an event", failure);
        }
        return ledger;
    }

    @Override
    public void close() {
        closed = true;
        // What went wrong before is told by stop; here it would hide what went wrong first.
        sending.handle((done, error) -> error).join();
        producer.close();
    }
}
