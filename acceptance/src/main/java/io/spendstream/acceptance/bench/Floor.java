package io.spendstream.acceptance.bench;

import io.spendstream.ingest.UsageDecoder;
import io.spendstream.ingest.WriterSchemas;
import io.spendstream.usage.Meter;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The floor: one thread that only reads the topic and decodes every record, with the consumer's settings and the decoder
 * of the application. Timed from the first records that arrive to the last, those first ones not counted.
 */
final class Floor {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Site site;
    private final UsageDecoder decoder;
    private long read;
    private long inputTokens;

    private Floor(Site site) {
        this.site = site;
        this.decoder = new UsageDecoder(new WriterSchemas(site.registry(), () -> System.nanoTime() / 1_000_000));
    }

    /** @return events per second */
    static Speed measure(Site site, Filling filling) {
        return new Floor(site).measure(filling);
    }

    private Speed measure(Filling filling) {
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(settings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            var partitions = IntStream.range(0, site.partitions())
                    .mapToObj(partition -> new TopicPartition(filling.topic(), partition))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            decode(poll(consumer));
            long first = read;
            CpuTimes before = CpuTimes.now(site.brokerPid());
            long start = System.nanoTime();
            while (read < filling.ledger().records()) {
                decode(poll(consumer));
            }
            double seconds = (System.nanoTime() - start) / 1e9;
            check(filling);
            return new Speed(
                    read - first, seconds, CpuTimes.now(site.brokerPid()).since(before));
        }
    }

    private static ConsumerRecords<byte[], byte[]> poll(KafkaConsumer<byte[], byte[]> consumer) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            ConsumerRecords<byte[], byte[]> records = consumer.poll(Duration.ofSeconds(1));
            if (!records.isEmpty()) {
                return records;
            }
        }
        throw new IllegalStateException("nothing to read within " + PATIENCE.toSeconds() + " s");
    }

    private void decode(ConsumerRecords<byte[], byte[]> records) {
        for (ConsumerRecord<byte[], byte[]> record : records) {
            inputTokens += decoder.decode(record.value()).quantity(Meter.INPUT_TOKENS);
            read++;
        }
    }

    private void check(Filling filling) {
        if (inputTokens != filling.ledger().inputTokensOfRecords()) {
            throw new WrongAnswer("only reading came to " + inputTokens + " input tokens, not "
                    + filling.ledger().inputTokensOfRecords());
        }
    }

    /** What {@code runtime.Engine} sets for its consumers, where it matters for reading. */
    private Map<String, Object> settings() {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                site.bootstrapServers(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                5_000,
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.GROUP_ID_CONFIG,
                "bench-floor");
    }
}
