package io.spendstream.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeltaBlockTest {

    /** Entries as text, in the order they were written or read. */
    private final List<String> written = new ArrayList<>();

    private static final class Entries implements DeltaBlock.Reader {
        final List<String> read = new ArrayList<>();

        @Override
        public void cell(String[] dimensions, long quarterHour, long cameIn, Delta delta) {
            read.add(text(dimensions, quarterHour, delta) + came(cameIn));
        }

        @Override
        public void clock(DeltaBlock.Clock clock) {
            read.add(clock.toString());
        }

        @Override
        public void user(String tenant, byte[] user, long day, Delta delta) {
            read.add(text(new String[] {tenant, new String(user, StandardCharsets.UTF_8)}, day, delta));
        }
    }

    private static String text(String[] key, long bucket, Delta delta) {
        StringBuilder text = new StringBuilder(Arrays.toString(key) + "@" + bucket + Arrays.toString(delta.measures()));
        delta.otherUnits().forEach((unit, sum) -> text.append(unit).append(Arrays.toString(sum)));
        return text.toString();
    }

    private static String came(long cameIn) {
        return cameIn == DeltaBlock.IN_TIME ? "" : " came in " + cameIn;
    }

    private void cell(DeltaBlock.Writer writer, String[] dimensions, long quarterHour, Delta delta) {
        cell(writer, dimensions, quarterHour, DeltaBlock.IN_TIME, delta);
    }

    private void cell(DeltaBlock.Writer writer, String[] dimensions, long quarterHour, long cameIn, Delta delta) {
        written.add(text(dimensions, quarterHour, delta) + came(cameIn));
        writer.cell(dimensions, quarterHour, cameIn, delta);
    }

    private void clock(DeltaBlock.Writer writer, DeltaBlock.Clock clock) {
        written.add(clock.toString());
        writer.clock(clock);
    }

    private void user(DeltaBlock.Writer writer, String tenant, String user, long day, Delta delta) {
        written.add(text(new String[] {tenant, user}, day, delta));
        writer.user(tenant, user, day, delta);
    }

    private static Entries read(List<byte[]> blocks) {
        Entries entries = new Entries();
        blocks.forEach(block -> DeltaBlock.read(block, entries));
        return entries;
    }

    private static Delta delta(Random random) {
        return Delta.of(BytesTest.measures(random), BytesTest.units(random));
    }

    private static String word(Random random) {
        return random.nextInt(5) == 0 ? null : random.nextInt(9) == 0 ? "" : "wörd-" + random.nextInt(30);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatIsWrittenIsReadHoweverItIsCut(long seed) {
        // Given
        Random random = new Random(seed);
        int dimensions = 3 + random.nextInt(12);
        int bytesMax = 1 + random.nextInt(3_000);
        DeltaBlock.Writer writer = new DeltaBlock.Writer(dimensions, bytesMax);
        int biggestEntry = 2_000;

        for (int round = 0; round < 3; round++) {
            written.clear();
            for (int i = random.nextInt(300); i > 0; i--) {
                long bucket = random.nextInt() >> random.nextInt(32);
                if (random.nextBoolean()) {
                    String[] values = new String[dimensions];
                    Arrays.setAll(values, d -> word(random));
                    cell(writer, values, bucket, delta(random));
                } else {
                    user(writer, "t" + random.nextInt(3), "user" + random.nextInt(50), bucket, delta(random));
                }
            }

            // When
            List<byte[]> blocks = writer.take();

            // Then
            assertThat(read(blocks).read).isEqualTo(written);
            assertThat(blocks).allSatisfy(block -> assertThat(block.length).isLessThan(bytesMax + biggestEntry));
            assertThat(writer.take()).isEmpty();
        }
    }

    @Test
    void textsStandOnceInABlock() {
        // Given
        DeltaBlock.Writer writer = new DeltaBlock.Writer(1, 1_000_000);
        String longText = "x".repeat(250);
        for (int i = 0; i < 1_000; i++) {
            cell(writer, new String[] {longText}, i, new Delta());
        }

        // When
        List<byte[]> blocks = writer.take();

        // Then
        assertThat(blocks)
                .singleElement()
                .satisfies(block -> assertThat(block.length).isLessThan(250 + 1_000 * 8));
        assertThat(read(blocks).read).isEqualTo(written);
    }

    @Test
    void nothingWrittenIsNoBlock() {
        assertThat(new DeltaBlock.Writer(1, 1_000).take()).isEmpty();
    }

    /** Blocks live in a topic and in journals: other bytes for the same deltas would be another format. */
    @Test
    void theFormatIsTheOneOfRelease1() {
        // Given
        DeltaBlock.Writer writer = new DeltaBlock.Writer(2, 1_000);
        long[] measures = new long[Measure.COUNT];
        measures[Measure.REQUESTS.ordinal()] = 2;
        measures[Measure.COST.ordinal()] = -3;
        Delta delta = Delta.of(measures, Map.of("images", new long[] {1, 40}));

        // When
        writer.cell(new String[] {"t", null}, 1_000, DeltaBlock.IN_TIME, delta);
        writer.user("t", "ann", 19_000, delta);

        // Then
        assertThat(HexFormat.of().formatHex(writer.take().get(0)))
                .isEqualTo(
                        "01" // format
                                + "01" + "0174" // texts: t
                                + "02" // dimensions
                                + "00" + "d00f" + "01" + "00" // cell, quarter-hour, t, none
                                + "818010" + "04" + "05" // requests and cost: 2, -3
                                + "01" + "06696d61676573" + "02" + "50" // images: 1, 40
                                + "01" + "00" + "03616e6e" + "f0a802" // user, t, ann, day
                                + "818010" + "04" + "05" + "01" + "06696d61676573" + "02" + "50");
    }

    @Test
    void theOrderOfMeasuresAndDimensionsIsPartOfTheFormatAndOnlyGrows() {
        assertThat(Arrays.stream(Measure.values()).map(Enum::name))
                .startsWith(
                        "REQUESTS",
                        "ERRORS",
                        "ABORTED",
                        "INPUT_TOKENS",
                        "OUTPUT_TOKENS",
                        "CACHE_READ_TOKENS",
                        "CACHE_WRITE_5M_TOKENS",
                        "CACHE_WRITE_1H_TOKENS",
                        "AUDIO_INPUT_TOKENS",
                        "AUDIO_OUTPUT_TOKENS",
                        "REASONING_TOKENS",
                        "UNPRICED_REQUESTS",
                        "RESPONSE_CACHED",
                        "WORK_UNITS",
                        "RETRIES",
                        "ESCALATED",
                        "LATENCY_MS",
                        "LATENCY_COUNT",
                        "COST",
                        "INPUT_COST",
                        "OUTPUT_COST",
                        "CACHE_READ_COST",
                        "CACHE_WRITE_5M_COST",
                        "CACHE_WRITE_1H_COST",
                        "AUDIO_INPUT_COST",
                        "AUDIO_OUTPUT_COST",
                        "REASONING_COST",
                        "OTHER_UNITS_COST",
                        "CACHE_SAVINGS",
                        "RESPONSE_CACHE_SAVED",
                        "RETRY_COST",
                        "FAILED_COST",
                        "PROMPT_SYSTEM_TOKENS",
                        "PROMPT_CONTEXT_TOKENS",
                        "PROMPT_HISTORY_TOKENS",
                        "PROMPT_USER_TOKENS",
                        "PROMPT_TOOLS_TOKENS",
                        "PROMPT_OTHER_TOKENS")
                .hasSizeLessThanOrEqualTo(63);
        assertThat(Arrays.stream(Dimension.values()).map(Enum::name))
                .startsWith(
                        "TENANT",
                        "FEATURE",
                        "MODEL",
                        "PROVIDER",
                        "TEAM",
                        "PROJECT",
                        "ENVIRONMENT",
                        "USER_TIER",
                        "SERVICE_TIER",
                        "OPERATION");
    }

    @Test
    void aBlockOfAnUnknownFormatIsRefused() {
        assertThatIllegalStateException()
                .isThrownBy(() -> DeltaBlock.read(new byte[] {2, 0, 0}, new Entries()))
                .withMessageContaining("format 2")
                .withMessageContaining("newer release");
        assertThatIllegalStateException().isThrownBy(() -> DeltaBlock.read(new byte[0], new Entries()));
    }

    @Test
    void anEntryOfAnUnknownKindIsRefusedAndNotTakenForAUser() {
        // Given
        DeltaBlock.Writer writer = new DeltaBlock.Writer(1, 1_000);
        writer.user("t", "ann", 1, new Delta());
        byte[] block = writer.take().get(0);
        int kindAt = 1 + 1 + 2 + 1;
        assertThat(block[kindAt]).isEqualTo((byte) 1);

        // When
        block[kindAt] = 9;

        // Then
        assertThatIllegalStateException()
                .isThrownBy(() -> DeltaBlock.read(block, new Entries()))
                .withMessageContaining("kind 9");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void bytesThatAreNotABlockAreRefusedAsSuchOrReadButNeverAnythingElse(long seed) {
        // Given
        Random random = new Random(seed);
        DeltaBlock.Writer writer = new DeltaBlock.Writer(2, 100_000);
        for (int i = 0; i < 5; i++) {
            writer.cell(new String[] {"t" + i % 3, null}, i, DeltaBlock.IN_TIME, delta(random));
            writer.user("t", "user" + i, i, delta(random));
        }
        byte[] block = writer.take().get(0);

        for (int i = 0; i < 3_000; i++) {
            byte[] damaged =
                    random.nextInt(4) == 0 ? Arrays.copyOf(block, random.nextInt(block.length)) : block.clone();
            for (int flips = 1 + random.nextInt(3); flips > 0 && damaged.length > 0; flips--) {
                damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            }

            // When, Then: an IllegalStateException, or deltas; anything else fails the test
            try {
                DeltaBlock.read(damaged, new Entries());
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageNotContaining("null");
            }
        }
    }

    @Test
    void everyTruncationInTheMiddleOfAnEntryIsRefused() {
        // Given
        DeltaBlock.Writer writer = new DeltaBlock.Writer(2, 100_000);
        writer.cell(new String[] {"t", "f"}, 5, DeltaBlock.IN_TIME, delta(new Random(7)));
        byte[] block = writer.take().get(0);
        int head = 1 + 1 + 2 + 2 + 1;

        for (int length = 0; length < block.length; length++) {
            byte[] cut = Arrays.copyOf(block, length);
            if (length == head) {
                DeltaBlock.read(cut, new Entries()); // a block without entries
            } else {
                assertThatIllegalStateException()
                        .as("%d bytes", length)
                        .isThrownBy(() -> DeltaBlock.read(cut, new Entries()));
            }
        }
    }

    @Test
    void what_came_late_says_when_and_a_clock_comes_after_what_it_is_of() {
        // Given
        DeltaBlock.Writer writer = new DeltaBlock.Writer(2, 1_000_000);
        Random random = new Random(11);

        // When
        cell(writer, new String[] {"t", null}, 100, delta(random));
        cell(writer, new String[] {"t", null}, 90, 101, delta(random));
        cell(writer, new String[] {"t", null}, -5, -3, delta(random));
        clock(writer, new DeltaBlock.Clock(3, 101, false));
        clock(writer, new DeltaBlock.Clock(12, -7, true));

        // Then
        assertThat(read(writer.take()).read).isEqualTo(written);
    }

    @Test
    void aClockMayBeAllThatThereIsHoweverManyDimensions() {
        // Given
        DeltaBlock.Writer writer = new DeltaBlock.Writer(18, 1_000);

        // When
        clock(writer, new DeltaBlock.Clock(0, 2_000_000, false));

        // Then
        assertThat(read(writer.take()).read).isEqualTo(written);
    }
}
