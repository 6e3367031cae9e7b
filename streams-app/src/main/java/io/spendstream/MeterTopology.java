package io.spendstream;

import io.spendstream.combine.CombineStage;
import io.spendstream.combine.CommitPoint;
import io.spendstream.combine.CommitPoints;
import io.spendstream.dedupe.DedupeSettings;
import io.spendstream.dedupe.DedupeStage;
import io.spendstream.ingest.DecodeStage;
import io.spendstream.ingest.EventRules;
import io.spendstream.ingest.WriterSchemas;
import io.spendstream.pricing.PriceBook;
import io.spendstream.pricing.PriceStage;
import io.spendstream.pricing.PricesStage;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.rollup.RollupStage;
import io.spendstream.rollup.Shards;
import io.spendstream.topic.Topics;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Progress;
import io.spendstream.usage.Tally;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UsageEvent;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.kstream.Consumed;
import org.apache.kafka.streams.kstream.KStream;
import org.apache.kafka.streams.kstream.Named;
import org.apache.kafka.streams.kstream.Produced;
import org.apache.kafka.streams.kstream.Repartitioned;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The way of an event, and the only place that knows the order of the stages.
 *
 * <pre>
 * usage-events → decode → dedupe → price → combine → (deltas) → rollup → spend-rollups
 *                   ↓                ↓ ↓
 *            usage-rejected  usage-unpriced, usage-priced
 * prices → price book
 * </pre>
 */
public final class MeterTopology {

    private static final String DECODE = "decode";
    private static final String DEDUPE = "dedupe";
    private static final String PRICE = "price";
    private static final String COMBINE = "combine";
    private static final String DELTAS = "rollup-deltas";
    private static final String ROLLUP = "rollup";
    private static final String REJECTED = "usage-rejected";
    private static final String UNPRICED = "usage-unpriced";
    private static final String PRICED = "usage-priced";

