package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.CommitPoint;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.v1.Alert;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetThreshold;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.TemporaryIncrease;
import io.spendstream.v1.UsageEvent;
import io.spendstream.watch.CounterDump;
import io.spendstream.watch.WatchStage;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;

/**
 * Random budgets and calls against {@link BudgetOracle}: late, repeated, without a price until later; budgets made, changed
 * and deleted in the middle of periods, with what they carry over, more for a while, and how fast they are spent;
 * restarts. The same seed is the same run, and one that fails is named with its step.
 */
final class BudgetModel {

    private static final String[] FEATURES = {"chat-a", "chat-b", "search", "mail"};
    private static final String[] MODELS = {"m0", "m1", "m2"};
    private static final String[] TEAMS = {"red", "blue", null};
    private static final String[] USERS = {"u0", "u1", "u2", null};
    private static final String[] PATTERNS = {"*", "chat*", "chat-b", "s*"};
    private static final String[] MEASURES = {"COST", "COST", "TOKENS", "OUTPUT_TOKENS", "REQUESTS"};
    private static final String[] PERIODS = {"HOUR", "DAY", "WEEK", "MONTH"};
    /** New York and Berlin left summer time within the 35 days before. */
    private static final String[] ZONES = {"UTC", "America/New_York", "Europe/Berlin", "Asia/Kathmandu"};

    private static final List<List<String>> GROUPS = List.of(
            List.of(), List.of("feature"), List.of("team", "model"), List.of("user"), List.of("user", "feature"));

    private final long seed;
    private final Path state;
    private final Random random;
    private final SchemaRegistry registry = new ConfluentSchemaRegistry("mock://" + UUID.randomUUID());
    private final BudgetOracle oracle = new BudgetOracle();
    private final Map<String, BudgetOracle.Rule> rules = new TreeMap<>();
    private final List<BudgetOracle.Call> sent = new ArrayList<>();
    /** Records of the topic, for instances that start later; a budget of null is a deletion. */
    private final List<Written> topic = new ArrayList<>();

    private final Map<String, ModelPrices> prices = new TreeMap<>();
    private final List<String> told = new ArrayList<>();
    /** All that was found: the same for the same seed. */
    private final List<String> trace = new ArrayList<>();

    private Instant now = Instant.parse("2026-11-10T12:00:00Z");
    private Pipeline pipeline;

    private record Written(String id, Budget budget, Instant at) {}

    /** @param state an empty directory for the stores */
    BudgetModel(long seed, Path state) {
        this.seed = seed;
        this.state = state;
        this.random = new Random(seed);
    }

    /**
     * Plays it to the end.
     *
     * @return every counter, alert and status that was seen at the comparisons, in order
     * @throws AssertionError where counters or alerts are not the oracle's
     */
    List<String> play(int steps) {
        start();
        try {
            price("m0");
            for (int step = 0; step < steps; step++) {
                step();
                if (step % 25 == 24) {
                    compare("seed " + seed + ", step " + step);
                }
            }
            compare("seed " + seed + ", at the end");
        } finally {
            pipeline.close();
        }
        return trace;
    }

    private void step() {
        // Time goes on for counters that nothing is added to when 5 seconds are over.
        now = now.plusSeconds(5 + random.nextInt(1195));
        int kind = random.nextInt(100);
        if (kind < 70) {
            publish(call());
        } else if (kind < 78 && !sent.isEmpty()) {
            publish(sent.get(random.nextInt(sent.size())));
        } else if (kind < 90) {
            define(rules.size() < 6 ? rule("b" + random.nextInt(8)) : changed());
        } else if (kind < 92 && !rules.isEmpty()) {
            forget(any(rules.keySet().toArray(String[]::new)));
        } else if (kind < 93 && !prices.containsKey("m1")) {
            price("m1");
        } else if (kind < 97) {
            restart();
        } else {
            settle();
        }
    }

    private void settle() {
        pipeline.settle();
        oracle.settle();
    }

