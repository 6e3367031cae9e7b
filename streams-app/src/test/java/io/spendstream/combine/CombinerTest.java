package io.spendstream.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.Usages;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.UsageRecord;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CombinerTest {

    private static final long QUARTER_HOUR_MS = 900_000;
    private static final long DAY_MS = 86_400_000;

    private final Map<String, String> sums = new TreeMap<>();
    private final List<Integer> partitions = new ArrayList<>();

    /** Reads the sums of all blocks, and holds each against the partition it came for. */
    private void drain(Combiner combiner, Destinations destinations) {
        sums.clear();
        partitions.clear();
        combiner.drain(null, (partition, block) -> {
            partitions.add(partition);
            DeltaBlock.read(block, new DeltaBlock.Reader() {
                @Override
                public void cell(String[] d, long quarterHour, long cameIn, Delta delta) {
                    assertThat(partition).isEqualTo(destinations.of(d[0], d[1]));
                    put("cell " + Arrays.toString(d) + "@" + quarterHour, delta);
                }

                @Override
                public void user(String tenant, byte[] utf8, long day, Delta delta) {
                    String user = new String(utf8, StandardCharsets.UTF_8);
                    assertThat(partition)
                            .isEqualTo(destinations.of(tenant, user.equals(DeltaBlock.NO_USER) ? "" : user));
                    put("user " + tenant + "/" + user + "@" + day, delta);
                }
            });
        });
    }

    private void put(String key, Delta delta) {
        String before = sums.put(key, text(delta));
        assertThat(before).as(key + " stands once in all blocks").isNull();
    }

    private static String text(Delta delta) {
        StringBuilder units = new StringBuilder();
        delta.otherUnits().forEach((unit, sum) -> units.append(unit).append(Arrays.toString(sum)));
        return Arrays.toString(delta.measures()) + units;
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void theBlocksHoldTheSumsOfAllEventsWhereverTheyGo(long seed) {
        // Given
        Random random = new Random(seed);
        Destinations destinations = new Destinations(1 + random.nextInt(12));
        List<String> tags = random.nextBoolean() ? List.of() : List.of("region", "app");
        Combiner combiner = new Combiner(destinations, tags, 1 + random.nextInt(5_000));

        for (int round = 0; round < 4; round++) {
            Map<String, Delta> expected = new HashMap<>();
            for (int i = random.nextInt(400); i > 0; i--) {
                MeteredUsage usage = usage(random);

                // When
                combiner.add(usage, DeltaBlock.IN_TIME);

                addTo(expected, usage, tags);
            }
            drain(combiner, destinations);

            // Then
            Map<String, String> texts = new TreeMap<>();
            expected.forEach((key, delta) -> texts.put(key, text(delta)));
            assertThat(sums).isEqualTo(texts);
        }
    }

    private static MeteredUsage usage(Random random) {
        long time = (random.nextInt(4) - 2) * DAY_MS + random.nextInt((int) (2 * DAY_MS));
        String user = random.nextInt(3) == 0 ? null : "user" + random.nextInt(20);
        UsageRecord event = Usages.event("f" + random.nextInt(10), "m" + random.nextInt(3), user, time);
        event.dimension(Dimension.TENANT, "t" + random.nextInt(3));
        event.dimension(Dimension.TEAM, random.nextBoolean() ? null : "");
        event.tags = random.nextBoolean() ? Map.of() : Map.of("region", "r" + random.nextInt(2), "other", "x");
        long[] measures = new long[Measure.COUNT];
        Arrays.setAll(measures, m -> random.nextInt(2_000) - 1_000);
        Map<String, long[]> units = random.nextInt(4) == 0
                ? Map.of("images", new long[] {random.nextInt(9), random.nextInt(99)})
                : Map.of();
        return new MeteredUsage(event, measures, units);
    }

    private static void addTo(Map<String, Delta> expected, MeteredUsage usage, List<String> tags) {
        UsageRecord event = usage.event();
        List<String> dimensions = new ArrayList<>(Arrays.asList(event.dimensions));
        tags.forEach(tag -> dimensions.add(event.tags.get(tag)));
        expected.computeIfAbsent(
                        "cell " + dimensions + "@" + Math.floorDiv(event.timeMs, QUARTER_HOUR_MS), k -> new Delta())
                .add(Delta.of(usage.measures(), usage.otherUnits()));
        String user = event.user == null ? DeltaBlock.NO_USER : event.user;
        expected.computeIfAbsent(
                        "user " + event.tenant() + "/" + user + "@" + Math.floorDiv(event.timeMs, DAY_MS),
                        k -> new Delta())
                .add(Delta.of(usage.measures(), Map.of()));
    }

    @Test
    void oneBlockIsSentPerDestinationHoweverManyEventsThereWere() {
        // Given
        Destinations destinations = new Destinations(3);
        Combiner combiner = new Combiner(destinations, List.of(), 400_000);
        for (int i = 0; i < 3_000; i++) {
            combiner.add(
                    Usages.costing(Usages.event("f" + i % 50, "m", "u" + i % 70, Usages.MIDNIGHT_MS), 1),
                    DeltaBlock.IN_TIME);
        }

        // When
        drain(combiner, destinations);

        // Then
        assertThat(partitions).containsExactly(0, 1, 2);
        drain(combiner, destinations);
        assertThat(partitions).as("nothing is left").isEmpty();
    }

    @Test
    void manyUsersOfManyTenantsAreSummedApart() {
        // Given
        Destinations destinations = new Destinations(2);
        Combiner combiner = new Combiner(destinations, List.of(), 400_000);
        int users = 5_000;

        // When
        for (int i = 0; i < 3 * users; i++) {
            UsageRecord event = Usages.event("f", "m", "u" + i % users, Usages.MIDNIGHT_MS);
            event.dimension(Dimension.TENANT, i % users % 2 == 0 ? "even" : "odd");
            combiner.add(Usages.costing(event, 1 + i % users), DeltaBlock.IN_TIME);
        }
        drain(combiner, destinations);

        // Then
        for (int i = 0; i < users; i++) {
            String key = "user " + (i % 2 == 0 ? "even" : "odd") + "/u" + i + "@" + Usages.MIDNIGHT_MS / DAY_MS;
            assertThat(sums.get(key)).contains(" " + 3 * (1 + i) + ",");
        }
        assertThat(sums).hasSize(users + 2);
    }

    /** Names of units are the sender's: a sum must not grow with them without end, nor lose an amount. */
    @Test
    void unitsBeyondTheLimitAreSummedTogether() {
        // Given
        Delta sum = new Delta();
        int names = Delta.UNITS_MAX + 1_000;

        // When
        for (int i = 0; i < 2 * names; i++) {
            sum.add(Delta.of(new long[Measure.COUNT], Map.of("unit-" + i % names, new long[] {1, 10})));
        }

        // Then
        assertThat(sum.otherUnits()).hasSize(Delta.UNITS_MAX + 1);
        assertThat(sum.otherUnits().get("unit-0")).containsExactly(2, 20);
        assertThat(sum.otherUnits().get(Delta.OTHER_UNIT)).containsExactly(2_000, 20_000);
    }

    /** A measure stops the task rather than wrap around: a bill must not turn negative. */
    @Test
    void aSumThatDoesNotFitIsAnError() {
        Combiner combiner = new Combiner(new Destinations(1), List.of(), 1_000);
        UsageRecord event = Usages.event("f", "m", null, 0);
        combiner.add(Usages.costing(event, Long.MAX_VALUE), DeltaBlock.IN_TIME);
        assertThatThrownBy(() -> combiner.add(Usages.costing(event, 1), DeltaBlock.IN_TIME))
                .isInstanceOf(ArithmeticException.class);
    }

    /** Part of the format of the stores: another rule would split a cell between two partitions. */
    @ParameterizedTest
    @CsvSource({"default, chat, 4, 3", "default, search, 4, 0", "acme, chat, 4, 1", "default, ann, 12, 10", "é, 中, 7, 0"
    })
    void destinationsAreThoseOfRelease1(String tenant, String name, int partitions, int expected) {
        assertThat(new Destinations(partitions).of(tenant, name)).isEqualTo(expected);
    }

    @Test
    void aTenantEndsWhereItsNameEnds() {
        Destinations many = new Destinations(1_000_000);
        assertThat(many.of("ab", "c")).isNotEqualTo(many.of("a", "bc"));
    }
}