    /** Blocks of a few hundred kilobytes: larger segments would only be kept longer than needed. */
    private static final Map<String, String> CHANGELOG =
            Map.of(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.3", TopicConfig.SEGMENT_BYTES_CONFIG, "134217728");

    /**
     * What the way looks like.
     *
     * @param publishPriced whether every counted event goes to {@code usage-priced}
     * @param deltaPartitions of the topic between combining and the cube; fixed once there is state
     */
    public record Settings(
            Topics topics,
            DedupeSettings dedupe,
            RollupSettings rollup,
            CommitPoint.Mode commitMode,
            boolean publishPriced,
            int deltaPartitions) {}

    /** Records as bytes. */
    public record Serdeses(Serde<UsageEvent> usage, Serde<PricedUsage> priced, Serde<SpendRollup> rollup) {}

    /**
     * What the stages share beyond a task.
     *
     * @param readPrices decodes a record of {@code prices}; throws on bytes that are not one
     * @param pricesRefused is told a model and what is wrong with its record
     * @param valueOverflow is told of each dimension value beyond the limit
     */
    public record Shared(
            WriterSchemas schemas,
            EventRules rules,
            PriceBook book,
            Shards shards,
            Function<byte[], ModelPrices> readPrices,
            BiConsumer<String, String> pricesRefused,
            Tally.Sink tally,
            Runnable valueOverflow,
            Progress progress) {}

    /** The topic between combining and the cube. */
    public static String deltasTopic(String applicationId) {
        return applicationId + "-" + DELTAS + "-repartition";
    }

    private final Settings settings;
    private final Serdeses serdes;
    private final Shared shared;

    public MeterTopology(Settings settings, Serdeses serdes, Shared shared) {
        this.settings = settings;
        this.serdes = serdes;
        this.shared = shared;
    }

    public Topology build() {
        StreamsBuilder builder = new StreamsBuilder();
        readPrices(builder);
        rollUp(builder, meter(builder));
        return builder.build();
    }

    private void readPrices(StreamsBuilder builder) {
        builder.addGlobalStore(
                Stores.keyValueStoreBuilder(
                                Stores.inMemoryKeyValueStore(PricesStage.STORE), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                settings.topics().prices().name(),
                Consumed.with(Serdes.Bytes(), Serdes.ByteArray()).withName("prices"),
                () -> new PricesStage(shared.book(), shared.readPrices(), shared.pricesRefused()));
    }

    private KStream<Integer, byte[]> meter(StreamsBuilder builder) {
        builder.addStateStore(new CommitPoints(settings.commitMode(), shared.tally()));
        builder.addStateStore(logged(DecodeStage.WAITING));
        builder.addStateStore(logged(DedupeStage.STORE));
        builder.addStateStore(logged(PriceStage.UNPRICED));

        KStream<byte[], Object> decoded = builder.stream(
                        settings.topics().usageEvents().name(),
                        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                                .withName("usage-events")
                                .withTimestampExtractor(new ReceivedTime()))
                .process(
                        () -> new DecodeStage(
                                shared.schemas(),
                                shared.rules(),
                                new DecodeStage.Ways(
                                        DEDUPE,
                                        REJECTED,
                                        settings.topics().usageEvents().name()),
                                shared.progress()),
                        Named.as(DECODE),
                        CommitPoint.NAME,
                        DecodeStage.WAITING);
        MeterTopology.<byte[]>only(decoded)
                .to(
                        settings.topics().usageRejected().name(),
                        Produced.with(Serdes.ByteArray(), Serdes.ByteArray()).withName(REJECTED));
        KStream<byte[], Object> rated = MeterTopology.<UsageRecord>only(decoded)
                .process(
                        () -> new DedupeStage(settings.dedupe()), Named.as(DEDUPE), CommitPoint.NAME, DedupeStage.STORE)
                .process(
                        () -> new PriceStage(
                                shared.book(),
                                new PriceStage.Ways(COMBINE, UNPRICED, settings.publishPriced() ? PRICED : null)),
                        Named.as(PRICE),
                        CommitPoint.NAME,
                        PriceStage.UNPRICED);
        MeterTopology.<UsageEvent>only(rated)
                .to(
                        settings.topics().usageUnpriced().name(),
                        Produced.with(Serdes.ByteArray(), serdes.usage()).withName(UNPRICED));
        if (settings.publishPriced()) {
            MeterTopology.<PricedUsage>only(rated)
                    .to(
                            settings.topics().usagePriced().name(),
                            Produced.with(Serdes.ByteArray(), serdes.priced()).withName(PRICED));
        }
        return MeterTopology.<MeteredUsage>only(rated)
                .process(
                        () -> new CombineStage(
                                settings.deltaPartitions(), settings.rollup().tagDimensions()),
                        Named.as(COMBINE),
                        CommitPoint.NAME);
    }

    private void rollUp(StreamsBuilder builder, KStream<Integer, byte[]> deltas) {
        builder.addStateStore(logged(RollupStage.CELLS));
        builder.addStateStore(logged(RollupStage.JOURNAL));
        deltas.repartition(Repartitioned.<Integer, byte[]>as(DELTAS)
                        .withKeySerde(Serdes.Integer())
                        .withValueSerde(Serdes.ByteArray())
                        .withNumberOfPartitions(settings.deltaPartitions())
                        // The combiner has chosen the destination: the key is the partition.
                        .withStreamPartitioner((topic, key, value, partitions) -> Optional.of(Set.of(key))))
                .process(
                        () -> new RollupStage(
                                settings.rollup(), shared.shards(), shared.valueOverflow(), shared.progress()),
                        Named.as(ROLLUP),
                        RollupStage.CELLS,
                        RollupStage.JOURNAL)
                .to(
                        settings.topics().spendRollups().name(),
                        Produced.with(Serdes.String(), serdes.rollup()).withName("spend-rollups"));
    }

    /** A stage forwards records of several types, each to the child of that name only: the cast says which. */
    @SuppressWarnings("unchecked")
    private static <V> KStream<byte[], V> only(KStream<byte[], Object> stage) {
        return (KStream<byte[], V>) (KStream<?, ?>) stage;
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> logged(String name) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(CHANGELOG);
    }
}
