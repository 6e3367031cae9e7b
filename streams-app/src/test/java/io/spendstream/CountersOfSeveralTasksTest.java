package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.alert.AlertNotes;
import io.spendstream.budget.BudgetBook;
import io.spendstream.combine.Blocks;
import io.spendstream.combine.CommitPoint;
import io.spendstream.combine.CommitPoints;
import io.spendstream.rollup.QuarterFeed;
import io.spendstream.rollup.RollupSettings;
import io.spendstream.rollup.RollupStage;
import io.spendstream.rollup.Shards;
import io.spendstream.scope.ScopeCells;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetThreshold;
import io.spendstream.watch.CounterDump;
import io.spendstream.watch.WatchSettings;
import io.spendstream.watch.WatchStage;
import java.io.File;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Several tasks of the cube feed several tasks of counters, each of which learns of definitions in its own time, stops
 * and starts again, while blocks wait on their way: what comes of it is what one list of all calls says. The driver of
 * topologies has one task only. The same seed is the same run.
 */
class CountersOfSeveralTasksTest {

    private static final int CUBES = 3;
    private static final int WATCHES = 2;
    private static final int STEPS = 600;
    private static final int FEATURES = 9;
    private static final long NOON_MS = Usages.MIDNIGHT_MS + 43_200_000;
    private static final String OVERFLOW = "|[__other__]";
    private static final List<List<String>> GROUPS = List.of(List.of(), List.of("feature"), List.of("model"));

    private record Call(int feature, String model, long cost) {}

    /** A definition; a budget of null is a deletion. */
    private record Written(String id, Budget budget) {}

    private final List<Written> topic = new ArrayList<>();
    private final List<Call> calls = new ArrayList<>();
    private final List<Cube> cubes = new ArrayList<>();
    private final List<Watch> watches = new ArrayList<>();
    private Random random;
    private int groupsMax = WatchSettings.DEFAULT.groupsMax();

    /** What every task has: a book that has read so much of the topic. */
    private class Task {
        final BudgetBook book = new BudgetBook();
        final int partition;
        MockProcessorContext<Object, Object> context;
        private int read;

        private long clockMs = NOON_MS;

        Task(int partition) {
            this.partition = partition;
        }

        void readOn() {
            if (read < topic.size()) {
                Written written = topic.get(read++);
                if (written.budget() == null) {
                    book.remove(written.id());
                } else {
                    assertThat(book.put(written.budget(), NOON_MS)).isEmpty();
                }
                book.readUpTo(read);
            }
        }

        boolean hasReadAll() {
            return read == topic.size();
        }

        void newContext(String commitPoint) {
            Properties config = new Properties();
            config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
            config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
            context = new MockProcessorContext<>(config, new TaskId(0, partition), new File("none"));
            context.setCurrentStreamTimeMs(NOON_MS);
            context.setCurrentSystemTimeMs(NOON_MS);
            context.addStateStore(new CommitPoints(commitPoint, CommitPoint.Mode.EVERY_RECORD, tally -> {}).build());
        }

        /** So much later than the time before that counters are written down. */
        void punctuate() {
            clockMs += 5_000;
            context.scheduledPunctuators()
                    .forEach(punctuator -> punctuator.getPunctuator().punctuate(clockMs));
        }
    }

    private final class Cube extends Task {
        private final KeyValueStore<Bytes, byte[]> cells = TestStores.inMemory(RollupStage.CELLS);
        private final KeyValueStore<Bytes, byte[]> journal = TestStores.inMemory(RollupStage.JOURNAL);
        private final KeyValueStore<Bytes, byte[]> marks = TestStores.inMemory(ScopeCells.MARKS);
        /** Blocks that have not arrived, by destination. */
        private final Map<Integer, Deque<byte[]>> underWay = new HashMap<>();

        private RollupStage stage;

        Cube(int partition) {
            super(partition);
            start();
        }

        void start() {
            newContext(RollupStage.COMMIT_POINT);
            context.addStateStore(cells);
            context.addStateStore(journal);
            context.addStateStore(marks);
            stage = new RollupStage(
                    RollupSettings.DEFAULT,
                    new RollupStage.Ways("rollups", "fed", "closed"),
                    new ScopeCells(book, WATCHES, RollupSettings.DEFAULT),
                    QuarterFeed.NONE,
                    new Shards(),
                    () -> {});
            stage.init(context);
        }

