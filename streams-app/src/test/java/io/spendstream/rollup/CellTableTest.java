package io.spendstream.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.TestStores;
import io.spendstream.Usages;
import io.spendstream.combine.Blocks;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.Resolution;
import io.spendstream.usage.UsageRecord;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CellTableTest {

    private static final long QUARTER_HOUR_MS = 900_000;
    private static final long DAY_MS = 86_400_000;
    private static final int COST = Measure.COST.ordinal();

    @TempDir
    private Path directory;

    private RollupSettings settings = settings(10_000, 1_000);
    private KeyValueStore<Bytes, byte[]> cells = TestStores.inMemory(RollupStage.CELLS);
    private KeyValueStore<Bytes, byte[]> journal = TestStores.inMemory(RollupStage.JOURNAL);
    private CellTable table = restarted();
    private int overflows;

    private static RollupSettings settings(int valuesMax, int cellsInMemory) {
        return new RollupSettings(
                List.of("region"),
                Duration.ofDays(100),
                Duration.ofDays(1_000),
                valuesMax,
                Duration.ofSeconds(1),
                cellsInMemory);
    }

    private CellTable restarted() {
        table = new CellTable(0, settings, cells, journal, () -> overflows++);
        return table;
    }

    private void useDisk() {
        cells = TestStores.persistent(RollupStage.CELLS, directory);
        journal = TestStores.persistent(RollupStage.JOURNAL, directory);
        restarted();
    }

    @Test
    void tagsMayBeAppendedAndNothingElse() {
        // Given
        table.add(Blocks.of(List.of(cost("a", 0, 1)), "region"), CellFeed.NONE, QuarterFeed.NONE);
        table.settle((cell, total) -> {});

        // Then
        assertThatThrownBy(() -> withTags("zone", "region"))
                .hasMessageContaining("has the tags [region] as dimensions, and tag.dimensions is [zone, region]");
        assertThatThrownBy(() -> withTags()).hasMessageContaining("tag.dimensions is []");
        withTags("region", "zone");
    }

    private void withTags(String... tags) {
        RollupSettings changed = new RollupSettings(
                List.of(tags), Duration.ofDays(100), Duration.ofDays(1_000), 10, Duration.ofSeconds(1), 1_000);
        table = new CellTable(0, changed, cells, journal, () -> {});
    }

    @AfterEach
    void close() {
        cells.close();
        journal.close();
    }

    /** All that readers see, as text: cells of both resolutions, and users. */
    private static Map<String, String> read(CellReader reader) {
        Map<String, String> seen = new TreeMap<>();
        for (Resolution resolution : Resolution.values()) {
            reader.cells(resolution, Integer.MIN_VALUE, Integer.MAX_VALUE, null, null, (d, bucket, measures, units) -> {
                String before = seen.put(resolution + Arrays.toString(d) + bucket, text(measures, units));
                assertThat(before).as("a cell is visited once").isNull();
            });
        }
        reader.users(Integer.MIN_VALUE, Integer.MAX_VALUE, null, (tenant, user, day, measures) -> {
            String before = seen.put("user " + tenant + "/" + user + day, text(measures, Map.of()));
            assertThat(before).as("a user is visited once").isNull();
        });
        return seen;
    }

    private static String text(long[] measures, Map<String, long[]> units) {
        StringBuilder text = new StringBuilder(Arrays.toString(measures));
        new TreeMap<>(units).forEach((unit, sum) -> text.append(unit).append(Arrays.toString(sum)));
        return text.toString();
    }

    /** The naive cube. */
    private static final class Model {
        private final Map<String, long[]> measures = new HashMap<>();
        private final Map<String, Map<String, long[]>> units = new HashMap<>();

        void add(MeteredUsage usage) {
            UsageRecord event = usage.event();
            List<String> dimensions = new ArrayList<>(Arrays.asList(event.dimensions));
            dimensions.add(event.tags.get("region"));
            for (Resolution resolution : Resolution.values()) {
                add("" + resolution + dimensions + resolution.bucketOf(event.timeMs), usage, usage.otherUnits());
            }
            add("user " + event.tenant() + "/" + event.user + Math.floorDiv(event.timeMs, DAY_MS), usage, Map.of());
        }

        private void add(String key, MeteredUsage usage, Map<String, long[]> more) {
            long[] sums = measures.computeIfAbsent(key, k -> new long[Measure.COUNT]);
            for (int i = 0; i < sums.length; i++) {
                sums[i] += usage.measures()[i];
            }
            Map<String, long[]> sum = units.computeIfAbsent(key, k -> new TreeMap<>());
            more.forEach((unit, amounts) -> {
                long[] total = sum.computeIfAbsent(unit, u -> new long[2]);
                total[0] += amounts[0];
                total[1] += amounts[1];
            });
        }

        Map<String, String> all() {
            Map<String, String> all = new TreeMap<>();
            measures.forEach((key, sums) -> all.put(key, text(sums, units.get(key))));
            return all;
        }
    }

    private static MeteredUsage usage(Random random, int features, int days) {
        long time = random.nextInt(days) * DAY_MS + random.nextInt(8) * QUARTER_HOUR_MS - DAY_MS;
        String user = random.nextInt(3) == 0 ? null : "u" + random.nextInt(5);
        UsageRecord event = Usages.event("f" + random.nextInt(features), "m" + random.nextInt(2), user, time);
        event.dimension(Dimension.TENANT, "t" + random.nextInt(2));
        event.dimension(Dimension.TEAM, random.nextInt(3) == 0 ? null : random.nextBoolean() ? "" : "red");
        event.tags = random.nextBoolean() ? Map.of() : Map.of("region", "eu");
        long[] measures = new long[Measure.COUNT];
        for (int i = 0; i < 5; i++) {
            measures[random.nextInt(Measure.COUNT)] = random.nextInt(2_000) - 500;
        }
        Map<String, long[]> units = random.nextInt(4) == 0
                ? Map.of("images", new long[] {random.nextInt(9), random.nextInt(99)})
                : Map.of();
        return new MeteredUsage(event, measures, units);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void readersSeeTheExactTotalsAfterEveryStep(long seed) {
        // Given: sometimes more cells than stay in memory
        Random random = new Random(seed);
        int features = seed % 2 == 0 ? 3 : 30;
        int days = seed % 2 == 0 ? 3 : 40;
        Model model = new Model();
        Map<String, String> published = new HashMap<>();

        for (int step = 0; step < 80; step++) {
            // When
            switch (random.nextInt(6)) {
                case 0, 1, 2 -> {
                    List<MeteredUsage> usages = new ArrayList<>();
                    for (int i = 1 + random.nextInt(40); i > 0; i--) {
                        usages.add(usage(random, features, days));
                    }
                    usages.forEach(model::add);
                    table.add(Blocks.of(usages, "region"), CellFeed.NONE, QuarterFeed.NONE);
                }
                case 3, 4 -> {
                    table.settle(
                            (key, total) -> published.put(keyText(key), text(total.measures(), total.otherUnits())));
                    assertThat(TestStores.entries(journal)).isEmpty();
                    assertThat(published).isEqualTo(quarterHours(model));
                }
                default -> restarted();
            }

            // Then
            if (step % 4 == 0 || step > 75) {
                assertThat(read(table)).as("step %d", step).isEqualTo(model.all());
            }
        }
        assertThat(overflows).isZero();
    }

    private static String keyText(Bytes key) {
        CellKeys.Parts parts = new CellKeys.Parts(key);
        parts.kind();
        String tenant = parts.text();
        String feature = parts.text();
        long bucket = parts.bucket();
        return Resolution.QUARTER_HOUR
                + Arrays.toString(parts.dimensions(tenant, feature, new CellKeys.LastTexts(Dimension.COUNT + 1)))
                + bucket;
    }

    private static Map<String, String> quarterHours(Model model) {
        Map<String, String> some = new HashMap<>(model.all());
        some.keySet().removeIf(key -> !key.startsWith(Resolution.QUARTER_HOUR.name()));
        return some;
    }

    @Test
    void onlyWhatChangedIsPublishedAgain() {
        List<String> published = new ArrayList<>();
        table.add(Blocks.of(List.of(cost("a", 0, 1)), "region"), CellFeed.NONE, QuarterFeed.NONE);
        table.add(Blocks.of(List.of(cost("b", 0, 1)), "region"), CellFeed.NONE, QuarterFeed.NONE);
        table.settle((key, total) -> published.add(keyText(key)));
        assertThat(published).hasSize(2);

        published.clear();
        table.settle((key, total) -> published.add(keyText(key)));
        assertThat(published).isEmpty();
        table.add(Blocks.of(List.of(cost("b", 0, 1)), "region"), CellFeed.NONE, QuarterFeed.NONE);
        table.settle((key, total) -> published.add(keyText(key)));
        assertThat(published).singleElement().asString().contains("b");
    }

    private static MeteredUsage cost(String feature, long timeMs, long nanoUsd) {
        return Usages.costing(Usages.event(feature, "m", "ann", timeMs), nanoUsd);
    }

    private static long total(CellReader reader, Resolution resolution, long from, long to, Set<String> features) {
        long[] sum = new long[1];
        reader.cells(resolution, from, to, null, features, (d, bucket, measures, units) -> {
            assertThat(bucket).isBetween(from, to - 1);
            sum[0] += measures[COST];
        });
        return sum[0];
    }

    @Test
    void aReaderGetsTheTenantsFeaturesAndBucketsItAsksFor() {
        // Given: half in the store, half in memory
        table.add(
                Blocks.of(List.of(cost("a", -1, 1), cost("a", 0, 10), cost("a", QUARTER_HOUR_MS, 100)), "region"),
                CellFeed.NONE,
                QuarterFeed.NONE);
        table.settle((key, total) -> {});
        restarted();
        table.add(
                Blocks.of(List.of(cost("ab", 0, 1_000), cost("a", 0, 10_000)), "region"),
                CellFeed.NONE,
                QuarterFeed.NONE);

        // Then
        Set<String> a = Set.of("a", "unknown");
        assertThat(total(table, Resolution.QUARTER_HOUR, -10, 10, null)).isEqualTo(11_111);
        assertThat(total(table, Resolution.QUARTER_HOUR, -10, 10, a)).isEqualTo(10_111);
        assertThat(total(table, Resolution.QUARTER_HOUR, 0, 1, a)).isEqualTo(10_010);
        assertThat(total(table, Resolution.QUARTER_HOUR, -1, 0, a)).isEqualTo(1);
        assertThat(total(table, Resolution.QUARTER_HOUR, 1, 2, a)).isEqualTo(100);
        assertThat(total(table, Resolution.QUARTER_HOUR, 1, 1, a)).isZero();
        assertThat(total(table, Resolution.QUARTER_HOUR, 2, 1, a)).isZero();
        assertThat(total(table, Resolution.DAY, 0, 1, a)).isEqualTo(10_110);
        assertThat(total(table, Resolution.QUARTER_HOUR, -10, 10, Set.of())).isZero();
        List<String> users = new ArrayList<>();
        table.users(0, 1, Set.of("default"), (tenant, user, day, measures) -> users.add(user + measures[COST]));
        table.users(0, 1, Set.of("another"), (tenant, user, day, measures) -> users.add("none"));
        table.users(1, 0, null, (tenant, user, day, measures) -> users.add("none"));
        assertThat(users).containsExactly("ann11110");
    }

    /** A user's total lives where the hash of tenant and user says, which may be far from all cells of the tenant. */
    @Test
    void aPartitionThatHasOnlyUsersOfATenantShowsThem() {
        // Given: partitions enough that the cell and the user go to different ones
        List<byte[]> blocks = List.copyOf(
                Blocks.byPartition(1_000, List.of(cost("a", 0, 7)), "region").values());
        assertThat(blocks).hasSize(2);

        // When
        List<String> users = new ArrayList<>();
        for (byte[] block : blocks) {
            cells = TestStores.inMemory(RollupStage.CELLS);
            journal = TestStores.inMemory(RollupStage.JOURNAL);
            restarted().add(block, CellFeed.NONE, QuarterFeed.NONE);
            table.users(0, 1, null, (tenant, user, day, measures) -> users.add(user + measures[COST]));
        }

        // Then
        assertThat(users).containsExactly("ann7");
    }

    @Test
    void featuresBeyondTheLimitAreCountedTogether() {
        // Given
        settings = settings(2, 1_000);
        restarted();
        for (String feature : List.of("a", "b", "c", "d", "c")) {
            table.add(Blocks.of(List.of(cost(feature, 0, 1)), "region"), CellFeed.NONE, QuarterFeed.NONE);
        }

        // Then
        assertThat(overflows).isEqualTo(3);
        assertThat(total(table, Resolution.DAY, 0, 1, Set.of("__other__"))).isEqualTo(3);
        assertThat(total(table, Resolution.DAY, 0, 1, null)).isEqualTo(5);
        restarted();
        assertThat(total(table, Resolution.DAY, 0, 1, Set.of("__other__"))).isEqualTo(3);
        assertThat(total(table, Resolution.DAY, 0, 1, null)).isEqualTo(5);
    }

    @Test
    void blocksOfAnInstanceWithFewerOrMoreTagDimensionsAreTaken() {
        UsageRecord event = Usages.event("a", "m", null, 0);
        event.tags = Map.of("region", "eu", "app", "x");
        table.add(Blocks.of(List.of(Usages.costing(event, 1))), CellFeed.NONE, QuarterFeed.NONE);
        table.add(Blocks.of(List.of(Usages.costing(event, 10)), "region", "app"), CellFeed.NONE, QuarterFeed.NONE);
        Map<String, Long> byRegion = new HashMap<>();
        table.cells(
                Resolution.DAY,
                0,
                1,
                null,
                null,
                (d, b, measures, u) -> byRegion.put(d[Dimension.COUNT], measures[COST]));
        Map<String, Long> expected = new HashMap<>();
        expected.put(null, 1L);
        expected.put("eu", 10L);
        assertThat(byRegion).isEqualTo(expected);
    }

    @Test
    void whatIsOlderThanItIsKeptIsDeletedFromStoreAndMemory() {
        // Given
        long now = 2_000 * DAY_MS;
        table.add(
                Blocks.of(
                        List.of(
                                cost("a", now - 1_000 * DAY_MS - 1, 1),
                                cost("a", now - 1_000 * DAY_MS, 10),
                                cost("a", now - 100 * DAY_MS - 1, 100),
                                cost("a", now - 100 * DAY_MS, 1_000),
                                cost("ab", now, 10_000)),
                        "region"),
                CellFeed.NONE,
                QuarterFeed.NONE);
        table.settle((key, total) -> {});

        // When
        table.expire(now);

        // Then
        for (int i = 0; i < 2; i++) {
            assertThat(total(table, Resolution.QUARTER_HOUR, Integer.MIN_VALUE, Integer.MAX_VALUE, null))
                    .isEqualTo(11_000);
            assertThat(total(table, Resolution.DAY, Integer.MIN_VALUE, Integer.MAX_VALUE, null))
                    .isEqualTo(11_110);
            long[] users = new long[1];
            table.users(Integer.MIN_VALUE, Integer.MAX_VALUE, null, (t, u, d, measures) -> users[0] += measures[COST]);
            assertThat(users[0]).isEqualTo(11_110);
            restarted();
        }
    }

    @Test
    void whereMemoryIsFullRoomIsMadeByPartOfWhatWasNotUsedLately() {
        // Given: as many users as stay in memory
        int[] reads = new int[1];
        cells = countingReads(cells, reads);
        restarted();
        table.add(Blocks.of(users(0, 990), "region"), CellFeed.NONE, QuarterFeed.NONE);
        table.settle((key, total) -> {});

        // When there are a few more
        table.add(Blocks.of(users(990, 1_100), "region"), CellFeed.NONE, QuarterFeed.NONE);
        table.settle((key, total) -> {});

        // Then three quarters of the memory are in use, and what is not there is read again
        reads[0] = 0;
        table.add(Blocks.of(users(0, 1_100), "region"), CellFeed.NONE, QuarterFeed.NONE);
        assertThat(reads[0]).isBetween(1_100 - 750, 1_100 - 740);
        assertThat(read(table).keySet().stream().filter(key -> key.startsWith("user")))
                .hasSize(1_100);
    }

    private static List<MeteredUsage> users(int from, int to) {
        return IntStream.range(from, to)
                .mapToObj(user -> Usages.costing(Usages.event("a", "m", "user-" + user, 0), 1))
                .toList();
    }

    @SuppressWarnings("unchecked")
    private static KeyValueStore<Bytes, byte[]> countingReads(KeyValueStore<Bytes, byte[]> store, int[] reads) {
        return (KeyValueStore<Bytes, byte[]>) Proxy.newProxyInstance(
                CellTableTest.class.getClassLoader(), new Class<?>[] {KeyValueStore.class}, (proxy, method, given) -> {
                    reads[0] += method.getName().equals("get") ? 1 : 0;
                    return method.invoke(store, given);
                });
    }

    @Test
    void aSampleIsSpreadEvenly() {
        CellTable.Sample sample = new CellTable.Sample(10, 1_000);
        List<Integer> taken = IntStream.range(0, 1_000)
                .filter(i -> sample.takesNext())
                .boxed()
                .toList();
        assertThat(taken).containsExactly(99, 199, 299, 399, 499, 599, 699, 799, 899, 999);
        CellTable.Sample all = new CellTable.Sample(7, 5);
        assertThat(IntStream.range(0, 5).filter(i -> all.takesNext())).hasSize(5);
        CellTable.Sample none = new CellTable.Sample(-3, 5);
        assertThat(IntStream.range(0, 5).filter(i -> none.takesNext())).isEmpty();
    }

    /** Everything leaves memory between two settlings, so that readers go from one place to the other all the time. */
    @Test
    void aReaderOnAnotherThreadNeverSeesATotalThatIsShortOrDouble() throws Exception {
        // Given: more cells than stay in memory, all of them known from the start
        useDisk();
        int features = 400;
        List<MeteredUsage> all = new ArrayList<>();
        for (int f = 0; f < features; f++) {
            for (int q = 0; q < 3; q++) {
                all.add(cost("f" + f, q * QUARTER_HOUR_MS, 1));
            }
        }
        table.add(Blocks.of(all, "region"), CellFeed.NONE, QuarterFeed.NONE);
        CellTable read = table;
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        BooleanSupplier goOn = () -> !done.get() && failure.get() == null;

        // Each block adds 1 to every cell, so a feature's three are equal at any time, and never fall.
        Thread reader = new Thread(() -> {
            try {
                long[] before = new long[features];
                Random random = new Random(1);
                while (goOn.getAsBoolean()) {
                    int f = random.nextInt(features);
                    List<Long> costs = new ArrayList<>();
                    read.cells(
                            Resolution.QUARTER_HOUR,
                            0,
                            10,
                            null,
                            Set.of("f" + f),
                            (d, bucket, measures, units) -> costs.add(measures[COST]));
                    assertThat(costs).hasSize(3);
                    assertThat(costs).allMatch(cost -> cost >= before[f]);
                    before[f] = costs.stream().mapToLong(Long::longValue).min().orElseThrow();
                    long day = total(read, Resolution.DAY, 0, 1, Set.of("f" + f));
                    assertThat(day).isGreaterThanOrEqualTo(3 * before[f]).isEqualTo(day / 3 * 3);
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        reader.start();

        // When
        Random random = new Random(2);
        int blocks = 1;
        for (int step = 0; step < 40 && goOn.getAsBoolean(); step++) {
            table.add(Blocks.of(all, "region"), CellFeed.NONE, QuarterFeed.NONE);
            blocks++;
            if (random.nextInt(3) > 0) {
                table.settle((key, total) -> {});
            }
        }
        done.set(true);
        reader.join();

        // Then
        if (failure.get() != null) {
            throw new AssertionError("the reader saw a wrong total", failure.get());
        }
        assertThat(total(table, Resolution.DAY, 0, 1, null)).isEqualTo(3L * features * blocks);
        assertThat(total(restarted(), Resolution.QUARTER_HOUR, 0, 10, null)).isEqualTo(3L * features * blocks);
    }

    @Test
    void totalsThatAreOnlySettledDoNotChangeForAReader() throws Exception {
        // Given
        useDisk();
        int features = 1_100;
        CellTable read = table;
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<Throwable> failure = new AtomicReference<>();
        long expected = features;
        List<MeteredUsage> all = new ArrayList<>();
        for (int f = 0; f < features; f++) {
            all.add(cost("f" + f, 0, 1));
        }
        table.add(Blocks.of(all, "region"), CellFeed.NONE, QuarterFeed.NONE);
        Thread reader = new Thread(() -> {
            try {
                while (!done.get()) {
                    assertThat(total(read, Resolution.DAY, 0, 1, null)).isEqualTo(expected);
                }
            } catch (Throwable e) {
                failure.set(e);
            }
        });
        reader.start();

        // When: a delta of nothing brings each cell back to memory, settling lets it go again
        List<MeteredUsage> nothing =
                all.stream().map(u -> Usages.costing(u.event(), 0)).toList();
        for (int step = 0; step < 10 && failure.get() == null; step++) {
            table.settle((key, total) -> {});
            table.add(Blocks.of(nothing, "region"), CellFeed.NONE, QuarterFeed.NONE);
        }
        done.set(true);
        reader.join();

        // Then
        if (failure.get() != null) {
            throw new AssertionError("the reader saw a wrong total", failure.get());
        }
    }
}
