package io.spendstream.acceptance.bench;

import io.spendstream.combine.ByteSink;
import io.spendstream.combine.ByteSource;
import io.spendstream.combine.Delta;
import io.spendstream.ingest.UsageDecoder;
import io.spendstream.ingest.WriterSchemas;
import io.spendstream.pricing.PriceBook;
import io.spendstream.pricing.Rating;
import io.spendstream.usage.MeteredUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.Grouped;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Materialized;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.kstream.TimeWindows;
import org.apache.kafka.streams.processor.api.FixedKeyProcessor;
import org.apache.kafka.streams.processor.api.FixedKeyProcessorContext;
import org.apache.kafka.streams.processor.api.FixedKeyRecord;
import org.apache.kafka.streams.state.WindowStore;

/**
 * The same sums as one would first write them in the DSL of Kafka Streams: decode and price, map to the cell's key and
 * to the user's, repartition, aggregate in windows in RocksDB, exactly once. With the application's decoder and prices,
 * and <em>without</em> dedupe, days and queries: it has less to do.
 */
final class PlainDsl {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final Duration QUARTER_HOUR = Duration.ofMinutes(15);
    private static final Duration DAY = Duration.ofDays(1);

    private final Site site;
    private final int threads;
    private final PriceBook book = new PriceBook();
    private final AtomicLong aggregated = new AtomicLong();

    private PlainDsl(Site site, int threads) {
        this.site = site;
        this.threads = threads;
        RateList.records().forEach(book::put);
    }

    /** Counts all events of a topic, and times the second half. */
    static Speed measure(Site site, Filling filling, int threads) throws IOException, InterruptedException {
        return new PlainDsl(site, threads).measure(filling);
    }

    private Speed measure(Filling filling) throws IOException, InterruptedException {
        Path state = site.directory("plain-dsl");
        try (KafkaStreams streams = new KafkaStreams(topology(filling.topic()), properties(state))) {
            streams.start();
            // The second half only: the code of this form has not been compiled before.
            await(filling.ledger().records());
            long first = aggregated.get();
            CpuTimes before = CpuTimes.now(site.brokerPid());
            long start = System.nanoTime();
            await(2 * filling.ledger().records());
            double seconds = (System.nanoTime() - start) / 1e9;
            return new Speed(
                    filling.ledger().records() - first / 2,
                    seconds,
                    CpuTimes.now(site.brokerPid()).since(before));
        } finally {
            Site.delete(state);
        }
    }

    /** Every event is aggregated twice: in its cell, and for its user. */
    private void await(long count) {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (aggregated.get() < count) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("the plain DSL form came to " + aggregated.get() + " of " + count
                        + " additions in " + PATIENCE.toSeconds() + " s");
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    private Topology topology(String topic) {
        StreamsBuilder builder = new StreamsBuilder();
        KStream<byte[], MeteredUsage> usage = builder.stream(
                        topic, Consumed.with(Serdes.ByteArray(), Serdes.ByteArray()))
                .processValues(Rater::new);
        sum("cells", QUARTER_HOUR, usage.map((id, metered) -> KeyValue.pair(cell(metered), bytes(metered))));
        sum("users", DAY, usage.map((id, metered) -> KeyValue.pair(metered.event().user, bytes(metered))));
        return builder.build();
    }

    private void sum(String name, Duration window, KStream<String, byte[]> keyed) {
        keyed.repartition(Repartitioned.<String, byte[]>as(name)
                        .withKeySerde(Serdes.String())
                        .withValueSerde(Serdes.ByteArray()))
                .groupByKey(Grouped.with(Serdes.String(), Serdes.ByteArray()))
                .windowedBy(TimeWindows.ofSizeAndGrace(window, DAY))
                .aggregate(
                        () -> bytes(new Delta()),
                        (key, more, sum) -> added(sum, more),
                        Materialized.<String, byte[], WindowStore<Bytes, byte[]>>as("sum-of-" + name)
                                .withKeySerde(Serdes.String())
                                .withValueSerde(Serdes.ByteArray()));
    }

    /** Decodes and prices. */
    private final class Rater implements FixedKeyProcessor<byte[], byte[], MeteredUsage> {

        private final UsageDecoder decoder =
                new UsageDecoder(new WriterSchemas(site.registry(), () -> System.nanoTime() / 1_000_000));
        private FixedKeyProcessorContext<byte[], MeteredUsage> context;

        @Override
        public void init(FixedKeyProcessorContext<byte[], MeteredUsage> given) {
            context = given;
        }

        @Override
        public void process(FixedKeyRecord<byte[], byte[]> record) {
            MeteredUsage metered =
                    Rating.of(decoder.decode(record.value()), book).counted();
            context.forward(record.withValue(metered).withTimestamp(metered.event().timeMs));
        }
    }

    private static String cell(MeteredUsage metered) {
        return String.join("|", Arrays.asList(metered.event().dimensions));
    }

    private byte[] added(byte[] sum, byte[] more) {
        Delta total = delta(sum);
        total.addMeasures(delta(more));
        aggregated.incrementAndGet();
        return bytes(total);
    }

    private static Delta delta(byte[] bytes) {
        Delta delta = new Delta();
        delta.read(new ByteSource(bytes));
        return delta;
    }

    private static byte[] bytes(MeteredUsage metered) {
        return new ByteSink(128)
                .writeMeasures(metered.measures(), metered.otherUnits())
                .toBytes();
    }

    private static byte[] bytes(Delta delta) {
        return delta.write(new ByteSink(128)).toBytes();
    }

    private Properties properties(Path state) {
        Properties p = new Properties();
        p.put(StreamsConfig.APPLICATION_ID_CONFIG, "bench-plain-dsl");
        p.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, site.bootstrapServers());
        p.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        p.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        p.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, 100);
        p.put(StreamsConfig.STATE_DIR_CONFIG, state.toString());
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        p.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 5_000);
        p.put(StreamsConfig.BUFFERED_RECORDS_PER_PARTITION_CONFIG, 5_000);
        p.put(StreamsConfig.producerPrefix("compression.type"), "lz4");
        return p;
    }
}
