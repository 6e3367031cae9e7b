package io.spendstream;

import io.spendstream.alert.AlertNotes;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.CombineStage;
import io.spendstream.combine.CommitPoint;
import io.spendstream.combine.CommitPoints;
import io.spendstream.dedupe.DedupeSettings;
import io.spendstream.dedupe.DedupeStage;
import io.spendstream.detect.DetectStage;
import io.spendstream.detect.QuarterCloses;
import io.spendstream.detect.RequestOutliers;
import io.spendstream.format.UsageFormat;
import io.spendstream.ingest.DecodeStage;
import io.spendstream.ingest.EventRules;
import io.spendstream.ingest.SpanStage;
import io.spendstream.ingest.WriterSchemas;
import io.spendstream.pricing.PriceBook;
import io.spendstream.pricing.PriceStage;
import io.spendstream.pricing.PricesStage;
import io.spendstream.reconcile.ReconciliationBook;
import io.spendstream.rollup.QuarterFeed;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.rollup.RollupStage;
import io.spendstream.rollup.Shards;
import io.spendstream.scope.BudgetsStage;
import io.spendstream.scope.RestateStage;
import io.spendstream.scope.ScopeCells;
import io.spendstream.scope.ScopeUsage;
import io.spendstream.topic.Topic;
import io.spendstream.topic.Topics;
import io.spendstream.usage.EventTraces;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Progress;
import io.spendstream.usage.Tally;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.Reconciliation;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UsageEvent;
import io.spendstream.watch.AlertView;
import io.spendstream.watch.PublishedStage;
import io.spendstream.watch.StatusView;
import io.spendstream.watch.WatchSettings;
import io.spendstream.watch.WatchStage;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.LongConsumer;
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
import org.apache.kafka.streams.processor.api.ProcessorSupplier;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;

/**
 * The way of an event, and the only place that knows the order of the stages.
 *
 * <pre>
 * usage-events → decode → dedupe → price → combine → (deltas) → rollup → spend-rollups
 *                   ↓                ↓ ↓       ↓ (scope deltas)  ↓ ↓ (closed quarter-hours)
 *            usage-rejected  usage-unpriced    └──────→ watch ←──┘ └→ detect → anomaly-alerts
 *                            usage-priced                 ↓
 *                                               budget-status, budget-alerts
 * spans of OpenTelemetry → map-spans → usage-events, usage-rejected
 * prices → price book, budgets → budget book, alert-notes → watch, detect; restate-budgets → budgets
 * reconciliations → reconciliation book
 * </pre>
 */
public final class MeterTopology {

    private static final String DECODE = "decode";
    private static final String DEDUPE = "dedupe";
    private static final String PRICE = "price";
    private static final String COMBINE = "combine";
    private static final String DELTAS = "rollup-deltas";
    private static final String ROLLUP = "rollup";
    private static final String SCOPES_OF_USAGE = "usage-scope-deltas";
    private static final String SCOPES_OF_CUBE = "cube-scope-deltas";
    private static final String CLOSES = "quarter-closes";
    private static final String OUTLIERS = "request-outliers";
    private static final String WATCH = "watch";
    private static final String DETECT = "detect";
    private static final String ROLLUPS = "spend-rollups";
    private static final String STATUSES = "budget-status";
    private static final String ALERTS = "budget-alerts";
    private static final String ANOMALIES = "anomaly-alerts";
    private static final String RESTATE = "restate-budgets";
    private static final String RESTATED = "restated-budgets";
    private static final String REJECTED = "usage-rejected";
    private static final String UNPRICED = "usage-unpriced";
    private static final String PRICED = "usage-priced";
    private static final String SPANS = "otel-spans";
    private static final String MAP_SPANS = "map-spans";
    private static final String EVENTS_OF_SPANS = "usage-events-of-spans";
    private static final String REJECTED_SPANS = "rejected-spans";

    /** Blocks of a few hundred kilobytes: larger segments would only be kept longer than needed. */
    private static final Map<String, String> CHANGELOG =
            Map.of(TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG, "0.3", TopicConfig.SEGMENT_BYTES_CONFIG, "134217728");

