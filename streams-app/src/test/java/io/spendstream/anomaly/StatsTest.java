package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatsTest {

    @Test
    void describesSamples() {
        double[] values = {4, 1, 3, 2, 100};

        assertThat(Stats.mean(values, 5)).isEqualTo(22);
        assertThat(Stats.deviation(new double[] {2, 4, 4, 4, 5, 5, 7, 9}, 8)).isCloseTo(2.138, within(0.001));
        assertThat(Stats.deviation(values, 1)).isZero();
        assertThat(Stats.median(values.clone(), 5)).isEqualTo(3);
        assertThat(Stats.median(values.clone(), 4)).isEqualTo(2.5);
        assertThat(Stats.median(values.clone(), 0)).isNaN();
        assertThat(Stats.quantile(values.clone(), 5, 0.75)).isEqualTo(4);
        assertThat(Stats.robustDeviation(values.clone(), 5)).isCloseTo(1.4826, within(1e-9));
    }

    @Test
    void aRareMaximumIsThatOfTheGumbelDistribution() {
        // Given maxima of a Gumbel distribution with location 3 and scale 0.5, and among them some anomalies
        Random random = new Random(11);
        double[] maxima = new double[4000];
        for (int i = 0; i < maxima.length; i++) {
            maxima[i] = i % 40 == 0 ? 50 : 3 - 0.5 * Math.log(-Math.log(random.nextDouble()));
        }

        // Then
        double exact = 3 - 0.5 * Math.log(-Math.log(1 - 1 / 1000.0));
        assertThat(Stats.rareMaximum(maxima.clone(), maxima.length, 1000, 0)).isCloseTo(exact, within(0.3));
        assertThat(Stats.rareMaximumOfFew(maxima.clone(), maxima.length, 1000)).isCloseTo(exact, within(0.3));
    }

    @ParameterizedTest(name = "{0} in ten off by {1}, {2} in ten by {3}")
    @CsvSource({"3, 50, 0, 0", "0, 0, 3, -50", "2, 50, 2, -50", "2, 5, 2, -5"})
    void aRareMaximumBearsManyBlocksThatAreOff(int some, double by, int others, double byOther) {
        // Given
        Random random = new Random(11);
        double[] maxima = new double[4000];
        for (int i = 0; i < maxima.length; i++) {
            double off = i % 10 < some ? by : i % 10 < some + others ? byOther : 0;
            maxima[i] = 3 - 0.5 * Math.log(-Math.log(random.nextDouble())) + off;
        }

        // Then it is not below what is rare, and not above twice that
        double exact = 3 - 0.5 * Math.log(-Math.log(1 - 1 / 1000.0));
        assertThat(Stats.rareMaximum(maxima, maxima.length, 1000, 0)).isBetween(0.95 * exact, 2 * exact);
    }

    @Test
    void ofFewBlocksMoreIsAllowed() {
        double[] two = {1, 2};

        double spread = 0.4 / (0.366513 + 0.834032) * 2;
        assertThat(Stats.rareMaximumOfFew(two, 2, 1000)).isCloseTo(1.5 + spread * (6.907 - 0.3665), within(0.01));
    }

    @Test
    void alikeMaximaHaveTheLeastSpread() {
        double[] maxima = {1, 1, 1, 1, 1, 1, 1};

        assertThat(Stats.rareMaximum(maxima, 7, 1000, 0.1)).isCloseTo(1 + 0.1 * (6.907 - 0.3665), within(0.001));
    }
}
