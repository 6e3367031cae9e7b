package io.spendstream.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.spendstream.usage.Measure;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link ByteSink} and {@link ByteSource}: what one writes the other reads, and nothing else. */
class BytesTest {

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                63,
                64,
                -64,
                -65,
                127,
                128,
                16_383,
                16_384,
                Integer.MAX_VALUE,
                Integer.MIN_VALUE,
                Long.MAX_VALUE,
                Long.MAX_VALUE - 1,
                Long.MIN_VALUE,
                Long.MIN_VALUE + 1
            })
    void numbersComeBackAsTheyWere(long number) {
        // Given
        byte[] bytes = new ByteSink(1)
                .writeSigned(number)
                .writeVarint(number)
                .writeByte((int) number)
                .toBytes();

        // When
        ByteSource in = new ByteSource(bytes);

        // Then
        assertThat(in.readSigned()).isEqualTo(number);
        assertThat(in.readVarint()).isEqualTo(number);
        assertThat(in.readByte()).isEqualTo((byte) number);
        assertThat(in.hasMore()).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"0, 1", "63, 1", "-64, 1", "64, 2", "-65, 2", "8191, 2", "8192, 3", "9223372036854775807, 10"})
    void numbersNearZeroAreShort(long number, int bytes) {
        assertThat(new ByteSink(1).writeSigned(number).size()).isEqualTo(bytes);
    }

    @Test
    void textsOfEveryLengthComeBackAsTheyWere() {
        // Given
        ByteSink sink = new ByteSink(1);
        String text = "aé中😀".repeat(100);
        for (int length = 0; length <= 300; length++) {
            sink.writeText(text.substring(0, text.offsetByCodePoints(0, length)));
        }

        // When
        ByteSource in = new ByteSource(sink.toBytes());

        // Then
        for (int length = 0; length <= 300; length++) {
            assertThat(in.readText()).isEqualTo(text.substring(0, text.offsetByCodePoints(0, length)));
        }
        assertThat(in.hasMore()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void measuresComeBackAsTheyWereAndNothingIsLeftOfTheOnesBefore(long seed) {
        Random random = new Random(seed);
        long[] read = new long[Measure.COUNT];
        Arrays.fill(read, 99);
        for (int i = 0; i < 2_000; i++) {
            // Given
            long[] measures = measures(random);
            Map<String, long[]> units = units(random);

            // When
            ByteSource in = new ByteSource(
                    new ByteSink(8).writeMeasures(measures, units).toBytes());
            Map<String, long[]> readUnits = in.readMeasures(read);

            // Then
            assertThat(read).isEqualTo(measures);
            assertThat(readUnits.keySet()).isEqualTo(units.keySet());
            units.forEach((name, sum) -> assertThat(readUnits.get(name)).isEqualTo(sum));
            assertThat(in.hasMore()).isFalse();
        }
    }

    @Test
    void everyTruncationIsRefused() {
        // Given
        long[] measures = new long[Measure.COUNT];
        measures[0] = Long.MIN_VALUE;
        measures[Measure.COUNT - 1] = 300;
        byte[] whole = new ByteSink(8)
                .writeText("text")
                .writeVarint(1L << 40)
                .writeMeasures(measures, Map.of("images", new long[] {1, 1_000}))
                .toBytes();

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);

            // When, Then
            assertThatIllegalStateException().as("%d bytes", length).isThrownBy(() -> {
                ByteSource in = new ByteSource(cut);
                in.readText();
                in.readVarint();
                in.readMeasures(new long[Measure.COUNT]);
            });
        }
    }

    @Test
    void aNumberOfMoreThanTenBytesIsRefused() {
        byte[] endless = new byte[20];
        Arrays.fill(endless, (byte) 0x80);
        assertThatIllegalStateException().isThrownBy(() -> new ByteSource(endless).readVarint());
    }

    @Test
    void aLengthBeyondTheBytesIsRefusedBeforeAnythingIsAllocated() {
        byte[] huge = new ByteSink(8).writeVarint(2_000_000_000).toBytes();
        assertThatIllegalStateException().isThrownBy(() -> new ByteSource(huge).readText());
        assertThatIllegalStateException().isThrownBy(() -> new ByteSource(huge).readCount());
        assertThatIllegalStateException().isThrownBy(() -> new ByteSource(huge).readBytes(100));
    }

    @Test
    void aMeasureOfANewerReleaseIsRefusedWithAReason() {
        long[] more = new long[Measure.COUNT + 1];
        more[Measure.COUNT] = 1;
        byte[] bytes = new ByteSink(8).writeMeasures(more, Map.of()).toBytes();
        assertThatIllegalStateException()
                .isThrownBy(() -> new ByteSource(bytes).readMeasures(new long[Measure.COUNT]))
                .withMessageContaining("newer release");
    }

    static long[] measures(Random random) {
        long[] measures = new long[Measure.COUNT];
        for (int i = 0; i < measures.length; i++) {
            measures[i] = random.nextInt(3) == 0 ? random.nextLong() >> random.nextInt(64) : 0;
        }
        return measures;
    }

    static Map<String, long[]> units(Random random) {
        Map<String, long[]> units = new TreeMap<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            units.put("unit_" + random.nextInt(9), new long[] {random.nextInt(1_000), random.nextLong() >> 20});
        }
        return units;
    }
}