    /** Holds records as they came. */
    private static final Map<String, String> CHANGELOG_OF_RECORDS = Map.of(
            TopicConfig.MIN_CLEANABLE_DIRTY_RATIO_CONFIG,
            "0.3",
            TopicConfig.MAX_MESSAGE_BYTES_CONFIG,
            Integer.toString(Topics.BATCH_BYTES_MAX));

    /**
     * What the way looks like.
     *
     * @param publishPriced whether every counted event goes to {@code usage-priced}
     * @param deltaPartitions of the topics before the cube, the counters and the detectors; fixed once there is state
     * @param eventPartitions of the events
     * @param spans where spans of OpenTelemetry come from, or null where they do not
     */
    public record Settings(
            Topics topics,
            DedupeSettings dedupe,
            RollupSettings rollup,
            WatchSettings watch,
            DetectorSettings detectors,
            CommitPoint.Mode commitMode,
            boolean publishPriced,
            int deltaPartitions,
            int eventPartitions,
            Spans spans) {}

    /** A topic of OpenTelemetry spans, and how they are encoded. */
    public record Spans(String topic, UsageFormat format) {}

    /** Records as bytes. */
    public record Serdeses(
            Serde<UsageEvent> usage,
            Serde<PricedUsage> priced,
            Serde<SpendRollup> rollup,
            Serde<Budget> budget,
            Serde<BudgetStatus> status,
            Serde<Alert> alert) {}

    /**
     * What is known of budgets on every instance.
     *
     * @param readBudget decodes a record of {@code budgets}; throws on bytes that are not one
     * @param readStatus decodes a record of {@code budget-status}
     * @param readAlert decodes a record of {@code budget-alerts}
     * @param readNote decodes a record of {@code alert-notes}
     * @param readReconciliation decodes a record of {@code reconciliations}
     */
    public record Watched(
            BudgetBook book,
            StatusView statuses,
            AlertView alerts,
            AlertNotes notes,
            ReconciliationBook reconciliations,
            Function<byte[], Budget> readBudget,
            Function<byte[], BudgetStatus> readStatus,
            Function<byte[], Alert> readAlert,
            Function<byte[], AlertNote> readNote,
            Function<byte[], Reconciliation> readReconciliation) {}

    /** Is told of records that are passed over. */
    @FunctionalInterface
    public interface Refused {

        /** @param key empty where it has none */
        void record(String topic, String key, String why);

        /** For the records of one topic: is told their key and what is wrong. */
        default BiConsumer<String, String> of(Topic topic) {
            return (key, why) -> record(topic.name(), key, why);
        }
    }

    /**
     * What the stages share beyond a task.
     *
     * @param readPrices decodes a record of {@code prices}; throws on bytes that are not one
     * @param refused is told of every record of a definition, or of what is published, that is not valid
     * @param valueOverflow is told of each dimension value beyond the limit
     */
    public record Shared(
            WriterSchemas schemas,
            EventRules rules,
            PriceBook book,
            Shards shards,
            Function<byte[], ModelPrices> readPrices,
            Refused refused,
            Tally.Sink tally,
            Runnable valueOverflow,
            Watched watched,
            Progress progress,
            EventTraces traces) {}

    /** The topic between combining and the cube. */
    public static String deltasTopic(String applicationId) {
        return applicationId + "-" + DELTAS + "-repartition";
    }

    /** The topics before the counters of budgets. */
    public static List<String> scopesTopics(String applicationId) {
        return List.of(
                applicationId + "-" + SCOPES_OF_USAGE + "-repartition",
                applicationId + "-" + SCOPES_OF_CUBE + "-repartition");
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
        readBudgets(builder);
        KStream<Integer, byte[]> combined = meter(builder);
        KStream<Object, Object> rolledUp = rollUp(builder, combined);
        watch(builder, repartitioned(combined, SCOPES_OF_USAGE), repartitioned(only(rolledUp), SCOPES_OF_CUBE));
        detect(builder, repartitioned(combined, OUTLIERS), repartitioned(only(rolledUp), CLOSES));
        // The last, as they came last: tasks are numbered in this order, and so is their state on disk.
        readNotes(builder);
        readReconciliations(builder);
        if (settings.spans() != null) {
            readSpans(builder, settings.spans());
        }
        return builder.build();
    }