        void spend(Call call) {
            stage.process(new Record<>(
                    partition,
                    Blocks.of(List.of(Usages.costing(
                            Usages.event("feature-" + call.feature(), call.model(), "u", NOON_MS), call.cost()))),
                    NOON_MS));
            send();
        }

        void look() {
            punctuate();
            send();
        }

        private void send() {
            context.forwarded("fed")
                    .forEach(forwarded -> underWay.computeIfAbsent(
                                    (Integer) forwarded.record().key(), p -> new ArrayDeque<>())
                            .add((byte[]) forwarded.record().value()));
            context.resetForwards();
        }
    }

    private final class Watch extends Task {
        private final KeyValueStore<Bytes, byte[]> counters = TestStores.inMemory(WatchStage.COUNTERS);
        private final KeyValueStore<Bytes, byte[]> journal = TestStores.inMemory(WatchStage.JOURNAL);
        private final Map<String, Alert> alerts = new TreeMap<>();
        private WatchStage stage;

        Watch(int partition) {
            super(partition);
            start();
        }

        void start() {
            newContext(WatchStage.COMMIT_POINT);
            context.addStateStore(counters);
            context.addStateStore(journal);
            WatchSettings settings = WatchSettings.DEFAULT;
            stage = new WatchStage(
                    new WatchSettings(settings.publishEvery(), groupsMax, settings.kept()),
                    new WatchStage.Ways("alerts", "statuses"),
                    book,
                    new AlertNotes());
            stage.init(context);
        }

        boolean receiveFrom(Cube cube) {
            byte[] block =
                    cube.underWay.getOrDefault(partition, new ArrayDeque<>()).poll();
            if (block != null) {
                stage.process(new Record<>(partition, block, NOON_MS));
                collect();
            }
            return block != null;
        }

        void settle() {
            punctuate();
            collect();
        }

