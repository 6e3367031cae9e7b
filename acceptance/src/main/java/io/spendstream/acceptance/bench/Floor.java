package io.spendstream.acceptance.bench;

import io.spendstream.ingest.UsageDecoder;
import io.spendstream.ingest.WriterSchemas;
import io.spendstream.usage.Meter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * The floor: threads, mostly one, that only read the topic and decode every record, with the consumer's settings and the
 * decoder of the application. Timed from the moment that each has its first records to the last record of all, those
 * first ones not counted.
 */
final class Floor {

    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final UsageDecoder decoder;
    private final long records;
    private long read;
    private long inputTokens;

    /** One thread's part. */
    private Floor(Site site, List<TopicPartition> partitions) {
        decoder = new UsageDecoder(new WriterSchemas(site.registry(), () -> System.nanoTime() / 1_000_000));
        consumer = new KafkaConsumer<>(settings(site), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        records = consumer.endOffsets(partitions).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    /** With one thread. */
    static Speed measure(Site site, Filling filling) {
        return measure(site, filling, 1);
    }

    /**
     * With some threads, which share the partitions.
     *
     * @throws WrongAnswer where what was decoded is not what the ledger says
     */
    static Speed measure(Site site, Filling filling, int threads) {
        List<Floor> readers = IntStream.range(0, Math.min(threads, site.partitions()))
                .mapToObj(thread -> new Floor(
                        site,
                        IntStream.range(0, site.partitions())
                                .filter(partition -> partition % threads == thread)
                                .mapToObj(partition -> new TopicPartition(filling.topic(), partition))
                                .toList()))
                .toList();
        ExecutorService pool = Executors.newFixedThreadPool(readers.size());
        try {
            all(readers, pool, Floor::readOnce);
            long first = read(readers);
            CpuTimes before = CpuTimes.now(site.brokerPid());
            long start = System.nanoTime();
            all(readers, pool, Floor::readAll);
            double seconds = (System.nanoTime() - start) / 1e9;
            check(readers, filling.ledger());
            return new Speed(
                    read(readers) - first,
                    seconds,
                    CpuTimes.now(site.brokerPid()).since(before));
        } finally {
            pool.shutdownNow();
            readers.forEach(reader -> reader.consumer.close());
        }
    }

    private static void all(List<Floor> readers, ExecutorService pool, Consumer<Floor> work) {
        CompletableFuture.allOf(readers.stream()
                        .map(reader -> CompletableFuture.runAsync(() -> work.accept(reader), pool))
                        .toArray(CompletableFuture[]::new))
                .join();
    }

    private static long read(List<Floor> readers) {
        return readers.stream().mapToLong(reader -> reader.read).sum();
    }

    private void readOnce() {
        decode(poll());
    }

    private void readAll() {
        while (read < records) {
            decode(poll());
        }
    }

    private ConsumerRecords<byte[], byte[]> poll() {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (System.nanoTime() < deadline) {
            ConsumerRecords<byte[], byte[]> polled = consumer.poll(Duration.ofSeconds(1));
            if (!polled.isEmpty()) {
                return polled;
            }
        }
        throw new IllegalStateException("nothing to read within " + PATIENCE.toSeconds() + " s");
    }

    private void decode(ConsumerRecords<byte[], byte[]> polled) {
        for (ConsumerRecord<byte[], byte[]> record : polled) {
            inputTokens += decoder.decode(record.value()).quantity(Meter.INPUT_TOKENS);
            read++;
        }
    }

    private static void check(List<Floor> readers, Ledger ledger) {
        long decoded = readers.stream().mapToLong(reader -> reader.inputTokens).sum();
        if (decoded != ledger.inputTokensOfRecords()) {
            throw new WrongAnswer(
                    "only reading came to " + decoded + " input tokens, not " + ledger.inputTokensOfRecords());
        }
    }

    /** What {@code runtime.Engine} sets for its consumers, where it matters for reading. */
    private static Map<String, Object> settings(Site site) {
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