    private void readBudgets(StreamsBuilder builder) {
        Watched watched = shared.watched();
        Topics topics = settings.topics();
        global(
                builder,
                topics.budgets().name(),
                BudgetsStage.STORE,
                "budgets",
                () -> new BudgetsStage(
                        watched.book(), watched.readBudget(), shared.refused().of(topics.budgets())));
        show(builder, topics.budgetStatus(), "shown-statuses", watched.readStatus(), timeless(watched.statuses()::put));
        show(builder, topics.budgetAlerts(), "shown-alerts", watched.readAlert(), watched.alerts()::put);
        show(builder, topics.anomalyAlerts(), "shown-anomalies", watched.readAlert(), watched.alerts()::put);
    }

    private void readNotes(StreamsBuilder builder) {
        Watched watched = shared.watched();
        show(
                builder,
                settings.topics().alertNotes(),
                "alert-notes",
                watched.readNote(),
                timeless(watched.notes()::put));
    }

    private static <V> PublishedStage.Show<V> timeless(BiConsumer<String, V> show) {
        return (key, value, timeMs) -> show.accept(key, value);
    }

    private void readReconciliations(StreamsBuilder builder) {
        Watched watched = shared.watched();
        show(
                builder,
                settings.topics().reconciliations(),
                "reconciliations",
                watched.readReconciliation(),
                timeless(watched.reconciliations()::put),
                watched.reconciliations()::readUpTo);
    }

    private <V> void show(
            StreamsBuilder builder, Topic topic, String name, Function<byte[], V> read, PublishedStage.Show<V> show) {
        show(builder, topic, name, read, show, offset -> {});
    }

    private <V> void show(
            StreamsBuilder builder,
            Topic topic,
            String name,
            Function<byte[], V> read,
            PublishedStage.Show<V> show,
            LongConsumer readUpTo) {
        global(
                builder,
                topic.name(),
                name,
                name,
                () -> new PublishedStage<>(read, show, shared.refused().of(topic), readUpTo));
    }

    private static void global(
            StreamsBuilder builder,
            String topic,
            String store,
            String name,
            ProcessorSupplier<Bytes, byte[], Void, Void> stage) {
        builder.addGlobalStore(
                Stores.keyValueStoreBuilder(Stores.inMemoryKeyValueStore(store), Serdes.Bytes(), Serdes.ByteArray())
                        .withLoggingDisabled(),
                topic,
                Consumed.with(Serdes.Bytes(), Serdes.ByteArray()).withName(name),
                stage);
    }

    private void readSpans(StreamsBuilder builder, Spans spans) {
        KStream<byte[], Object> mapped = builder.stream(
                        spans.topic(),
                        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                                .withName(SPANS)
                                .withTimestampExtractor(new ReceivedTime()))
                .process(
                        () -> new SpanStage(
                                spans.format(),
                                shared.rules(),
                                new DecodeStage.Ways(EVENTS_OF_SPANS, REJECTED_SPANS, spans.topic())),
                        Named.as(MAP_SPANS));
        publish(mapped, settings.topics().usageEvents().name(), EVENTS_OF_SPANS, Serdes.ByteArray(), serdes.usage());
        publish(
                mapped,
                settings.topics().usageRejected().name(),
                REJECTED_SPANS,
                Serdes.ByteArray(),
                Serdes.ByteArray());
    }

    private void readPrices(StreamsBuilder builder) {
        Topic prices = settings.topics().prices();
        global(
                builder,
                prices.name(),
                PricesStage.STORE,
                "prices",
                () -> new PricesStage(
                        shared.book(), shared.readPrices(), shared.refused().of(prices)));
    }

    private KStream<Integer, byte[]> meter(StreamsBuilder builder) {
        builder.addStateStore(new CommitPoints(settings.commitMode(), shared.tally()));
        KStream<byte[], Object> decoded = decode(builder);
        publish(decoded, settings.topics().usageRejected().name(), REJECTED, Serdes.ByteArray(), Serdes.ByteArray());
        KStream<byte[], Object> rated = price(builder, dedupe(builder, only(decoded)));
        publish(rated, settings.topics().usageUnpriced().name(), UNPRICED, Serdes.ByteArray(), serdes.usage());
        if (settings.publishPriced()) {
            publish(rated, settings.topics().usagePriced().name(), PRICED, Serdes.ByteArray(), serdes.priced());
        }
        return combine(builder, only(rated));
    }