        /** Opened once before it is resolved, resolved once before it is opened again. */
        private void collect() {
            context.forwarded("alerts").forEach(forwarded -> {
                Alert alert = (Alert) forwarded.record().value();
                Alert before = alerts.put(alert.getId(), alert);
                boolean wasOpen = before != null && before.getState() == AlertState.OPEN;
                assertThat(alert.getState()).isEqualTo(wasOpen ? AlertState.RESOLVED : AlertState.OPEN);
            });
            context.resetForwards();
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void countersAndAlertsAreThoseOfOneListOfAllCalls(long seed) {
        // When
        run(seed);

        // Then
        List<String> open = new ArrayList<>();
        for (Watch watch : watches) {
            watch.alerts.values().stream()
                    .filter(alert -> alert.getState() == AlertState.OPEN)
                    .forEach(alert ->
                            open.add(alert.getBudget() + "|" + alert.getScope().values() + "|" + alert.getThreshold()));
        }
        Map<String, Long> expected = new TreeMap<>();
        List<String> passed = new ArrayList<>();
        budgets().values().forEach(budget -> expect(budget, expected, passed));
        assertThat(counted()).as("counters, seed " + seed).isEqualTo(expected);
        assertThat(open).as("alerts, seed " + seed).containsExactlyInAnyOrderElementsOf(passed);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void groupsPastTheLimitShareACounterAndAllComeToWhatWasSpent(long seed) {
        // Given
        groupsMax = 2;

        // When
        run(seed);

        // Then
        Map<String, Long> counted = counted();
        Map<String, Long> expected = new TreeMap<>();
        budgets().values().forEach(budget -> expect(budget, expected, new ArrayList<>()));
        assertThat(sums(counted)).as("in all, seed " + seed).isEqualTo(sums(expected));
        Map<String, Long> groups = new TreeMap<>(counted);
        groups.keySet().removeIf(key -> key.endsWith(OVERFLOW));
        assertThat(groups).as("groups by themselves").hasSizeLessThan(expected.size());
        groups.forEach((key, spent) -> assertThat(spent).isBetween(1L, expected.get(key)));
        budgets()
                .keySet()
                .forEach(id -> assertThat(groups.keySet().stream().filter(key -> key.startsWith(id + "|")))
                        .hasSizeLessThanOrEqualTo(groupsMax));
    }

    private void run(long seed) {
        random = new Random(seed);
        for (int i = 0; i < CUBES; i++) {
            cubes.add(new Cube(i));
        }
        for (int i = 0; i < WATCHES; i++) {
            watches.add(new Watch(i));
        }
        for (int step = 0; step < STEPS; step++) {
            step();
        }
        comeToRest();
    }

    /** Those that are defined in the end. */
    private Map<String, Budget> budgets() {
        Map<String, Budget> budgets = new TreeMap<>();
        topic.forEach(written -> budgets.put(written.id(), written.budget()));
        budgets.values().removeIf(budget -> budget == null);
        return budgets;
    }

    /** What all tasks have counted, by budget and group. */
    private Map<String, Long> counted() {
        Map<String, String> idOfScope = new HashMap<>();
        watches.get(0).book.contents().budgets().forEach((id, budget) -> idOfScope.put(budget.scopeId(), id));
        Map<String, Long> counted = new TreeMap<>();
        for (Watch watch : watches) {
            CounterDump.read(watch.counters)
                    .forEach((key, spent) -> counted.merge(
                            idOfScope.get(key.substring(0, key.indexOf('|'))) + key.substring(key.lastIndexOf('|')),
                            spent,
                            Long::sum));
        }
        return counted;
    }

    private static Map<String, Long> sums(Map<String, Long> counters) {
        Map<String, Long> sums = new TreeMap<>();
        counters.forEach((key, spent) -> sums.merge(key.substring(0, key.indexOf('|')), spent, Long::sum));
        return sums;
    }

    private void step() {
        int kind = random.nextInt(100);
        Cube cube = cubes.get(random.nextInt(CUBES));
        Watch watch = watches.get(random.nextInt(WATCHES));
        if (kind < 40) {
            Call call = new Call(random.nextInt(FEATURES), "m" + random.nextInt(3), 1 + random.nextInt(100));
            calls.add(call);
            cubes.get(call.feature() % CUBES).spend(call);
        } else if (kind < 65) {
            watch.receiveFrom(cube);
        } else if (kind < 80) {
            (random.nextBoolean() ? cube : watch).readOn();
        } else if (kind < 86) {
            topic.add(written());
        } else if (kind < 90) {
            cube.look();
        } else if (kind < 94) {
            watch.settle();
        } else if (kind < 97) {
            cube.start();
        } else {
            watch.start();
        }
    }

    private Written written() {
        String id = "b" + random.nextInt(5);
        if (random.nextInt(3) == 0) {
            return new Written(id, null);
        }
        return new Written(
                id,
                Budget.newBuilder()
                        .setId(id)
                        // Of its own: budgets that count the same share their counters.
                        .setExclude(Map.of("feature", List.of("none-" + id)))
                        .setGroupBy(GROUPS.get(random.nextInt(GROUPS.size())))
                        .setPeriod(BudgetPeriod.DAY)
                        .setLimit(1_000L + random.nextInt(6_000))
                        .setBurnRateMin(1_000_000_000L)
                        .setThresholds(List.of(
                                new BudgetThreshold(500_000L, BudgetAction.NOTIFY, null),
                                new BudgetThreshold(1_000_000L, BudgetAction.DENY, null)))
                        .build());
    }

    private void comeToRest() {
        List<Task> tasks = new ArrayList<>(cubes);
        tasks.addAll(watches);
        for (Task task : tasks) {
            while (!task.hasReadAll()) {
                task.readOn();
            }
        }
        cubes.forEach(Cube::look);
        for (Watch watch : watches) {
            for (Cube cube : cubes) {
                while (watch.receiveFrom(cube)) {
                    // Until nothing is under way.
                }
            }
            watch.settle();
        }
    }

    private void expect(Budget budget, Map<String, Long> counters, List<String> passed) {
        Map<List<String>, Long> sums = new HashMap<>();
        for (Call call : calls) {
            List<String> group = budget.getGroupBy().stream()
                    .map(field -> field.equals("model") ? call.model() : "feature-" + call.feature())
                    .toList();
            sums.merge(group, call.cost(), Long::sum);
        }
        sums.forEach((group, sum) -> {
            counters.put(budget.getId() + "|" + group, sum);
            for (BudgetThreshold threshold : budget.getThresholds()) {
                if (sum * 1_000_000 >= budget.getLimit() * threshold.getAtPpm()) {
                    passed.add(budget.getId() + "|" + group + "|" + threshold.getAtPpm());
                }
            }
        });
    }
}
