package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.acceptance.Oracle.Fate;
import io.spendstream.budget.BudgetBook;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaText;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.BudgetThreshold;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.LongStream;
import org.apache.kafka.streams.test.TestRecord;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The whole pipeline from the records of {@code usage-events} to what queries, topics, budgets and alerts say, by chance:
 * records of every kind, late and repeated, prices that come and change, budgets made in the middle, times, restarts. The
 * {@link Oracle} knows what must come of it. All of a run follows from its seed, which a failure names:
 * {@code -Dsimulation.seed=N} runs it alone, {@code -Dsimulation.seeds=N} that many others.
 */
class SimulationTest {

    private static final int SEEDS = 2;
    private static final int STEPS = 60;
    private static final int COMPARE_EVERY = 20;
    private static final int DELIVERIES_MAX = 25;
    private static final long THRESHOLD_PPM = 500_000;
    private static final int THRESHOLDS = 20;
    private static final List<String> DIMENSIONS = List.of(
            "tenant",
            "feature",
            "model",
            "provider",
            "team",
            "project",
            "environment",
            "user_tier",
            "service_tier",
            "operation");
    private static final List<String> ZONES = List.of(
            "UTC", "Asia/Kolkata", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Europe/Berlin");
    private static final List<String> GRANULARITIES = List.of("total", "15m", "hour", "day", "week", "month");

    /** What a lifetime budget counts: a dimension, and cost or requests. */
    private record Limit(String id, String dimension, boolean cost, long limit) {

        Budget budget() {
            return Budget.newBuilder()
                    .setId(id)
                    .setMeasure(cost ? BudgetMeasure.COST : BudgetMeasure.REQUESTS)
                    .setLimit(limit)
                    .setPeriod(BudgetPeriod.LIFETIME)
                    .setGroupBy(List.of(dimension))
                    .setThresholds(LongStream.rangeClosed(1, THRESHOLDS)
                            .mapToObj(i -> new BudgetThreshold(i * THRESHOLD_PPM, BudgetAction.NOTIFY, null))
                            .toList())
                    .build();
        }

        BigDecimal unit() {
            return cost ? BigDecimal.valueOf(limit, 9) : BigDecimal.valueOf(limit);
        }
    }

    @TempDir
    Path directory;

    private final ConfluentSchemaRegistry registry =
            new ConfluentSchemaRegistry("mock://" + UUID.randomUUID(), Map.of());
    private final Map<Integer, String> schemas = new HashMap<>();
    private final Oracle oracle = new Oracle(schemas);
    private final Map<String, ModelPrices> prices = new TreeMap<>();
    private final Map<String, Instant> defined = new TreeMap<>();
    private final Map<String, Limit> limits = new TreeMap<>();
    private final Map<String, Long> tally = new TreeMap<>();
    private final List<String> expectedRejects = new ArrayList<>();
    private final List<String> rejects = new ArrayList<>();
    private final Map<String, List<PricedUsage>> priced = new HashMap<>();
    private final Map<String, SpendRollup> rollups = new HashMap<>();
    private final Map<String, Long> spent = new TreeMap<>();
    private final List<String> told = new ArrayList<>();
    private Random random;
    private Instant start;
    private Instant now;
    private EventStream stream;
    private SimulatedPipeline pipeline;

    static LongStream seeds() {
        Long one = Long.getLong("simulation.seed");
        return one == null
                ? LongStream.rangeClosed(1, Integer.getInteger("simulation.seeds", SEEDS))
                : LongStream.of(one);
    }

    @ParameterizedTest(name = "seed {0}")
    @MethodSource("seeds")
    void allThatIsSaidIsWhatTheOracleSays(long seed) throws Exception {
        random = new Random(seed);
        // Any day of two years: clocks change in some zone within the 35 days before.
        start = Instant.parse("2025-01-01T00:00:00Z").plus(Duration.ofMinutes(random.nextInt(2 * 365 * 24 * 60)));
        now = start;
        int usage = register("usage-events-value", UsageEvent.getClassSchema().toString());
        int other = register("spend-rollups-value", SpendRollup.getClassSchema().toString());
        stream = new EventStream(
                "e", random.nextLong(), EventStream.Mix.WILD, start, usage, other, List.of(), () -> now.toEpochMilli());
        begin();
        SamplePrices.at(start).forEach(this::price);
        for (int step = 1; step <= STEPS; step++) {
            step();
            if (step % COMPARE_EVERY == 0) {
                compare("seed " + seed + ", step " + step);
            }
        }
        pipeline.stop();
        registry.close();
    }

    private int register(String subject, String json) {
        String plain = SchemaText.plain(new org.apache.avro.Schema.Parser().parse(json));
        int id = registry.register(subject, plain);
        schemas.put(id, plain);
        return id;
    }

    private Path stores() throws IOException {
        return Files.createDirectories(directory.resolve("stores"));
    }

    private void begin() throws IOException {
        BudgetBook book = new BudgetBook();
        limits.values()
                .forEach(limit ->
                        book.put(limit.budget(), defined.get(limit.id()).toEpochMilli()));
        // The driver numbers the records of each run from 0.
        book.readUpTo(Long.MAX_VALUE);
        pipeline = new SimulatedPipeline(registry, stores(), book, now, tally);
        prices.values().forEach(pipeline::price);
    }

    private void step() throws IOException {
        now = now.plusMillis(random.nextInt(600_000));
        int kind = random.nextInt(20);
        if (kind < 14) {
            stream.take(1 + random.nextInt(DELIVERIES_MAX)).forEach(this::publish);
        } else if (kind < 15) {
            price(SamplePrices.late());
        } else if (kind < 16) {
            price(renewed());
        } else if (kind < 17) {
            define();
        } else if (kind < 18) {
            pipeline.settle();
        } else {
            collect();
            pipeline.stop();
            begin();
        }
    }

    private void publish(Delivery delivery) {
        Fate fate = oracle.take(delivery);
        if (fate.kind() == Fate.Kind.REJECTED) {
            expectedRejects.add(reject(fate.reason(), delivery.key(), delivery.value()));
        }
        pipeline.publish(delivery);
    }

    private void price(ModelPrices model) {
        prices.put(model.getModel(), model);
        oracle.price(model);
        pipeline.price(model);
        // Events that waited for the price are looked for by the wall clock.
        pipeline.settle();
    }

    /** What is dearer, or cheaper, from now on; what came before keeps its price. */
    private ModelPrices renewed() {
        ModelPrices is = prices.get("renewed");
        List<RateCard> cards = new ArrayList<>(is.getCards());
        cards.add(RateCard.newBuilder()
                .setEffectiveFrom(now.truncatedTo(ChronoUnit.MILLIS))
                .setRates(List.of(
                        new Rate("input_tokens", 1L + random.nextInt(9_000_000), ServiceTier.STANDARD, 0L),
                        new Rate("output_tokens", 1L + random.nextInt(9_000_000), ServiceTier.STANDARD, 0L)))
                .setSource("simulation")
                .build());
        return ModelPrices.newBuilder(is).setCards(cards).build();
    }

    /** Fields that the cube knows: such a budget begins with what was spent before. */
    private void define() {
        if (limits.size() == DIMENSIONS.size()) {
            return;
        }
        String dimension = DIMENSIONS.get(limits.size());
        boolean cost = random.nextBoolean();
        long limit = cost ? 1_000_000L + random.nextInt(1_000_000_000) : 3 + random.nextInt(40);
        Limit made = new Limit("by-" + dimension, dimension, cost, limit);
        limits.put(made.id(), made);
        defined.put(made.id(), now);
        pipeline.define(made.budget(), now);
        pipeline.settle();
    }

    private void collect() {
        pipeline.settle();
        for (TestRecord<byte[], byte[]> record : pipeline.rejected()) {
            String reason =
                    new String(record.headers().lastHeader("spendstream.reason").value(), StandardCharsets.UTF_8);
            rejects.add(reject(reason, record.key(), record.value()));
        }
        pipeline.priced()
                .forEach(usage -> priced.computeIfAbsent(usage.getId(), id -> new ArrayList<>())
                        .add(usage));
        pipeline.rollups(rollups::put);
        for (BudgetStatus status : pipeline.statuses()) {
            status.getGroup().forEach((field, value) -> spent.put(status.getBudget() + " " + value, status.getSpent()));
        }
        for (Alert alert : pipeline.alerts()) {
            if (alert.getKind().equals("budget_threshold") && alert.getState() == AlertState.OPEN) {
                String dimension = limits.get(alert.getBudget()).dimension();
                told.add(alert.getBudget() + " " + alert.getScope().get(dimension) + " " + alert.getThreshold());
            }
        }
    }

    private static String reject(String reason, byte[] key, byte[] value) {
        return reason + " " + Arrays.toString(key) + " " + Arrays.hashCode(value);
    }

    private void compare(String when) {
        collect();
        assertThat(tally).as("metrics, " + when).isEqualTo(expectedTally());
        assertThat(rejects).as("usage-rejected, " + when).containsExactlyInAnyOrderElementsOf(expectedRejects);
        comparePriced(when);
        compareRollups(when);
        compareBudgets(when);
        for (SpendQuestion question : questions()) {
            assertThat(oracle.spend(question).differencesTo(pipeline.spend(question)))
                    .as(question + ", " + when + ": expected and seen")
                    .isEmpty();
        }
    }

    private Map<String, Long> expectedTally() {
        Map<String, Long> expected = new TreeMap<>();
        expected.put("received", oracle.received());
        expected.put("counted", oracle.counted());
        expected.put("duplicate", oracle.duplicates());
        expected.put("repriced", oracle.repriced());
        oracle.rejected().forEach((reason, records) -> expected.put("rejected " + reason, records));
        return expected;
    }

    private void comparePriced(String when) {
        Map<String, BigInteger> costs = new HashMap<>();
        priced.forEach((id, usages) -> {
            assertThat(usages.stream().map(PricedUsage::getCorrection))
                    .as("records of " + id + " in usage-priced, " + when)
                    .isIn(List.of(false), List.of(false, true));
            Long last = usages.get(usages.size() - 1).getCostNanoUsd();
            costs.put(id, last == null ? null : BigInteger.valueOf(last));
        });
        assertThat(costs).as("costs in usage-priced, " + when).isEqualTo(oracle.costs());
    }

    private void compareRollups(String when) {
        SpendTable sums = new SpendTable();
        for (SpendRollup rollup : rollups.values()) {
            rollup.getMeasures().forEach((measure, amount) -> add(sums, measure, amount));
            rollup.getOtherUnits().forEach((unit, total) -> {
                add(sums, "other_units." + unit + ".quantity", total.getQuantity());
                add(sums, "other_units." + unit + ".cost_nano_usd", total.getCostNanoUsd());
            });
        }
        assertThat(sums.totals())
                .as("spend-rollups, " + when)
                .isEqualTo(oracle.spend(everything()).totals());
    }

    private static void add(SpendTable sums, String measure, long amount) {
        boolean money = measure.endsWith("_nano_usd");
        sums.addToTotals(
                money ? measure.replace("_nano_usd", "_usd") : measure,
                money ? BigDecimal.valueOf(amount, 9) : BigDecimal.valueOf(amount));
    }

    private void compareBudgets(String when) {
        Map<String, Long> expected = new TreeMap<>();
        List<String> passed = new ArrayList<>();
        for (Limit limit : limits.values()) {
            oracle.spend(everything().by(limit.dimension())).rows().forEach((row, measures) -> {
                BigDecimal amount = measures.getOrDefault(limit.cost() ? "cost_usd" : "requests", BigDecimal.ZERO);
                String group = limit.id() + " " + row.get(0);
                if (amount.signum() != 0) {
                    expected.put(group, (limit.cost() ? amount.movePointRight(9) : amount).longValueExact());
                }
                for (long i = 1; i <= THRESHOLDS; i++) {
                    BigDecimal at = limit.unit().multiply(BigDecimal.valueOf(i * THRESHOLD_PPM, 6));
                    if (amount.compareTo(at) >= 0) {
                        passed.add(group + " " + i * THRESHOLD_PPM);
                    }
                }
            });
        }
        spent.values().removeIf(amount -> amount == 0);
        assertThat(spent).as("budget counters, " + when).isEqualTo(expected);
        assertThat(told).as("thresholds told, " + when).containsExactlyInAnyOrderElementsOf(passed);
    }

    private SpendQuestion everything() {
        Instant day = start.truncatedTo(ChronoUnit.DAYS);
        return SpendQuestion.between(day.minus(40, ChronoUnit.DAYS), day.plus(3, ChronoUnit.DAYS));
    }

    private List<SpendQuestion> questions() {
        List<SpendQuestion> questions = new ArrayList<>();
        questions.add(everything());
        DIMENSIONS.forEach(dimension -> questions.add(everything().by(dimension)));
        for (String zone : ZONES) {
            GRANULARITIES.forEach(granularity -> questions.add(part().every(granularity, zone)));
        }
        questions.add(everything().by("user"));
        questions.add(everything().by("tenant", "user").every("day", "UTC"));
        questions.add(part().by("tenant", "feature", "model"));
        questions.add(part().where("tenant", "acme", "default").by("feature", "team"));
        questions.add(part().where("team", "").by("team", "service_tier"));
        return questions;
    }

    /** Any quarter-hours of the time. */
    private SpendQuestion part() {
        SpendQuestion all = everything();
        long quarters = Duration.between(all.from(), all.to()).toMinutes() / 15;
        long from = random.nextLong(quarters);
        long to = from + 1 + random.nextLong(quarters - from);
        return SpendQuestion.between(
                all.from().plus(Duration.ofMinutes(15 * from)), all.from().plus(Duration.ofMinutes(15 * to)));
    }
}