    private KStream<byte[], Object> decode(StreamsBuilder builder) {
        builder.addStateStore(logged(DecodeStage.WAITING, CHANGELOG_OF_RECORDS));
        String events = settings.topics().usageEvents().name();
        return builder.stream(
                        events,
                        Consumed.with(Serdes.ByteArray(), Serdes.ByteArray())
                                .withName("usage-events")
                                .withTimestampExtractor(new ReceivedTime()))
                .process(
                        () -> new DecodeStage(
                                shared.schemas(),
                                shared.rules(),
                                new DecodeStage.Ways(DEDUPE, REJECTED, events),
                                shared.progress(),
                                shared.traces()),
                        Named.as(DECODE),
                        CommitPoint.NAME,
                        DecodeStage.WAITING);
    }

    private KStream<byte[], UsageRecord> dedupe(StreamsBuilder builder, KStream<byte[], UsageRecord> decoded) {
        builder.addStateStore(logged(DedupeStage.STORE));
        return decoded.process(
                () -> new DedupeStage(settings.dedupe()), Named.as(DEDUPE), CommitPoint.NAME, DedupeStage.STORE);
    }

    private KStream<byte[], Object> price(StreamsBuilder builder, KStream<byte[], UsageRecord> once) {
        builder.addStateStore(logged(PriceStage.UNPRICED));
        PriceStage.Ways ways = new PriceStage.Ways(COMBINE, UNPRICED, settings.publishPriced() ? PRICED : null);
        return once.process(
                () -> new PriceStage(shared.book(), ways), Named.as(PRICE), CommitPoint.NAME, PriceStage.UNPRICED);
    }

    private KStream<Integer, byte[]> combine(StreamsBuilder builder, KStream<byte[], MeteredUsage> rated) {
        builder.addStateStore(logged(ScopeUsage.MARKS));
        builder.addStateStore(logged(CombineStage.CLOCK));
        builder.addStateStore(logged(RequestOutliers.STORE));
        return rated.process(
                () -> new CombineStage(
                        settings.deltaPartitions(), settings.rollup().tagDimensions(), firstOf(DELTAS), feeds()),
                Named.as(COMBINE),
                CommitPoint.NAME,
                ScopeUsage.MARKS,
                CombineStage.CLOCK,
                RequestOutliers.STORE);
    }

    /** Without detectors nothing is gathered for them; nodes and stores stay, so that tasks keep their numbers. */
    private List<CombineStage.Fed> feeds() {
        CombineStage.Fed scopes = new CombineStage.Fed(
                new ScopeUsage(
                        shared.watched().book(), settings.deltaPartitions(), ScopeCells.knownTo(settings.rollup())),
                firstOf(SCOPES_OF_USAGE));
        if (settings.detectors().isOff()) {
            return List.of(scopes);
        }
        return List.of(
                scopes,
                new CombineStage.Fed(
                        new RequestOutliers(settings.deltaPartitions(), settings.detectors()), firstOf(OUTLIERS)));
    }

    private QuarterFeed closes() {
        return settings.detectors().isOff()
                ? QuarterFeed.NONE
                : new QuarterCloses(settings.deltaPartitions(), settings.eventPartitions());
    }

    private KStream<Object, Object> rollUp(StreamsBuilder builder, KStream<Integer, byte[]> deltas) {
        builder.addStateStore(new CommitPoints(RollupStage.COMMIT_POINT, settings.commitMode(), tally -> {}));
        builder.addStateStore(logged(RollupStage.CELLS));
        builder.addStateStore(logged(RollupStage.JOURNAL));
        builder.addStateStore(logged(ScopeCells.MARKS));
        builder.addStateStore(logged(QuarterCloses.STORE));
        KStream<Object, Object> rolledUp = repartitioned(deltas, DELTAS)
                .process(
                        () -> new RollupStage(
                                settings.rollup(),
                                new RollupStage.Ways(ROLLUPS, firstOf(SCOPES_OF_CUBE), firstOf(CLOSES)),
                                new ScopeCells(shared.watched().book(), settings.deltaPartitions(), settings.rollup()),
                                closes(),
                                shared.shards(),
                                shared.valueOverflow()),
                        Named.as(ROLLUP),
                        RollupStage.COMMIT_POINT,
                        RollupStage.CELLS,
                        RollupStage.JOURNAL,
                        ScopeCells.MARKS,
                        QuarterCloses.STORE);
        publish(rolledUp, settings.topics().spendRollups().name(), ROLLUPS, Serdes.String(), serdes.rollup());
        return rolledUp;
    }

