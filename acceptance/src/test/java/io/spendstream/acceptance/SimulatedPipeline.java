package io.spendstream.acceptance;

import io.spendstream.MeterTopology;
import io.spendstream.alert.AlertNotes;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.CommitPoint;
import io.spendstream.dedupe.DedupeSettings;
import io.spendstream.ingest.EventRules;
import io.spendstream.ingest.Horizon;
import io.spendstream.ingest.WriterSchemas;
import io.spendstream.pricing.PriceBook;
import io.spendstream.query.ClusterSpend;
import io.spendstream.query.CubeDimensions;
import io.spendstream.query.Granularity;
import io.spendstream.query.Lag;
import io.spendstream.query.LocalSpend;
import io.spendstream.query.Order;
import io.spendstream.query.Peers;
import io.spendstream.query.Retention;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendQuery;
import io.spendstream.query.SpendRow;
import io.spendstream.query.Sums;
import io.spendstream.reconcile.ReconciliationBook;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.rollup.Shards;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.topic.Topics;
import io.spendstream.usage.EventTraces;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Progress;
import io.spendstream.usage.Tally;
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
import io.spendstream.watch.StatusView;
import io.spendstream.watch.WatchSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.test.TestRecord;

/** The whole topology and its queries in one thread, without a broker, so that the same inputs give the same run. */
final class SimulatedPipeline {

    private static final Topics TOPICS = Topics.withPrefix("");
    private static final Duration LONG_ENOUGH_TO_SETTLE = Duration.ofSeconds(10);

    /** What a run said before it was stopped is said. */
    private final Map<String, Long> tally;

    private final SchemaRegistry registry;
    private final TopologyTestDriver driver;
    private final ClusterSpend spend;
    private final PriceBook book = new PriceBook();

