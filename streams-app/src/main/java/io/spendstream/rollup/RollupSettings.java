package io.spendstream.rollup;

import java.time.Duration;
import java.util.List;

/**
 * How the cube is kept.
 *
 * @param tagDimensions tags that are dimensions, in order
 * @param quarterHoursKept by event time
 * @param daysKept of days and of user totals, by event time
 * @param valuesMax distinct values of one dimension for one tenant in one partition; more become {@code __other__}
 * @param settleEvery how often sums in memory are written to the cells and published as running totals
 * @param cellsInMemory of one partition
 */
public record RollupSettings(
        List<String> tagDimensions,
        Duration quarterHoursKept,
        Duration daysKept,
        int valuesMax,
        Duration settleEvery,
        int cellsInMemory) {

    public static final RollupSettings DEFAULT = new RollupSettings(
            List.of(), Duration.ofDays(100), Duration.ofDays(3 * 365 + 1), 10_000, Duration.ofSeconds(5), 50_000);

    public RollupSettings {
        tagDimensions = List.copyOf(tagDimensions);
        if (tagDimensions.size() > 8) {
            throw new IllegalArgumentException("at most 8 tags can be dimensions, not " + tagDimensions.size());
        }
        if (daysKept.compareTo(quarterHoursKept) < 0) {
            throw new IllegalArgumentException(
                    "days are kept as long as quarter-hours (" + quarterHoursKept + ") or longer, not " + daysKept);
        }
        if (valuesMax < 1 || cellsInMemory < 1_000 || settleEvery.toMillis() < 10) {
            throw new IllegalArgumentException("a cube needs 1 value, 1,000 cells in memory and 10 ms between settlings"
                    + " or more, not " + valuesMax + ", " + cellsInMemory + ", " + settleEvery);
        }
    }
}
