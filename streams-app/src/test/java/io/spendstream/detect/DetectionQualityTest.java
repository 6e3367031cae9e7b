package io.spendstream.detect;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

/**
 * How well the defaults do on labelled traffic; the definitions are in {@link DetectionQuality}. The build looks at five
 * tenants of one set for seven weeks, which is coarse but soon done; the table of whole sets is printed by
 * {@link DetectionQuality#main}.
 */
class DetectionQualityTest {

    private static final long SEED = 101;
    private static final int DAYS = 49;
    private static final Set<String> TENANTS = Set.of("weekly-0", "llm-0", "flat-0", "bursty-0", "batch-0");

    @Test
    void findsWhatIsWrongAndLittleElse() {
        // When
        DetectionQuality quality = DetectionQuality.of(DAYS, tenant -> TENANTS.contains(tenant.name), SEED);
        System.out.println("Labelled set " + SEED + ", some tenants" + System.lineSeparator() + quality.table());
        quality.faults().forEach(System.out::println);

        // Then
        assertThat(quality.overall().precision()).as("precision").isGreaterThanOrEqualTo(0.91);
        assertThat(quality.overall().recall()).as("recall").isGreaterThanOrEqualTo(0.95);
        assertThat(quality.spikesWithinAnHour())
                .as("spikes of 3 times within an hour")
                .isGreaterThanOrEqualTo(0.9);
        assertThat(quality.longest()).as("alerts open for more than five days").isEmpty();
    }
}