    /**
     * One that goes on where another left off.
     *
     * @param stores where the stores are kept; what a run needs besides is beside it
     * @param budgets as they are read before the first work
     * @param clock what the wall clock says
     * @param tally what became of records, added to
     */
    SimulatedPipeline(SchemaRegistry registry, Path stores, BudgetBook budgets, Instant clock, Map<String, Long> tally)
            throws IOException {
        this.registry = registry;
        this.tally = tally;
        Shards shards = new Shards();
        MeterTopology topology = new MeterTopology(
                new MeterTopology.Settings(
                        TOPICS,
                        DedupeSettings.DEFAULT,
                        RollupSettings.DEFAULT,
                        WatchSettings.DEFAULT,
                        DetectorSettings.defaults(),
                        CommitPoint.Mode.BEFORE_COMMIT,
                        true,
                        1,
                        1,
                        null),
                new MeterTopology.Serdeses(
                        serde(UsageEvent.class),
                        serde(PricedUsage.class),
                        serde(SpendRollup.class),
                        serde(Budget.class),
                        serde(BudgetStatus.class),
                        serde(Alert.class)),
                new MeterTopology.Shared(
                        new WriterSchemas(registry, clock::toEpochMilli, Runnable::run),
                        new EventRules(Horizon.DEFAULT),
                        book,
                        shards,
                        bytes -> read(ModelPrices.class, TOPICS.prices().name(), bytes),
                        (topic, key, why) -> refuse(topic + " " + key + ": " + why),
                        this::count,
                        () -> {},
                        new MeterTopology.Watched(
                                budgets,
                                new StatusView(),
                                new AlertView((alert, causedAtMs) -> {}),
                                new AlertNotes(),
                                new ReconciliationBook(),
                                bytes -> read(Budget.class, TOPICS.budgets().name(), bytes),
                                bytes -> read(
                                        BudgetStatus.class,
                                        TOPICS.budgetStatus().name(),
                                        bytes),
                                bytes -> read(Alert.class, TOPICS.budgetAlerts().name(), bytes),
                                bytes -> read(
                                        AlertNote.class, TOPICS.alertNotes().name(), bytes),
                                bytes -> read(
                                        Reconciliation.class,
                                        TOPICS.reconciliations().name(),
                                        bytes)),
                        Progress.NONE,
                        EventTraces.NONE));
        CubeDimensions dimensions = new CubeDimensions(List.of());
        LocalSpend local =
                new LocalSpend(shards::open, dimensions, () -> new Lag(0, clock), LocalSpend.ROWS_MAX_DEFAULT);
        spend = new ClusterSpend(
                local,
                () -> new Peers.Membership(List.of(new Peers.Peer("here", true)), 1),
                (peer, query, trace) -> {
                    throw new IllegalStateException("there is no other instance");
                },
                Runnable::run,
                Retention.DEFAULT,
                () -> clock,
                LocalSpend.ROWS_MAX_DEFAULT);
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "simulation");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        config.put(StreamsConfig.STATE_DIR_CONFIG, linkedTo(stores).toString());
        // The driver knows no transactions; with exactly-once it would call stores corrupted that another one left.
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.AT_LEAST_ONCE);
        driver = new TopologyTestDriver(topology.build(), config, clock);
    }

    /** The driver deletes what is in its directory when it closes, but follows no links. */
    private static Path linkedTo(Path stores) throws IOException {
        Path directory = Files.createTempDirectory(stores.getParent(), "run-");
        Path task = Files.createDirectories(directory.resolve("simulation").resolve("0_0"));
        Files.createSymbolicLink(task.resolve("rocksdb"), stores);
        return directory;
    }

    private <T extends SpecificRecord> AvroSerde<T> serde(Class<T> type) {
        return new AvroSerde<>(type, registry);
    }

    private <T extends SpecificRecord> T read(Class<T> type, String topic, byte[] bytes) {
        return serde(type).deserializer().deserialize(topic, bytes);
    }

    private static void refuse(String what) {
        throw new IllegalStateException("a definition was refused: " + what);
    }

    private void count(Tally of) {
        tally.merge("received", of.received, Long::sum);
        tally.merge("counted", of.counted, Long::sum);
        tally.merge("duplicate", of.duplicates, Long::sum);
        tally.merge("repriced", of.repriced, Long::sum);
        of.rejected().forEach((reason, records) -> tally.merge("rejected " + reason, records, Long::sum));
    }

    void publish(Delivery delivery) {
        driver.createInputTopic(TOPICS.usageEvents().name(), new ByteArraySerializer(), new ByteArraySerializer())
                .pipeInput(new TestRecord<>(
                        delivery.key(), delivery.value(), Instant.ofEpochMilli(delivery.receivedMs())));
    }

    void price(ModelPrices prices) {
        driver.createInputTopic(
                        TOPICS.prices().name(),
                        new StringSerializer(),
                        serde(ModelPrices.class).serializer())
                .pipeInput(prices.getModel(), prices);
    }

    void define(Budget budget, Instant at) {
        driver.createInputTopic(
                        TOPICS.budgets().name(),
                        new StringSerializer(),
                        serde(Budget.class).serializer())
                .pipeInput(budget.getId(), budget, at);
    }

    /** All that waits for the wall clock is done. */
    void settle() {
        driver.advanceWallClockTime(LONG_ENOUGH_TO_SETTLE);
    }

    /** Of {@code usage-rejected}, since the last call. */
    List<TestRecord<byte[], byte[]>> rejected() {
        return records(TOPICS.usageRejected().name());
    }

    /** Of {@code usage-priced}, since the last call. */
    List<PricedUsage> priced() {
        return values(PricedUsage.class, TOPICS.usagePriced().name());
    }

    /** Of {@code budget-alerts}, since the last call. */
    List<Alert> alerts() {
        return values(Alert.class, TOPICS.budgetAlerts().name());
    }

    /** Of {@code spend-rollups}, since the last call, in their order. */
    void rollups(BiConsumer<String, SpendRollup> each) {
        records(TOPICS.spendRollups().name())
                .forEach(record -> each.accept(
                        new String(record.key(), StandardCharsets.UTF_8),
                        read(SpendRollup.class, TOPICS.spendRollups().name(), record.value())));
    }

    /** Of {@code budget-status}, since the last call, in their order; null where one was taken back. */
    List<BudgetStatus> statuses() {
        return values(BudgetStatus.class, TOPICS.budgetStatus().name());
    }

    private <T extends SpecificRecord> List<T> values(Class<T> type, String topic) {
        return records(topic).stream()
                .filter(record -> record.value() != null)
                .map(record -> read(type, topic, record.value()))
                .toList();
    }

    private List<TestRecord<byte[], byte[]>> records(String topic) {
        return driver.createOutputTopic(topic, new ByteArrayDeserializer(), new ByteArrayDeserializer())
                .readRecordsToList();
    }

    /** What a query answers, in the oracle's form. */
    SpendTable spend(SpendQuestion question) {
        SpendAnswer answer = spend.spend(new SpendQuery(
                        question.from(),
                        question.to(),
                        question.zone(),
                        Granularity.ofField(question.granularity()).orElseThrow(),
                        question.groupBy(),
                        question.filters(),
                        Order.START,
                        SpendQuery.LIMIT_MAX))
                .toCompletableFuture()
                .join();
        SpendTable table = new SpendTable();
        for (SpendRow row : answer.rows()) {
            Instant start = Instant.ofEpochMilli(row.startMs());
            table.row(row.group(), start);
            measures(row.sums()).forEach((name, amount) -> table.addToRow(row.group(), start, name, amount));
        }
        measures(answer.totals()).forEach(table::addToTotals);
        return table;
    }

    private static Map<String, BigDecimal> measures(Sums sums) {
        Map<String, BigDecimal> measures = new TreeMap<>();
        for (Measure measure : Measure.values()) {
            long amount = sums.measure(measure);
            measures.put(
                    measure.restField(),
                    measure.isMoney() ? BigDecimal.valueOf(amount, 9) : BigDecimal.valueOf(amount));
        }
        sums.otherUnits().forEach((unit, amounts) -> {
            measures.put("other_units." + unit + ".quantity", BigDecimal.valueOf(amounts[0]));
            measures.put("other_units." + unit + ".cost_usd", BigDecimal.valueOf(amounts[1], 9));
        });
        return measures;
    }

    /** Stops in good order. */
    void stop() {
        try {
            driver.close();
        } catch (UncheckedIOException e) {
            throw new IllegalStateException("the stores were not closed", e);
        }
    }
}
