package io.spendstream.rollup;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.usage.Dimension;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;

class DimensionValuesTest {

    private final List<Bytes> stored = new ArrayList<>();
    private int overflows;
    private DimensionValues values = values(3);

    private DimensionValues values(int valuesMax) {
        return new DimensionValues(Dimension.COUNT + 1, valuesMax, stored::add, () -> overflows++);
    }

    private static String[] cell(String tenant, String feature, String model, String team, String tag) {
        String[] cell = new String[Dimension.COUNT + 1];
        cell[Dimension.TENANT.ordinal()] = tenant;
        cell[Dimension.FEATURE.ordinal()] = feature;
        cell[Dimension.MODEL.ordinal()] = model;
        cell[Dimension.TEAM.ordinal()] = team;
        cell[Dimension.SERVICE_TIER.ordinal()] = "STANDARD";
        cell[Dimension.COUNT] = tag;
        return cell;
    }

    private String feature(String tenant, String feature) {
        String[] cell = cell(tenant, feature, "m", null, null);
        values.limit(cell);
        return cell[Dimension.FEATURE.ordinal()];
    }

    @Test
    void valuesBeyondTheLimitBecomeOtherAndStayIt() {
        assertThat(List.of(feature("t", "a"), feature("t", "b"), feature("t", "c")))
                .containsExactly("a", "b", "c");
        assertThat(feature("t", "d")).isEqualTo("__other__");
        assertThat(feature("t", "a")).isEqualTo("a");
        assertThat(feature("t", "d")).isEqualTo("__other__");
        assertThat(overflows).isEqualTo(2);
        assertThat(values.features("t")).containsExactlyInAnyOrder("a", "b", "c", "__other__");
    }

    @Test
    void eachTenantAndDimensionHasALimitOfItsOwn() {
        for (String feature : List.of("a", "b", "c", "d")) {
            feature("t", feature);
        }
        assertThat(feature("u", "d")).isEqualTo("d");

        String[] cell = cell("t", "a", "m2", "red", "eu");
        values.limit(cell);
        assertThat(cell).isEqualTo(cell("t", "a", "m2", "red", "eu"));
        assertThat(values.tenants()).containsExactlyInAnyOrder("t", "u");
        assertThat(values.sizes(Dimension.FEATURE)).isEqualTo(Map.of("t", 4, "u", 1));
        assertThat(values.sizes(Dimension.MODEL)).isEqualTo(Map.of("t", 2, "u", 1));
        assertThat(values.sizes(Dimension.TEAM)).isEqualTo(Map.of("t", 1));
    }

    @Test
    void theTenantTheServiceTierAndWhatIsAbsentAreNeverReplaced() {
        values = values(1);
        values.limit(cell("t", "a", "m", null, null));
        String[] cell = cell("u", "a", "m", null, null);
        cell[Dimension.SERVICE_TIER.ordinal()] = "BATCH";
        values.limit(cell);
        assertThat(cell[Dimension.TENANT.ordinal()]).isEqualTo("u");
        assertThat(cell[Dimension.SERVICE_TIER.ordinal()]).isEqualTo("BATCH");
        assertThat(cell[Dimension.TEAM.ordinal()]).isNull();
        assertThat(overflows).isZero();
    }

    @Test
    void tagsAreLimitedToo() {
        values = values(1);
        values.limit(cell("t", "a", "m", null, "eu"));
        String[] cell = cell("t", "a", "m", null, "us");
        values.limit(cell);
        assertThat(cell[Dimension.COUNT]).isEqualTo("__other__");
    }

    @Test
    void eachValueIsStoredOnceAndComesBackFromThere() {
        // Given
        for (int i = 0; i < 3; i++) {
            feature("t", "a");
            feature("t", "");
            feature("t", "b");
            feature("t", "over the limit");
        }
        Set<Bytes> once = new HashSet<>(stored);
        assertThat(stored).hasSameSizeAs(once);

        // When
        DimensionValues before = values;
        values = values(3);
        List<Bytes> keys = List.copyOf(stored);
        stored.clear();
        keys.forEach(values::restore);

        // Then
        assertThat(values.features("t")).isEqualTo(before.features("t"));
        assertThat(values.tenants()).isEqualTo(before.tenants());
        assertThat(feature("t", "over the limit")).isEqualTo("__other__");
        assertThat(stored).isEmpty();
    }

    /** After a tag was taken off the dimensions, its values on disk mean nothing. */
    @Test
    void valuesOfADimensionThatIsNoMoreAreLeftAlone() {
        values.restore(CellKeys.value(Dimension.COUNT + 5, "t", "x"));
        assertThat(values.tenants()).isEmpty();
    }
}
