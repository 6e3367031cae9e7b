package io.spendstream.rollup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.Resolution;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.apache.kafka.common.utils.Bytes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CellKeysTest {

    private record Key(String tenant, String feature, long bucket, String model) {
        Bytes bytes(Resolution resolution) {
            return Keys.cell(resolution, dimensions(), bucket);
        }

        String[] dimensions() {
            String[] dimensions = new String[Dimension.COUNT];
            dimensions[Dimension.TENANT.ordinal()] = tenant;
            dimensions[Dimension.FEATURE.ordinal()] = feature;
            dimensions[Dimension.MODEL.ordinal()] = model;
            return dimensions;
        }
    }

    /** Short texts of few letters, so that many are the beginning of others. */
    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int i = 1 + random.nextInt(3); i > 0; i--) {
            text.append("a !\u007fzé".charAt(random.nextInt(6)));
        }
        return text.toString();
    }

    private static Key key(Random random) {
        return new Key(text(random), text(random), random.nextInt() >> random.nextInt(32), text(random));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theBytesSortLikeTenantFeatureAndBucket(long seed) {
        // Given
        Random random = new Random(seed);
        List<Key> keys = new ArrayList<>();
        for (int i = 0; i < 2_000; i++) {
            keys.add(key(random));
        }

        // When
        keys.sort(Comparator.comparing(k -> k.bytes(Resolution.DAY)));

        // Then
        assertThat(keys)
                .isSortedAccordingTo(Comparator.comparing(Key::tenant)
                        .thenComparing(Key::feature)
                        .thenComparing(Key::bucket)
                        .thenComparing(Key::model));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aScanHoldsTheCellsOfItsTenantFeatureAndBucketsAndNoOthers(long seed) {
        Random random = new Random(seed);
        for (int i = 0; i < 5_000; i++) {
            // Given
            Key key = key(random);
            Key other = random.nextBoolean() ? key : key(random);
            long from = random.nextInt(3) == 0 ? key.bucket : random.nextInt() >> random.nextInt(32);
            long to = random.nextInt(3) == 0 ? key.bucket : random.nextInt() >> random.nextInt(32);

            // When
            Bytes bytes = key.bytes(Resolution.QUARTER_HOUR);
            boolean inside =
                    bytes.compareTo(CellKeys.cellsFrom(Resolution.QUARTER_HOUR, other.tenant, other.feature, from)) >= 0
                            && bytes.compareTo(CellKeys.cellsFrom(
                                            Resolution.QUARTER_HOUR, other.tenant, other.feature, to))
                                    < 0;

            // Then
            assertThat(inside)
                    .isEqualTo(key.tenant.equals(other.tenant)
                            && key.feature.equals(other.feature)
                            && key.bucket >= from
                            && key.bucket < to);
        }
    }

    @ParameterizedTest
    @CsvSource({"-2147483648", "-1", "0", "1", "2147483647"})
    void aKeyIsReadBackAsItWas(long bucket) {
        // Given: all absent, empty or given
        String[] dimensions = new String[Dimension.COUNT + 2];
        dimensions[0] = "ten ant";
        dimensions[1] = "féature";
        dimensions[2] = "";
        dimensions[4] = "team";
        dimensions[Dimension.COUNT + 1] = "tag";

        // When
        CellKeys.Parts parts = new CellKeys.Parts(Keys.cell(Resolution.DAY, dimensions, bucket));

        // Then
        assertThat(parts.kind()).isEqualTo(2);
        assertThat(parts.text()).isEqualTo("ten ant");
        assertThat(parts.text()).isEqualTo("féature");
        assertThat(parts.bucket()).isEqualTo(bucket);
        assertThat(parts.dimensions("ten ant", "féature", new CellKeys.LastTexts(Dimension.COUNT + 2)))
                .isEqualTo(dimensions);
    }

    @Test
    void absentAndEmptyAreTwoValues() {
        String[] absent = new Key("t", "f", 1, "m").dimensions();
        String[] empty = absent.clone();
        empty[Dimension.TEAM.ordinal()] = "";
        assertThat(Keys.cell(Resolution.DAY, absent, 1)).isNotEqualTo(Keys.cell(Resolution.DAY, empty, 1));
        assertThat(CellKeys.value(4, "t", null)).isNotEqualTo(CellKeys.value(4, "t", ""));
    }

    @Test
    void aCellWrittenBeforeATagBecameADimensionHasNoneOfIt() {
        Bytes before = Keys.cell(Resolution.DAY, new Key("t", "f", 1, "m").dimensions(), 1);
        CellKeys.Parts parts = new CellKeys.Parts(before);
        parts.kind();
        parts.text();
        parts.text();
        parts.bucket();
        assertThat(parts.dimensions("t", "f", new CellKeys.LastTexts(Dimension.COUNT + 1)))
                .hasSize(Dimension.COUNT + 1)
                .endsWith((String) null);
    }

    @Test
    void resolutionsUsersAndValuesDoNotMix() {
        Bytes quarterHour = new Key("t", "f", 1, "m").bytes(Resolution.QUARTER_HOUR);
        Bytes day = new Key("t", "f", 1, "m").bytes(Resolution.DAY);
        Bytes user = Keys.user("t", 1, "ann");
        Bytes value = CellKeys.value(1, "t", "f");
        assertThat(List.of(quarterHour, day, user, value)).isSorted();
        assertThat(value).isGreaterThan(CellKeys.valuesFrom()).isLessThan(CellKeys.valuesTo());
        assertThat(user).isLessThan(CellKeys.valuesFrom());
    }

    @Test
    void usersOfADayAreTogether() {
        assertThat(Keys.user("t", -1, "zoe"))
                .isGreaterThanOrEqualTo(CellKeys.usersFrom("t", -1))
                .isLessThan(CellKeys.usersFrom("t", 0));
        assertThat(Keys.user("t", 0, "")).isGreaterThanOrEqualTo(CellKeys.usersFrom("t", 0));
    }

    /** What is on disk must be found again by the next release. */
    @Test
    void theFormatIsTheOneOfRelease1() {
        String[] dimensions = new Key("t", "f", 0, "m").dimensions();
        dimensions[Dimension.PROVIDER.ordinal()] = "";
        assertThat(HexFormat.of()
                        .formatHex(Keys.cell(Resolution.QUARTER_HOUR, dimensions, 2)
                                .get()))
                .isEqualTo("01" + "7400" + "6600" + "80000002" + "6d00" + "00" + "0100".repeat(6));
        assertThat(HexFormat.of().formatHex(Keys.user("t", -1, "u").get()))
                .isEqualTo("03" + "7400" + "7fffffff" + "7500");
        assertThat(HexFormat.of().formatHex(CellKeys.value(1, "t", "f").get()))
                .isEqualTo("04" + "01" + "7400" + "6600");
    }

    @Test
    void aBucketThatDoesNotFitIsAnError() {
        assertThatThrownBy(() -> CellKeys.usersFrom("t", 1L << 31)).isInstanceOf(ArithmeticException.class);
    }
}
