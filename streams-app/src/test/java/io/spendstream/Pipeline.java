package io.spendstream;

import io.spendstream.alert.AlertNotes;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.CommitPoint;
import io.spendstream.dedupe.DedupeSettings;
import io.spendstream.ingest.EventRules;
import io.spendstream.ingest.Horizon;
import io.spendstream.ingest.WriterSchemas;
import io.spendstream.pricing.PriceBook;
import io.spendstream.reconcile.ReconciliationBook;
import io.spendstream.rollup.CellReader;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.rollup.Shards;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.topic.Topic;
import io.spendstream.topic.Topics;
import io.spendstream.usage.EventTraces;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Progress;
import io.spendstream.usage.Resolution;
import io.spendstream.usage.Tally;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UsageEvent;
import io.spendstream.watch.AlertView;
import io.spendstream.watch.StatusView;
import io.spendstream.watch.WatchSettings;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The whole topology in one process, without a broker; with a real registry client over memory. */
final class Pipeline implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");

    final Topics topics = Topics.withPrefix("");
    final Shards shards = new Shards();
    final PriceBook book = new PriceBook();
    final BudgetBook budgetBook;
    final StatusView statusView = new StatusView();

    /** When what an alert is about was received, by its id. */
    final Map<String, Long> causes = new HashMap<>();

    final AlertView alertView = new AlertView((alert, causedAtMs) -> causes.put(alert.getId(), causedAtMs));

    final AlertNotes notes = new AlertNotes();
    final List<String> refused = new ArrayList<>();
    final Map<String, Long> tally = new TreeMap<>();
    final SchemaRegistry registry;
    final Topology topology;
    final TopologyTestDriver driver;

    private final AvroSerde<UsageEvent> usage;
    private final AvroSerde<PricedUsage> priced;
    private final AvroSerde<SpendRollup> rollups;
    private final AvroSerde<ModelPrices> prices;
    private final AvroSerde<Budget> budgets;
    private final AvroSerde<BudgetStatus> statuses;
    private final AvroSerde<Alert> alerts;
    private final AvroSerde<AlertNote> alertNotes;
    private final TestInputTopic<byte[], byte[]> events;

    Pipeline() {
        this(CommitPoint.Mode.BEFORE_COMMIT, new ConfluentSchemaRegistry("mock://" + UUID.randomUUID()));
    }

    Pipeline(CommitPoint.Mode mode, SchemaRegistry registry) {
        this(mode, registry, temporaryDirectory(), new BudgetBook(), NOW);
    }

    /**
     * One that goes on where another left off.
     *
     * @param stores where the stores of the other are kept
     * @param restored the budget book as it is read before the first work
     * @param clock what the wall clock says
     */
    Pipeline(CommitPoint.Mode mode, SchemaRegistry registry, Path stores, BudgetBook restored, Instant clock) {
        this(mode, registry, stores, restored, clock, null);
    }

    /** @param clock what the wall clock says when its tasks begin */
    static Pipeline startingAt(Instant clock) {
        return new Pipeline(
                CommitPoint.Mode.BEFORE_COMMIT,
                new ConfluentSchemaRegistry("mock://" + UUID.randomUUID()),
                temporaryDirectory(),
                new BudgetBook(),
                clock);
    }

    /** One that reads spans of OpenTelemetry too. */
    static Pipeline reading(MeterTopology.Spans spans) {
        return new Pipeline(
                CommitPoint.Mode.BEFORE_COMMIT,
                new ConfluentSchemaRegistry("mock://" + UUID.randomUUID()),
                temporaryDirectory(),
                new BudgetBook(),
                NOW,
                spans);
    }

    private Pipeline(
            CommitPoint.Mode mode,
            SchemaRegistry registry,
            Path stores,
            BudgetBook restored,
            Instant clock,
            MeterTopology.Spans spans) {
        this.registry = registry;
        this.budgetBook = restored;
        usage = new AvroSerde<>(UsageEvent.class, registry);
        priced = new AvroSerde<>(PricedUsage.class, registry);
        rollups = new AvroSerde<>(SpendRollup.class, registry);
        prices = new AvroSerde<>(ModelPrices.class, registry);
        budgets = new AvroSerde<>(Budget.class, registry);
        statuses = new AvroSerde<>(BudgetStatus.class, registry);
        alerts = new AvroSerde<>(Alert.class, registry);
        alertNotes = new AvroSerde<>(AlertNote.class, registry);
        MeterTopology topology = new MeterTopology(
                new MeterTopology.Settings(
                        topics,
                        DedupeSettings.DEFAULT,
                        RollupSettings.DEFAULT,
                        WatchSettings.DEFAULT,
                        DetectorSettings.defaults(),
                        mode,
                        true,
                        1,
                        1,
                        spans),
                new MeterTopology.Serdeses(usage, priced, rollups, budgets, statuses, alerts),
                new MeterTopology.Shared(
                        new WriterSchemas(registry, System::currentTimeMillis),
                        new EventRules(Horizon.DEFAULT),
                        book,
                        shards,
                        bytes -> prices.deserializer()
                                .deserialize(topics.prices().name(), bytes),
                        (topic, key, why) -> refused.add(topic + " " + key + ": " + why),
                        this::count,
                        () -> {},
                        new MeterTopology.Watched(
                                budgetBook,
                                statusView,
                                alertView,
                                notes,
                                new ReconciliationBook(),
                                bytes -> budgets.deserializer()
                                        .deserialize(topics.budgets().name(), bytes),
                                bytes -> statuses.deserializer()
                                        .deserialize(topics.budgetStatus().name(), bytes),
                                bytes -> alerts.deserializer()
                                        .deserialize(topics.budgetAlerts().name(), bytes),
                                bytes -> alertNotes
                                        .deserializer()
                                        .deserialize(topics.alertNotes().name(), bytes),
                                bytes -> {
                                    throw new IllegalArgumentException("nothing is reconciled here");
                                }),
                        Progress.NONE,
                        EventTraces.NONE));
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDirectory(stores).toString());
        // The driver knows no transactions; with exactly-once it would call stores corrupted that another one left.
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        this.topology = topology.build();
        driver = new TopologyTestDriver(this.topology, config, clock);
        events = driver.createInputTopic(
                topics.usageEvents().name(), new ByteArraySerializer(), new ByteArraySerializer());
    }

    private void count(Tally t) {
        tally.merge("received", t.received, Long::sum);
        tally.merge("counted", t.counted, Long::sum);
        tally.merge("duplicates", t.duplicates, Long::sum);
        tally.merge("unpriced", t.unpriced, Long::sum);
        tally.merge("repriced", t.repriced, Long::sum);
        tally.merge("deltas", t.deltas, Long::sum);
        t.unpricedModels().forEach((model, n) -> tally.merge("unpriced." + model, n, Long::sum));
        t.rejected().forEach((reason, n) -> tally.merge("rejected." + reason, n, Long::sum));
    }

    static UsageEvent.Builder event(String id) {
        return UsageEvent.newBuilder()
                .setId(id)
                .setTime(NOW)
                .setFeature("chat")
                .setModel("gpt-4o")
                .setInputTokens(1_000)
                .setOutputTokens(100);
    }

    static ModelPrices gpt4o() {
        return ModelPrices.newBuilder()
                .setModel("gpt-4o")
                .setCards(List.of(RateCard.newBuilder()
                        .setEffectiveFrom(Instant.EPOCH)
                        .setRates(List.of(
                                new Rate("input_tokens", 2_500_000L, ServiceTier.STANDARD, 0L),
                                new Rate("output_tokens", 10_000_000L, ServiceTier.STANDARD, 0L)))
                        .build()))
                .build();
    }

    void price(ModelPrices model) {
        driver.createInputTopic(topics.prices().name(), Serdes.String().serializer(), prices.serializer())
                .pipeInput(model.getModel(), model);
    }

    byte[] encode(UsageEvent event) {
        return usage.serializer().serialize(topics.usageEvents().name(), event);
    }

    /** Defines a budget, as if written at a time. */
    void define(Budget budget, Instant writtenAt) {
        driver.createInputTopic(topics.budgets().name(), Serdes.String().serializer(), budgets.serializer())
                .pipeInput(budget.getId(), budget, writtenAt);
    }

    /** A record of the topic of budgets as it is. */
    void define(TestRecord<byte[], byte[]> record) {
        put(topics.budgets(), record);
    }

    /** A record as it is. */
    void put(Topic topic, TestRecord<byte[], byte[]> record) {
        driver.createInputTopic(topic.name(), new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(record);
    }

    /** How many records of a topic were refused. */
    long refusedOf(Topic topic) {
        return refused.stream()
                .filter(text -> text.startsWith(topic.name() + " "))
                .count();
    }

    void forget(String budget) {
        driver.createInputTopic(topics.budgets().name(), Serdes.String().serializer(), budgets.serializer())
                .pipeInput(budget, null, NOW);
    }

    /** Says something about alerts; a note of null takes it back. */
    void note(String key, AlertNote note) {
        driver.createInputTopic(topics.alertNotes().name(), Serdes.String().serializer(), alertNotes.serializer())
                .pipeInput(key, note, NOW);
    }

    /** The alerts since the last call, in their order. */
    List<Alert> alerts() {
        return driver.createOutputTopic(
                        topics.budgetAlerts().name(), Serdes.String().deserializer(), alerts.deserializer())
                .readValuesToList();
    }

    /** The alerts of detectors since the last call, in their order. */
    List<Alert> anomalies() {
        return driver.createOutputTopic(
                        topics.anomalyAlerts().name(), Serdes.String().deserializer(), alerts.deserializer())
                .readValuesToList();
    }

    /** The last status of each key since the last call; null where it was taken back. */
    Map<String, BudgetStatus> statuses() {
        Map<String, BudgetStatus> last = new TreeMap<>();
        driver.createOutputTopic(topics.budgetStatus().name(), Serdes.String().deserializer(), statuses.deserializer())
                .readKeyValuesToList()
                .forEach(entry -> last.put(entry.key, entry.value));
        return last;
    }

    void publish(UsageEvent event) {
        publishRaw(event.getId().getBytes(StandardCharsets.UTF_8), encode(event));
    }

    /** Publishes an event that is received then. */
    void publish(UsageEvent event, Instant received) {
        events.pipeInput(new TestRecord<>(event.getId().getBytes(StandardCharsets.UTF_8), encode(event), received));
    }

    void publishRaw(byte[] key, byte[] value) {
        events.pipeInput(new TestRecord<>(key, value, NOW));
    }

    void publishRaw(byte[] key, byte[] value, Headers headers) {
        events.pipeInput(new TestRecord<>(key, value, headers, NOW));
    }

    void settle() {
        driver.advanceWallClockTime(Duration.ofSeconds(10));
    }

    List<TestRecord<byte[], byte[]>> records(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    List<PricedUsage> priced() {
        return driver.createOutputTopic(topics.usagePriced().name(), new ByteArrayDeserializer(), priced.deserializer())
                .readValuesToList();
    }

    Map<String, SpendRollup> rollups() {
        Map<String, SpendRollup> last = new TreeMap<>();
        driver.createOutputTopic(topics.spendRollups().name(), Serdes.String().deserializer(), rollups.deserializer())
                .readKeyValuesToList()
                .forEach(entry -> last.put(entry.key, entry.value));
        return last;
    }

    /** A measure over all cells. */
    long total(Measure measure, Resolution resolution) {
        long[] sum = new long[1];
        for (CellReader share : shards.open()) {
            share.cells(
                    resolution,
                    -1,
                    Integer.MAX_VALUE,
                    null,
                    null,
                    (dimensions, bucket, measures, units) -> sum[0] += measures[measure.ordinal()]);
        }
        return sum[0];
    }

    /** The driver deletes what is in its directory when it closes, but follows no links. */
    private static Path stateDirectory(Path stores) {
        Path directory = temporaryDirectory();
        try {
            Path task = Files.createDirectories(directory.resolve("test").resolve("0_0"));
            Files.createSymbolicLink(task.resolve("rocksdb"), stores);
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
        return directory;
    }

    private static Path temporaryDirectory() {
        try {
            return Files.createTempDirectory("pipeline");
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** Stops, so that another can go on. */
    void stop() {
        driver.close();
    }

    @Override
    public void close() {
        driver.close();
        registry.close();
    }
}
