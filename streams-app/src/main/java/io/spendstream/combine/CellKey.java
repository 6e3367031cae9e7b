package io.spendstream.combine;

import java.util.Arrays;

/**
 * Where a delta is added: one combination of dimensions in one quarter-hour.
 *
 * @param dimensions indexed by {@code Dimension.ordinal()}, then the tags configured as dimensions; null where not given
 * @param quarterHour epoch milliseconds / 900,000
 */
record CellKey(String[] dimensions, long quarterHour) {

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(dimensions) + Long.hashCode(quarterHour);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CellKey that
                && quarterHour == that.quarterHour
                && Arrays.equals(dimensions, that.dimensions);
    }
}
