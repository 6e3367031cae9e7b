package io.spendstream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.TestStores;
import io.spendstream.Usages;
import io.spendstream.anomaly.Figure;
import io.spendstream.combine.CombineStage;
import io.spendstream.combine.CommitsWhenTold;
import io.spendstream.combine.Delta;
import io.spendstream.combine.DeltaBlock;
import io.spendstream.rollup.CellReader;
import io.spendstream.rollup.CellVisitor;
import io.spendstream.rollup.UserVisitor;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Resolution;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.processor.TaskId;
import org.apache.kafka.streams.processor.api.MockProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is sent of closed quarter-hours: the same, however the records of several sources reach the cube. */
class QuarterClosesTest {

    private static final int SOURCES = 3;
    private static final long QUARTER_HOUR_MS = Resolution.QUARTER_HOUR.sizeMs();
    private static final long FIRST_QUARTER = Usages.MIDNIGHT_MS / QUARTER_HOUR_MS;

    @TempDir
    private Path directory;

    /** Cells in memory, by quarter-hour and dimensions. */
    private static final class Cells implements CellReader {
        final Map<Long, Map<List<String>, Delta>> quarters = new TreeMap<>();

        void add(String[] dimensions, long quarterHour, Delta delta) {
            quarters.computeIfAbsent(quarterHour, q -> new HashMap<>())
                    .computeIfAbsent(Arrays.asList(dimensions), d -> new Delta())
                    .add(delta);
        }

        @Override
        public int partition() {
            return 0;
        }

        @Override
        public void cells(
                Resolution resolution,
                long fromBucket,
                long toBucket,
                Set<String> tenants,
                Set<String> features,
                CellVisitor visitor) {
            quarters.forEach((quarter, cells) -> {
                long bucket = resolution == Resolution.DAY ? Math.floorDiv(quarter, 96) : quarter;
                if (bucket >= fromBucket && bucket < toBucket) {
                    cells.forEach((dimensions, sum) ->
                            visitor.cell(dimensions.toArray(String[]::new), bucket, sum.measures(), Map.of()));
                }
            });
        }

        @Override
        public void users(long fromDay, long toDay, Set<String> tenants, UserVisitor visitor) {}
    }

    /** One task of the cube: cells, and what is sent when quarter-hours are closed. */
    private static final class Cube {
        final Cells cells = new Cells();
        final KeyValueStore<Bytes, byte[]> store = TestStores.inMemory(QuarterCloses.STORE);
        final TreeMap<String, Long> sent = new TreeMap<>();
        final QuarterCloses closes = new QuarterCloses(1, SOURCES);
        long open = Long.MIN_VALUE;

        Cube() {
            restart();
        }

        void restart() {
            MockProcessorContext<Object, Object> context = new MockProcessorContext<>();
            context.addStateStore(store);
            closes.start(context, cells);
        }

        void commit(byte[] block) {
            DeltaBlock.read(block, new DeltaBlock.Reader() {
                @Override
                public void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {
                    cells.add(dimensions, quarterHour, delta);
                    closes.cell(dimensions, quarterHour, cameIn, delta);
                }

                @Override
                public void user(String tenant, byte[] user, long day, Delta delta) {}

                @Override
                public void clock(DeltaBlock.Clock clock) {
                    closes.clock(clock);
                }
            });
            drain();
        }

        void drain() {
            long before;
            do {
                before = open;
                closes.drain((partition, sentBlock) -> CloseBlock.read(sentBlock, new Sent()));
            } while (open > before);
        }

        private final class Sent implements CloseBlock.Reader {
            @Override
            public void amounts(int source, long cameIn, long quarterHour, Combination of, long[] figures) {
                assertThat(cameIn).isGreaterThanOrEqualTo(quarterHour);
                assertThat(cameIn).as("not of what was closed before").isGreaterThanOrEqualTo(open);
                String key = (cameIn - FIRST_QUARTER) + " " + (quarterHour - FIRST_QUARTER) + " " + of;
                assertThat(sent.put(key, figures[Figure.COST.ordinal()]))
                        .as(key)
                        .isNull();
            }

            @Override
            public void users(int source, String tenant, long day, long costOfAll) {}

            @Override
            public void user(int source, String tenant, String user, long cost) {}

            @Override
            public void outlier(long cameIn, Combination of, Outlier outlier) {}

            @Override
            public void closed(int source, long before) {
                open = before;
            }
        }
    }