    private String any(String... of) {
        return of[random.nextInt(of.length)];
    }

    private BudgetOracle.Call call() {
        int kind = random.nextInt(100);
        // Some are rejected: those of the next hour, and those of more than 35 days ago.
        Duration late = kind < 3
                ? Duration.ofMinutes(-6 - random.nextInt(54))
                : kind < 60
                        ? Duration.ofSeconds(random.nextInt(600))
                        : kind < 90
                                ? Duration.ofMinutes(random.nextInt(4_000))
                                : Duration.ofHours(random.nextInt(36 * 24));
        return new BudgetOracle.Call(
                "e" + sent.size(),
                now.minus(late),
                any(FEATURES),
                any(MODELS),
                any(TEAMS),
                any(USERS),
                random.nextInt(5_000),
                random.nextInt(900));
    }

    private void publish(BudgetOracle.Call call) {
        sent.add(call);
        oracle.receive(call, now);
        pipeline.publish(
                UsageEvent.newBuilder()
                        .setId(call.id())
                        .setTime(call.time())
                        .setFeature(call.feature())
                        .setModel(call.model())
                        .setTeam(call.team())
                        .setUser(call.user())
                        .setInputTokens(call.input())
                        .setOutputTokens(call.output())
                        .build(),
                now);
    }

    private void price(String model) {
        long input = 1 + random.nextInt(9_000_000);
        long output = 1 + random.nextInt(30_000_000);
        prices.put(
                model,
                ModelPrices.newBuilder()
                        .setModel(model)
                        .setCards(List.of(RateCard.newBuilder()
                                .setEffectiveFrom(Instant.EPOCH)
                                .setRates(List.of(
                                        new Rate("input_tokens", input, ServiceTier.STANDARD, 0L),
                                        new Rate("output_tokens", output, ServiceTier.STANDARD, 0L)))
                                .build()))
                        .build());
        oracle.price(model, input, output);
        pipeline.price(prices.get(model));
        // Corrections of many cells are kept for a moment on their way to the counters.
        pipeline.settle();
        pipeline.settle();
        settle();
    }

    private BudgetOracle.Rule rule(String id) {
        String measure = any(MEASURES);
        long limit = 1
                + switch (measure) {
                    case "COST" -> random.nextInt(60_000_000);
                    case "REQUESTS" -> random.nextInt(12);
                    default -> random.nextInt(20_000);
                };
        return new BudgetOracle.Rule(
                id,
                any(PATTERNS),
                GROUPS.get(random.nextInt(GROUPS.size())),
                measure,
                limit,
                any(PERIODS),
                any(ZONES),
                thresholds(),
                random.nextInt(3) == 0 ? 1 + random.nextInt(3 * (int) limit) : 0,
                random.nextInt(4) == 0 ? limit : 0,
                now.plus(Duration.ofMinutes(random.nextInt(2_000))),
                burnRateMin(limit));
    }

    /** None, the usual one, or so much that nearly every pace is fast before it is reached. */
    private long burnRateMin(long limit) {
        return switch (random.nextInt(3)) {
            case 0 -> 0;
            case 1 -> limit / 50 + 1;
            default -> limit * (10 + random.nextInt(80)) / 100 + 1;
        };
    }

    private List<Long> thresholds() {
        TreeSet<Long> at = new TreeSet<>();
        for (int i = random.nextInt(4); i >= 0; i--) {
            at.add(50_000L * (1 + random.nextInt(30)));
        }
        return List.copyOf(at);
    }

    /** One that is in force with another limit and other thresholds, so that its counters go on. */
    private BudgetOracle.Rule changed() {
        BudgetOracle.Rule is = rules.get(any(rules.keySet().toArray(String[]::new)));
        return new BudgetOracle.Rule(
                is.id(),
                is.features(),
                is.groupBy(),
                is.measure(),
                Math.max(1, is.limit() * (20 + random.nextInt(300)) / 100),
                is.period(),
                is.zone(),
                random.nextBoolean() ? is.atPpm() : thresholds(),
                random.nextBoolean() ? is.rolloverMax() : random.nextInt(50_000_000),
                random.nextInt(3) > 0 ? is.increase() : random.nextInt(20_000_000),
                now.plus(Duration.ofMinutes(random.nextInt(2_000))),
                is.burnRateMin());
    }

