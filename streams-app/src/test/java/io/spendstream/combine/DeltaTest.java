package io.spendstream.combine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.usage.Measure;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** A sum that keeps only the measures it has is the sum of them all. */
class DeltaTest {

    private final long[] expected = new long[Measure.COUNT];
    private final Map<String, long[]> expectedUnits = new TreeMap<>();

    private void expect(long[] measures, Map<String, long[]> units) {
        for (int i = 0; i < expected.length; i++) {
            expected[i] += measures[i];
        }
        units.forEach((name, amounts) -> {
            long[] sum = expectedUnits.computeIfAbsent(name, n -> new long[2]);
            sum[0] += amounts[0];
            sum[1] += amounts[1];
        });
    }

    private void assertExpected(Delta sum) {
        assertThat(sum.measures()).isEqualTo(expected);
        for (Measure measure : Measure.values()) {
            assertThat(sum.measure(measure)).isEqualTo(expected[measure.ordinal()]);
        }
        assertThat(sum.otherUnits().keySet()).isEqualTo(expectedUnits.keySet());
        expectedUnits.forEach(
                (name, amounts) -> assertThat(sum.otherUnits().get(name)).isEqualTo(amounts));
    }

    /** Few measures, so that some events have the same, some fewer and some others; small, so that sums come to zero. */
    private static long[] measures(Random random) {
        long[] measures = new long[Measure.COUNT];
        for (int i = random.nextInt(6); i > 0; i--) {
            measures[random.nextInt(4) * (measures.length - 1) / 3] = random.nextInt(5) - 2;
        }
        return measures;
    }

    @Test
    void whicheverMeasuresEventsHaveTheirSumIsExact() {
        Random random = new Random(20_261_201);
        Delta sum = new Delta();
        Delta added = new Delta();
        for (int i = 0; i < 2_000; i++) {
            // Given
            long[] measures = i % 10 == 0 ? BytesTest.measures(random) : measures(random);
            for (int m = 0; m < measures.length; m++) {
                measures[m] >>= 12;
            }
            Map<String, long[]> units = BytesTest.units(random);
            added.set(measures, units);

            // When
            if (i % 3 == 0) {
                sum.addMeasures(added);
                expect(measures, Map.of());
            } else {
                sum.add(added);
                expect(measures, units);
            }

            // Then
            assertExpected(sum);
            assertExpected(sum.copy());
            Delta read = Delta.of(BytesTest.measures(random), Map.of());
            byte[] bytes = sum.write(new ByteSink(8)).toBytes();
            read.read(new ByteSource(bytes));
            assertExpected(read);
            assertThat(bytes)
                    .isEqualTo(new ByteSink(8)
                            .writeMeasures(expected, expectedUnits)
                            .toBytes());
        }
    }

    @Test
    void aCopyIsASumOfItsOwn() {
        // Given
        Random random = new Random(1);
        long[] measures = BytesTest.measures(random);
        Map<String, long[]> units = Map.of("images", new long[] {1, 40});
        expect(measures, units);
        Delta added = Delta.of(measures, units);
        Delta sum = added.copy();

        // When
        added.add(Delta.of(measures, units));

        // Then
        assertExpected(sum);
    }

    @Test
    void whatIsClearedBeginsAnew() {
        // Given
        Random random = new Random(2);
        Delta sum = Delta.of(BytesTest.measures(random), BytesTest.units(random));

        // When
        sum.clear();

        // Then
        assertExpected(sum);
        long[] measures = measures(random);
        sum.add(Delta.of(measures, Map.of()));
        expect(measures, Map.of());
        assertExpected(sum);
    }

    @Test
    void aSumThatDoesNotFitIsAnErrorWhicheverMeasuresItHas() {
        long[] most = new long[Measure.COUNT];
        most[Measure.COST.ordinal()] = Long.MAX_VALUE;
        long[] more = new long[Measure.COUNT];
        more[Measure.COST.ordinal()] = 1;
        assertThatThrownBy(() -> Delta.of(most, Map.of()).add(Delta.of(more, Map.of())))
                .isInstanceOf(ArithmeticException.class);
        more[Measure.REQUESTS.ordinal()] = 1;
        assertThatThrownBy(() -> Delta.of(most, Map.of()).add(Delta.of(more, Map.of())))
                .isInstanceOf(ArithmeticException.class);
    }
}
