package io.spendstream.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.combine.Delta;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UnitTotal;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class RollupRecordsTest {

    private static final long BUCKET = Resolution.QUARTER_HOUR.bucketOf(
            Instant.parse("2026-11-21T12:07:00Z").toEpochMilli());

    private final RollupRecords records = new RollupRecords(List.of("region", "app"));

    private static String[] dimensions() {
        String[] dimensions = new String[Dimension.COUNT + 2];
        dimensions[Dimension.TENANT.ordinal()] = "acme";
        dimensions[Dimension.FEATURE.ordinal()] = "chat";
        dimensions[Dimension.MODEL.ordinal()] = "gpt-4o";
        dimensions[Dimension.SERVICE_TIER.ordinal()] = "BATCH";
        dimensions[Dimension.OPERATION.ordinal()] = "chat";
        return dimensions;
    }

    private SpendRollup record(String[] dimensions, Delta total) {
        return records.of(Keys.cell(Resolution.QUARTER_HOUR, dimensions, BUCKET), total);
    }

    private String key(String[] dimensions) {
        return RollupRecords.key(record(dimensions, new Delta()));
    }

    @Test
    void aCellIsPublishedWithItsDimensionsAndEveryMeasureThatIsNotZero() {
        // Given
        String[] dimensions = dimensions();
        dimensions[Dimension.TEAM.ordinal()] = "";
        dimensions[Dimension.COUNT] = "eu";
        long[] measures = new long[Measure.COUNT];
        measures[Measure.REQUESTS.ordinal()] = 3;
        measures[Measure.CACHE_SAVINGS.ordinal()] = -5;
        Delta total = Delta.of(measures, Map.of("images", new long[] {2, 80}));

        // When
        SpendRollup rollup = record(dimensions, total);

        // Then
        assertThat(rollup.getBucketStart()).isEqualTo(Instant.parse("2026-11-21T12:00:00Z"));
        assertThat(rollup.getBucketEnd()).isEqualTo(Instant.parse("2026-11-21T12:15:00Z"));
        assertThat(rollup.getTenant()).isEqualTo("acme");
        assertThat(rollup.getFeature()).isEqualTo("chat");
        assertThat(rollup.getModel()).isEqualTo("gpt-4o");
        assertThat(rollup.getTeam()).isEmpty();
        assertThat(rollup.getProvider()).isNull();
        assertThat(rollup.getServiceTier()).isEqualTo(ServiceTier.BATCH);
        assertThat(rollup.getTags()).isEqualTo(Map.of("region", "eu"));
        assertThat(rollup.getMeasures()).isEqualTo(Map.of("requests", 3L, "cache_savings_nano_usd", -5L));
        assertThat(rollup.getOtherUnits()).isEqualTo(Map.of("images", new UnitTotal(2L, 80L)));
    }

    @Test
    void theKeyIsAJsonArrayThatDoesNotChange() {
        String[] dimensions = dimensions();
        dimensions[Dimension.TEAM.ordinal()] = "a \"b\" \\ c";
        dimensions[Dimension.COUNT] = "eu";
        assertThat(key(dimensions))
                .isEqualTo(
                        "[\"2026-11-21T12:00:00Z\",\"acme\",\"chat\",\"gpt-4o\",null,\"a \\\"b\\\" \\\\ c\",null,null,"
                                + "null,\"BATCH\",\"chat\",\"region=eu\"]");
    }

    @Test
    void everyCellHasAKeyOfItsOwn() {
        Set<String> keys = new HashSet<>();
        Set<Bytes> cells = new HashSet<>();
        List<String> odd = List.of("", "null", "\"", "\\", "\",\"", "a,b");
        for (int d = 0; d < Dimension.COUNT + 2; d++) {
            for (String value : odd) {
                String[] dimensions = dimensions();
                if (d != Dimension.SERVICE_TIER.ordinal()) {
                    dimensions[d] = value;
                }
                cells.add(Keys.cell(Resolution.QUARTER_HOUR, dimensions, BUCKET));
                keys.add(key(dimensions));
            }
        }
        assertThat(keys).hasSameSizeAs(cells);
    }
}
