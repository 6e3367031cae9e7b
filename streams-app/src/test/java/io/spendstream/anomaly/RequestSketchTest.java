package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.anomaly.RequestSketch.Finding;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestSketchTest {

    private static final DetectorSettings.Values DEFAULTS =
            DetectorSettings.defaults().of(Scope.tenant("acme"));
    /** To what they are by default. */
    private static final DetectorSettings.Values CEILINGS_SET = DetectorSettings.of(Map.of(
                    "detector.request_outlier.ceiling_cost_usd", "5",
                    "detector.request_outlier.ceiling_tokens", "2000000"))
            .of(Scope.tenant("acme"));

    private static final long USD = 1_000_000_000L;

    @ParameterizedTest(name = "{0} USD and {1} tokens: {2}")
    @CsvSource({
        "0.02, 2000, NONE",
        "0.045, 2000, NONE",
        "0.9, 2000, COST_FAR_ABOVE",
        "0.02, 500000, TOKENS_FAR_ABOVE",
        "5.1, 2000, COST_CEILING",
        "0.02, 2000001, TOKENS_CEILING"
    })
    void judgesByCeilingsThatAreSetAndByItsOwnDistribution(double usd, long tokens, Finding finding) {
        assertThat(filled(1, 1000).judge(Math.round(usd * USD), tokens, CEILINGS_SET))
                .isEqualTo(finding);
    }

    @ParameterizedTest(name = "{0}: {1} USD, {2} tokens: by default {3}, where ceilings are set {4}")
    @CsvSource({
        "few requests, 150, 6, 600000, COST_CEILING, COST_CEILING",
        "few requests, 150, 4, 2000001, TOKENS_CEILING, TOKENS_CEILING",
        "of 6 USD and 600000 tokens, 1000, 6, 600000, NONE, COST_CEILING",
        "of 6 USD and 600000 tokens, 1000, 4, 2000001, NONE, TOKENS_CEILING",
        "of 6 USD and 600000 tokens, 1000, 30, 600000, COST_FAR_ABOVE, COST_CEILING",
        "of 6 USD and 600000 tokens, 1000, 4, 30000000, TOKENS_FAR_ABOVE, TOKENS_CEILING"
    })
    void aCeilingThatNobodySetCountsUntilItIsKnownWhatIsUsual(
            String name, int requests, double usd, long tokens, Finding byDefault, Finding set) {
        RequestSketch sketch = new RequestSketch();
        for (int i = 0; i < requests; i++) {
            sketch.add(i, 1, (4 + i % 5) * USD, 400_000 + i % 5 * 100_000);
        }

        assertThat(sketch.judge(Math.round(usd * USD), tokens, DEFAULTS)).isEqualTo(byDefault);
        assertThat(sketch.judge(Math.round(usd * USD), tokens, CEILINGS_SET)).isEqualTo(set);
    }

    @Test
    void aHugeRequestHidesWhatOthersCostForDaysOnly() {
        // Given
        RequestSketch sketch = filled(1, 1000);
        sketch.add(1, 1, 100_000 * USD, 1_000);
        long atOnce = sketch.medianCost();

        // When
        for (int day = 2; day < 12; day++) {
            for (int i = 0; i < 1000; i++) {
                sketch.add(i, day, USD / 100 + USD / 1000 * (i % 20), 1_000);
            }
        }

        // Then
        assertThat(atOnce).isGreaterThan(10 * USD);
        assertThat(sketch.medianCost()).isBetween(18 * USD / 1000, 21 * USD / 1000);
        assertThat(RequestSketch.decode(sketch.encode()).encode()).isEqualTo(sketch.encode());
        assertThat(sketch.encode().length).isLessThanOrEqualTo(RequestSketch.MAX_BYTES);
    }

    @Test
    void withFewSamplesOnlyTheAbsoluteCeilingsCount() {
        RequestSketch sketch = filled(1, 150);

        assertThat(sketch.judge(4 * USD, 1000, DEFAULTS)).isEqualTo(Finding.NONE);
        assertThat(sketch.judge(6 * USD, 1000, DEFAULTS)).isEqualTo(Finding.COST_CEILING);
    }

    @Test
    void whatIsSwitchedOffFindsNothing() {
        DetectorSettings.Values off = DetectorSettings.of(Map.of("detector.request_outlier.enabled", "false"))
                .of(Scope.tenant("acme"));

        assertThat(filled(1, 1000).judge(Long.MAX_VALUE - 1, 1, off)).isEqualTo(Finding.NONE);
    }

    @ParameterizedTest(name = "a tail of {0} rings for less than one usual request in 2,000")
    @CsvSource({"0.3", "0.7", "1", "1.3"})
    void usualRequestsAreNoOutliers(double spread) {
        // Given
        Random random = new Random(7);
        RequestSketch sketch = new RequestSketch();
        int found = 0;

        // When
        for (int i = 0; i < 40_000; i++) {
            long cost = Math.round(0.05 * USD * Math.exp(spread * random.nextGaussian()));
            found += sketch.judge(cost, cost / 10_000, DEFAULTS) == Finding.COST_FAR_ABOVE ? 1 : 0;
            sketch.add(random.nextLong(), 100, cost, cost / 10_000);
        }

        // Then
        assertThat(found).isLessThan(20);
    }

    @Test
    void quantilesAreWithinTheirError() {
        // Given
        LogHistogram histogram = new LogHistogram();
        for (long value = 1; value <= 100_000; value++) {
            histogram.add(value * 37, 1);
        }

        // Then
        for (double q : new double[] {0.5, 0.9, 0.99}) {
            double exact = (q * 99_999 + 1) * 37;
            assertThat(Math.abs(histogram.quantile(q) / exact - 1)).isLessThan(0.044);
        }
    }

    @Test
    void aBusyFeatureChangesItSeldomAndLittleIsKept() {
        // Given
        Random random = new Random(3);
        RequestSketch sketch = new RequestSketch();
        int changes = 0;

        // When
        for (int i = 0; i < 300_000; i++) {
            long cost = Math.round(USD * Math.exp(1.2 * random.nextGaussian()));
            changes += sketch.add(random.nextLong(), 100, cost, cost) ? 1 : 0;
        }

        // Then
        assertThat(changes).isBetween(4096 + 3500, 4096 + 6000);
        assertThat(sketch.encode().length).isLessThanOrEqualTo(RequestSketch.MAX_BYTES);
        assertThat(sketch.medianCost()).isBetween(7 * USD / 10, 14 * USD / 10);
    }

    @Test
    void aRestartInBetweenChangesNothing() {
        // Given
        Random random = new Random(5);
        RequestSketch through = new RequestSketch();
        RequestSketch restarted = new RequestSketch();

        // Then
        for (int i = 0; i < 30_000; i++) {
            long cost = Math.round(0.05 * USD * Math.exp(random.nextGaussian()));
            long hash = random.nextLong();
            long day = 100 + i / 9_000;
            assertThat(restarted.judge(cost, 1, DEFAULTS)).isEqualTo(through.judge(cost, 1, DEFAULTS));
            byte[] before = restarted.encode();
            through.add(hash, day, cost, 1);
            boolean written = restarted.add(hash, day, cost, 1);
            restarted = i % 97 == 0 ? RequestSketch.decode(written ? restarted.encode() : before) : restarted;
        }
        assertThat(restarted.encode()).isEqualTo(through.encode());
    }

    @Test
    void whatWasIsForgottenDayByDay() {
        // Given
        RequestSketch sketch = filled(1, 1000);

        // When
        for (int day = 2; day < 8; day++) {
            for (int i = 0; i < 1000; i++) {
                sketch.add(i, day, 2 * USD, 20_000);
            }
        }

        // Then
        assertThat(sketch.medianCost()).isBetween(19 * USD / 10, 21 * USD / 10);
        assertThat(sketch.judge(3 * USD, 30_000, DEFAULTS)).isEqualTo(Finding.NONE);
    }

    @Test
    void whatStandsOutEachNightIsAHabit() {
        // Given a report that is written each night, a hundred times as dear as what users ask
        RequestSketch sketch = filled(1, 300);
        StringBuilder found = new StringBuilder();

        // When
        for (int day = 2; day < 8; day++) {
            for (int i = 0; i < 300; i++) {
                sketch.judge(USD / 100, 1_000, DEFAULTS);
                sketch.add(i, day, USD / 100, 1_000);
            }
            found.append(sketch.judge(USD + day, 50_000, DEFAULTS) == Finding.NONE ? '-' : 'x');
            sketch.add(300, day, USD + day, 50_000);
        }

        // Then it rings twice, and again when it is more than usual
        assertThat(found.toString()).isEqualTo("xx----");
        sketch.add(1, 8, USD / 100, 1_000);
        assertThat(sketch.judge(2 * USD, 50_000, DEFAULTS)).isEqualTo(Finding.COST_FAR_ABOVE);
        assertThat(sketch.judge(USD, 90_000, DEFAULTS)).isEqualTo(Finding.TOKENS_FAR_ABOVE);
        assertThat(sketch.judge(6 * USD, 50_000, CEILINGS_SET)).isEqualTo(Finding.COST_CEILING);
        RequestSketch restarted = RequestSketch.decode(sketch.encode());
        assertThat(restarted.judge(USD, 50_000, DEFAULTS)).isEqualTo(Finding.NONE);
    }

    @ParameterizedTest(name = "at {0} above the ceiling: {1}")
    @CsvSource({"0, NONE", "1, COST_FAR_ABOVE"})
    void aRequestAtTheCeilingIsNone(long above, Finding finding) {
        RequestSketch sketch = filled(1, 1000);
        sketch.judge(0, 0, DEFAULTS);

        assertThat(sketch.judge(sketch.ceilingCost() + above, 1, DEFAULTS)).isEqualTo(finding);
    }

    @Test
    void isOverWhenAMonthHasPassedSinceItsDay() {
        assertThat(new RequestSketch().isOver(1_000)).isFalse();
        assertThat(filled(1, 10).isOver(31)).isFalse();
        assertThat(filled(1, 10).isOver(32)).isTrue();
    }

    @ParameterizedTest(name = "{0} times the usual, its hash {1}: written {2}")
    @CsvSource({"1, 1, false", "1, 16, true", "1000, 1, true"})
    void aRequestThatIsNotTakenIsWrittenOnlyWhereItStandsOut(long times, long hash, boolean written) {
        // Given a day with so many that one in 16 is taken
        RequestSketch sketch = filled(1, RequestSketch.ALL_OF_DAY);
        sketch.judge(0, 0, DEFAULTS);

        // Then
        assertThat(sketch.add(hash, 1, times * USD / 100, 1000)).isEqualTo(written);
    }

    @Test
    void refusesBytesThatItDidNotWrite() {
        byte[] bytes = filled(1, 300).encode();

        assertThatThrownBy(() -> RequestSketch.decode(new byte[] {9})).hasMessageContaining("version 9");
        assertThatThrownBy(() -> RequestSketch.decode(Arrays.copyOf(bytes, bytes.length - 3)))
                .isInstanceOf(IllegalStateException.class);
    }

    private static RequestSketch filled(long day, int requests) {
        RequestSketch sketch = new RequestSketch();
        for (int i = 0; i < requests; i++) {
            long cost = USD / 100 + USD / 1000 * (i % 20);
            sketch.add(i, day, cost, 1000 + 100 * (i % 20));
        }
        return sketch;
    }
}