    /** The blocks that one source sends for its events, with a commit after some. */
    private Deque<byte[]> blocks(int source, List<MeteredUsage> events, Random commits) {
        Properties config = new Properties();
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, "test");
        config.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, "none:1");
        MockProcessorContext<Integer, byte[]> context =
                new MockProcessorContext<>(config, new TaskId(0, source), directory.toFile());
        CommitsWhenTold commit = new CommitsWhenTold();
        KeyValueStore<Bytes, byte[]> clock = TestStores.inMemory(CombineStage.CLOCK);
        context.addStateStore(commit);
        context.addStateStore(clock);
        CombineStage stage = new CombineStage(1, List.of());
        stage.init(context);
        Deque<byte[]> blocks = new ArrayDeque<>();
        for (MeteredUsage event : events) {
            stage.process(new Record<>(new byte[0], event, event.event().timeMs));
            if (commits.nextInt(5) == 0) {
                commit.commit();
                take(context, blocks);
            }
            if (commits.nextInt(40) == 0) {
                // A restart between commits: the store is all that is left.
                commit.commit();
                take(context, blocks);
                commit.abort();
                stage = new CombineStage(1, List.of());
                stage.init(context);
            }
        }
        commit.commit();
        take(context, blocks);
        return blocks;
    }

    private static void take(MockProcessorContext<Integer, byte[]> context, Deque<byte[]> blocks) {
        context.forwarded().forEach(sent -> blocks.add((byte[]) sent.record().value()));
        context.resetForwards();
    }

    /** A day of events that come roughly in order, some of them late by minutes, some by many hours. */
    private static List<MeteredUsage> events(Random random) {
        List<MeteredUsage> events = new ArrayList<>();
        long at = Usages.MIDNIGHT_MS + random.nextInt(3_600_000);
        while (at < Usages.MIDNIGHT_MS + 86_400_000) {
            at += random.nextInt(400_000);
            long late = random.nextInt(10) == 0 ? random.nextInt(20_000_000) : random.nextInt(500_000);
            events.add(Usages.costing(
                    Usages.event("f" + random.nextInt(3), "m" + random.nextInt(2), null, at - late),
                    1 + random.nextInt(1_000)));
        }
        events.add(Usages.costing(Usages.event("end", "m", null, Usages.MIDNIGHT_MS + 2 * 86_400_000L), 1));
        return events;
    }

    private Cube run(long events, long commits, Random order) {
        List<Deque<byte[]>> sources = new ArrayList<>();
        for (int source = 0; source < SOURCES; source++) {
            sources.add(blocks(source, events(new Random(events * 31 + source)), new Random(commits + source)));
        }
        Cube cube = new Cube();
        while (sources.stream().anyMatch(blocks -> !blocks.isEmpty())) {
            Deque<byte[]> blocks = sources.get(order.nextInt(SOURCES));
            if (!blocks.isEmpty()) {
                cube.commit(blocks.poll());
                if (order.nextInt(20) == 0) {
                    cube.restart();
                }
            }
        }
        return cube;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void theSameRecordsGiveTheSameCloses(long seed) {
        // Given: sources that go together, and sources of which one is read after the other
        Cube together = run(seed, 7, new Random(seed));
        Cube apart = run(seed, 99, new Random() {
            private int calls;

            @Override
            public int nextInt(int bound) {
                return bound == SOURCES ? calls++ / 2_000 % SOURCES : 1;
            }
        });

        // Then
        assertThat(together.sent.size()).isGreaterThan(300);
        assertThat(together.sent.keySet()).anyMatch(key -> !key.split(" ")[0].equals(key.split(" ")[1]));
        assertThat(apart.sent).isEqualTo(together.sent);
        assertThat(apart.open).isEqualTo(together.open);
        assertThat(together.sent.values().stream().mapToLong(Long::longValue).sum())
                .isEqualTo(together.cells.quarters.entrySet().stream()
                        .filter(cells -> cells.getKey() < together.open)
                        .flatMap(cells -> cells.getValue().values().stream())
                        .mapToLong(sum -> sum.measures()[Measure.COST.ordinal()])
                        .sum());
    }

    @Test
    void aLongTimeWithMuchInItTakesSeveralCommits() {
        // Given half a day of which each quarter-hour has thousands of cells
        int combinations = 2_000;
        int quarters = 48;
        Cube cube = new Cube();
        for (int quarter = 0; quarter < quarters; quarter++) {
            for (int i = 0; i < combinations; i++) {
                String[] dimensions = new String[Dimension.values().length];
                dimensions[Dimension.TENANT.ordinal()] = "acme";
                dimensions[Dimension.FEATURE.ordinal()] = "f" + i;
                dimensions[Dimension.MODEL.ordinal()] = "m";
                long[] measures = new long[Measure.COUNT];
                measures[Measure.COST.ordinal()] = 1;
                cube.cells.add(dimensions, FIRST_QUARTER + quarter, Delta.of(measures, Map.of()));
            }
        }
        for (int source = 0; source < SOURCES; source++) {
            cube.closes.clock(new DeltaBlock.Clock(source, FIRST_QUARTER + quarters, false));
        }

        // When
        int commits = 0;
        while (cube.open < FIRST_QUARTER + quarters) {
            int before = cube.sent.size();
            cube.closes.drain((partition, block) -> CloseBlock.read(block, cube.new Sent()));
            commits++;

            // Then
            assertThat(cube.sent.size() - before)
                    .as("amounts sent before a commit")
                    .isLessThanOrEqualTo(2 * QuarterCloses.AMOUNTS_AT_ONCE);
        }
        assertThat(cube.sent).hasSize(quarters * combinations);
        assertThat(commits).isGreaterThan(2);
    }

    @Test
    void nothingIsClosedBeforeAllSourcesAreKnown() {
        // Given
        Cube cube = new Cube();
        Deque<byte[]> first = blocks(0, events(new Random(1)), new Random(1));

        // When
        while (!first.isEmpty()) {
            cube.commit(first.poll());
        }

        // Then
        assertThat(cube.sent).isEmpty();
    }
}
