package io.spendstream.acceptance.bench;

import io.spendstream.schema.AvroSerde;
import io.spendstream.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * A topic filled with events, and what they come to.
 *
 * @param bytes of all values, uncompressed
 */
record Filling(String topic, Ledger ledger, long bytes, double seconds) {

    /** Publishes all events of a source, keyed by id, in lz4 batches. */
    static Filling fill(Site site, String topic, EventSource source) {
        long start = System.nanoTime();
        Serializer<UsageEvent> serializer = new AvroSerde<>(UsageEvent.class, site.registry()).serializer();
        AtomicReference<Exception> failure = new AtomicReference<>();
        Ledger ledger = new Ledger();
        long bytes = 0;
        UsageEvent event = Blank.event();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(settings(site), new ByteArraySerializer(), new ByteArraySerializer())) {
            for (long i = 0; i < source.records(); i++) {
                source.draw(i, event);
                ledger.add(event, source.isRepeat(i));
                byte[] value = serializer.serialize(topic, event);
                bytes += value.length;
                byte[] key = event.getId().getBytes(StandardCharsets.UTF_8);
                producer.send(new ProducerRecord<>(topic, key, value), (sent, e) -> failure.compareAndSet(null, e));
            }
            producer.flush();
        }
        if (failure.get() != null) {
            throw new IllegalStateException("the topic " + topic + " could not be filled", failure.get());
        }
        return new Filling(topic, ledger, bytes, (System.nanoTime() - start) / 1e9);
    }

    private static Map<String, Object> settings(Site site) {
        Map<String, Object> settings = new HashMap<>();
        settings.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, site.bootstrapServers());
        settings.put(ProducerConfig.ACKS_CONFIG, "1");
        settings.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, false);
        settings.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        settings.put(ProducerConfig.LINGER_MS_CONFIG, 50);
        settings.put(ProducerConfig.BATCH_SIZE_CONFIG, 128 << 10);
        return settings;
    }

    double bytesPerEvent() {
        return (double) bytes / ledger.records();
    }
}