    private void define(BudgetOracle.Rule rule) {
        rules.put(rule.id(), rule);
        oracle.define(rule, now);
        Budget budget = Budget.newBuilder()
                .setId(rule.id())
                .setMatch(Map.of("feature", List.of(rule.features())))
                // Of its own: budgets that count the same share their counters, and the time since when.
                .setExclude(Map.of("feature", List.of("none-" + rule.id())))
                .setGroupBy(rule.groupBy())
                .setMeasure(BudgetMeasure.valueOf(rule.measure()))
                .setLimit(rule.limit())
                .setPeriod(BudgetPeriod.valueOf(rule.period()))
                .setZone(rule.zone())
                .setRolloverMax(rule.rolloverMax() == 0 ? null : rule.rolloverMax())
                .setTemporaryIncrease(
                        rule.increase() == 0 ? null : new TemporaryIncrease(rule.increase(), rule.increaseUntil()))
                .setBurnRateMin(rule.burnRateMin())
                .setThresholds(rule.atPpm().stream()
                        .map(at -> new BudgetThreshold(at, BudgetAction.NOTIFY, null))
                        .toList())
                .build();
        topic.add(new Written(rule.id(), budget, now));
        pipeline.define(budget, now);
        pipeline.settle();
        settle();
    }

    private void forget(String id) {
        rules.remove(id);
        oracle.forget(id);
        topic.add(new Written(id, null, now));
        pipeline.forget(id);
        pipeline.settle();
        settle();
    }

    private void start() {
        BudgetBook restored = new BudgetBook();
        for (Written written : topic) {
            if (written.budget() == null) {
                restored.remove(written.id());
            } else {
                restored.put(written.budget(), written.at().toEpochMilli());
            }
        }
        // The driver numbers the records of each run from 0.
        restored.readUpTo(Long.MAX_VALUE);
        pipeline = new Pipeline(CommitPoint.Mode.BEFORE_COMMIT, registry, state, restored, now);
        prices.values().forEach(pipeline::price);
    }

    private void restart() {
        collect();
        pipeline.stop();
        start();
        oracle.restarted();
    }

    private void collect() {
        for (Alert alert : pipeline.alerts()) {
            trace.add(alert.toString());
            told.add(alert.getBudget() + "|" + new TreeMap<>(alert.getScope()) + "|"
                    + alert.getPeriodStart().toEpochMilli() + "|" + what(alert) + "|" + alert.getState());
        }
    }

    private static String what(Alert alert) {
        return switch (alert.getKind()) {
            case "budget_threshold" -> alert.getThreshold().toString();
            case "budget_burn_rate" -> "burn rate";
            case "budget_forecast" -> "forecast";
            default -> alert.getKind();
        };
    }

    private void compare(String when) {
        settle();
        collect();
        Map<String, String> budgetOfScope = new HashMap<>();
        pipeline.budgetBook.contents().budgets().forEach((id, budget) -> budgetOfScope.put(budget.scopeId(), id));
        Map<String, Long> counters = new TreeMap<>();
        CounterDump.read(pipeline.driver.getKeyValueStore(WatchStage.COUNTERS)).forEach((key, spent) -> {
            int bar = key.indexOf('|');
            counters.put(budgetOfScope.get(key.substring(0, bar)) + key.substring(bar), spent);
        });
        trace.add(counters.toString());
        pipeline.statuses().forEach((key, status) -> trace.add(key + " " + status));
        assertThat(counters).as("counters, " + when).isEqualTo(oracle.counters());
        assertThat(told).as("alerts, " + when).containsExactlyInAnyOrderElementsOf(oracle.alerts());
    }
}
