package io.spendstream.client;

import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.RecordEncoder;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.v1.UsageEvent;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Prints how fast one thread encodes, decodes and publishes. Without arguments the producer acknowledges at once and
 * only this module's work is measured; with a bootstrap server and a registry's URL, events go there.
 */
final class PublisherSpeed {

    private static final int EVENTS = 500_000;
    private static final int ROUNDS = 4;

    private PublisherSpeed() {}

    public static void main(String[] args) {
        SchemaRegistry registry =
                new ConfluentSchemaRegistry(args.length == 2 ? args[1] : "mock://" + UUID.randomUUID());
        List<UsageEvent> events = events();
        RecordEncoder<UsageEvent> encoder = new RecordEncoder<>(UsageEvent.class, 1);
        AvroSerde<UsageEvent> serde = new AvroSerde<>(UsageEvent.class, registry);
        byte[] record = serde.serializer().serialize("usage-events", events.get(0));
        System.out.printf(Locale.ROOT, "%d bytes an event%n", record.length);
        PublisherConfig config = PublisherConfig.of(args.length == 2 ? args[0] : "localhost:1", "http://localhost:1")
                .withMaxBlock(Duration.ofMinutes(1));
        for (int round = 1; round <= ROUNDS; round++) {
            measure("encode", () -> events.forEach(encoder::encode));
            measure("decode", () -> {
                for (int i = 0; i < EVENTS; i++) {
                    serde.deserializer().deserialize("usage-events", record);
                }
            });
            try (UsagePublisher publisher = args.length == 2
                    ? UsagePublisher.open(config, registry)
                    : UsagePublisher.over(config, registry, new Acknowledging())) {
                publisher.warmUp(Duration.ofSeconds(10));
                measure("publish", () -> {
                    events.forEach(publisher::publish);
                    publisher.flush();
                });
                measure("publish by 100", () -> {
                    List<CompletableFuture<Void>> done = new ArrayList<>();
                    for (int i = 0; i < EVENTS; i += 100) {
                        done.add(publisher.publishAll(events.subList(i, i + 100)));
                    }
                    done.forEach(CompletableFuture::join);
                });
            }
        }
    }

    private static void measure(String what, Runnable work) {
        long start = System.nanoTime();
        work.run();
        long nanos = System.nanoTime() - start;
        System.out.printf(Locale.ROOT, "%-15s %,9d events/s%n", what, EVENTS * 1_000_000_000L / nanos);
    }

    private static List<UsageEvent> events() {
        UsageEvent[] events = new UsageEvent[EVENTS];
        Instant time = Instant.parse("2026-11-22T10:00:00.123Z");
        for (int i = 0; i < EVENTS; i++) {
            UsageEvent event = UsageEvent.newBuilder()
                    .setId("call-00000000-" + i)
                    .setTime(time)
                    .setFeature("chat-" + i % 20)
                    .setModel("gpt-4o")
                    .setTeam("team-" + i % 5)
                    .setUser("user-" + i % 20_000)
                    .setInputTokens(i % 4_000)
                    .setOutputTokens(i % 400)
                    .setLatencyMs(800L)
                    .build();
            events[i] = event;
        }
        return Arrays.asList(events);
    }

    /** Acknowledges in the call to send, and forgets. */
    private static final class Acknowledging extends MockProducer<String, byte[]> {

        Acknowledging() {
            super(true, null, new StringSerializer(), new ByteArraySerializer());
        }

        @Override
        public Future<RecordMetadata> send(ProducerRecord<String, byte[]> record, Callback callback) {
            callback.onCompletion(null, null);
            return CompletableFuture.completedFuture(null);
        }
    }
}
