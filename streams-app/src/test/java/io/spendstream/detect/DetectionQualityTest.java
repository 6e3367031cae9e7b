package io.spendstream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/**
 * How well the defaults do on labelled traffic; the definitions are in {@link DetectionQuality}. The build looks at one
 * tenant of each shape of one set, which is coarse; the table of whole sets is printed by {@link DetectionQuality#main}.
 */
class DetectionQualityTest {

    private static final long SEED = 101;

    @Test
    void findsWhatIsWrongAndLittleElse() {
        // When
        DetectionQuality quality = DetectionQuality.of(tenant -> tenant.name.endsWith("-0"), SEED);
        System.out.println(
                "Labelled set " + SEED + ", one tenant of each shape" + System.lineSeparator() + quality.table());
        quality.faults().forEach(System.out::println);

        // Then
        assertThat(quality.overall().precision()).as("precision").isGreaterThanOrEqualTo(0.88);
        assertThat(quality.overall().recall()).as("recall").isGreaterThanOrEqualTo(0.88);
        assertThat(quality.longest()).as("alerts open for more than five days").isEmpty();
    }
}