    private void watch(StreamsBuilder builder, KStream<Integer, byte[]> ofUsage, KStream<Integer, byte[]> ofCube) {
        builder.addStateStore(new CommitPoints(WatchStage.COMMIT_POINT, settings.commitMode(), tally -> {}));
        builder.addStateStore(logged(WatchStage.COUNTERS));
        builder.addStateStore(logged(WatchStage.JOURNAL));
        KStream<Integer, byte[]> deltas = ofUsage.merge(ofCube, Named.as("scope-deltas"));
        KStream<Object, Object> watched = deltas.process(
                () -> new WatchStage(
                        settings.watch(),
                        new WatchStage.Ways(ALERTS, STATUSES),
                        shared.watched().book(),
                        shared.watched().notes()),
                Named.as(WATCH),
                WatchStage.COMMIT_POINT,
                WatchStage.COUNTERS,
                WatchStage.JOURNAL);
        publish(watched, settings.topics().budgetAlerts().name(), ALERTS, Serdes.String(), serdes.alert());
        publish(watched, settings.topics().budgetStatus().name(), STATUSES, Serdes.String(), serdes.status());
        KStream<String, Budget> restated =
                deltas.process(() -> new RestateStage(shared.watched().book()), Named.as(RESTATE));
        publish(restated, settings.topics().budgets().name(), RESTATED, Serdes.String(), serdes.budget());
    }

    private void detect(StreamsBuilder builder, KStream<Integer, byte[]> outliers, KStream<Integer, byte[]> closes) {
        builder.addStateStore(logged(DetectStage.STORE));
        KStream<String, Alert> found = outliers.merge(closes, Named.as("to-detect"))
                .process(
                        () -> new DetectStage(
                                settings.deltaPartitions() + settings.eventPartitions(),
                                settings.detectors(),
                                shared.watched().book()::dailyLimitOf,
                                shared.watched().notes()),
                        Named.as(DETECT),
                        DetectStage.STORE);
        publish(found, settings.topics().anomalyAlerts().name(), ANOMALIES, Serdes.String(), serdes.alert());
    }

    private static <K, V> void publish(KStream<?, ?> from, String topic, String name, Serde<K> keys, Serde<V> values) {
        MeterTopology.<K, V>only(from).to(topic, Produced.with(keys, values).withName(name));
    }

    /** The sender has chosen the destination: the key is the partition. */
    private KStream<Integer, byte[]> repartitioned(KStream<Integer, byte[]> blocks, String name) {
        return blocks.repartition(Repartitioned.<Integer, byte[]>as(name)
                .withKeySerde(Serdes.Integer())
                .withValueSerde(Serdes.ByteArray())
                .withNumberOfPartitions(settings.deltaPartitions())
                .withStreamPartitioner((topic, key, value, partitions) -> Optional.of(Set.of(key))));
    }

    /** What Kafka Streams calls the first node of a repartition. */
    private static String firstOf(String repartition) {
        return repartition + "-repartition-filter";
    }

    /** A stage forwards records of several types, each to the child of that name only: the cast says which. */
    @SuppressWarnings("unchecked")
    private static <K, V> KStream<K, V> only(KStream<?, ?> stage) {
        return (KStream<K, V>) stage;
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> logged(String name) {
        return logged(name, CHANGELOG);
    }

    private static StoreBuilder<KeyValueStore<Bytes, byte[]>> logged(String name, Map<String, String> changelog) {
        return Stores.keyValueStoreBuilder(Stores.persistentKeyValueStore(name), Serdes.Bytes(), Serdes.ByteArray())
                .withCachingDisabled()
                .withLoggingEnabled(changelog);
    }
}
