package io.spendstream.query;

import io.spendstream.rollup.CellReader;
import io.spendstream.rollup.CellVisitor;
import io.spendstream.rollup.UserVisitor;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Resolution;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** One partition of the cube in memory. Hands out the same arrays again and again, as the real one may. */
public final class FakeCells implements CellReader {

    private record Spent(long timeMs, String[] dimensions, String user, long[] measures, Map<String, long[]> units) {}

    private final int partition;
    private final List<Spent> spent = new ArrayList<>();

    public FakeCells(int partition) {
        this.partition = partition;
    }

    /**
     * @param dimensions field to value
     * @param user or null
     * @param costNanoUsd of the one request
     */
    public FakeCells spend(String time, Map<String, String> dimensions, String user, long costNanoUsd) {
        return spend(time, dimensions, user, costNanoUsd, Map.of());
    }

    public FakeCells spend(
            String time, Map<String, String> dimensions, String user, long costNanoUsd, Map<String, long[]> units) {
        String[] values = new String[Dimension.COUNT + 1];
        values[Dimension.TENANT.ordinal()] = "default";
        dimensions.forEach((field, value) -> values[
                field.startsWith("tags.")
                        ? Dimension.COUNT
                        : Dimension.ofField(field).orElseThrow().ordinal()] = value);
        long[] measures = new long[Measure.COUNT];
        measures[Measure.REQUESTS.ordinal()] = 1;
        measures[Measure.COST.ordinal()] = costNanoUsd;
        spent.add(new Spent(Instant.parse(time).toEpochMilli(), values, user, measures, units));
        return this;
    }

    @Override
    public int partition() {
        return partition;
    }

    @Override
    public void cells(
            Resolution resolution,
            long fromBucket,
            long toBucket,
            Set<String> tenants,
            Set<String> features,
            CellVisitor visitor) {
        String[] reused = new String[Dimension.COUNT + 1];
        long[] measures = new long[Measure.COUNT];
        for (Spent one : spent) {
            long bucket = resolution.bucketOf(one.timeMs);
            if (bucket >= fromBucket
                    && bucket < toBucket
                    && in(tenants, one.dimensions[0])
                    && in(features, one.dimensions[1])) {
                System.arraycopy(one.dimensions, 0, reused, 0, reused.length);
                System.arraycopy(one.measures, 0, measures, 0, measures.length);
                Map<String, long[]> units = new HashMap<>();
                one.units.forEach((name, amounts) -> units.put(name, amounts.clone()));
                visitor.cell(reused, bucket, measures, units);
                java.util.Arrays.fill(reused, "reused");
                java.util.Arrays.fill(measures, Long.MAX_VALUE);
                units.values().forEach(amounts -> java.util.Arrays.fill(amounts, Long.MAX_VALUE));
            }
        }
    }

    @Override
    public void users(long fromDay, long toDay, Set<String> tenants, UserVisitor visitor) {
        for (Spent one : spent) {
            long day = Resolution.DAY.bucketOf(one.timeMs);
            if (one.user != null && day >= fromDay && day < toDay && in(tenants, one.dimensions[0])) {
                long[] measures = one.measures.clone();
                visitor.user(one.dimensions[0], one.user, day, measures);
                java.util.Arrays.fill(measures, Long.MAX_VALUE);
            }
        }
    }

    private static boolean in(Set<String> accepted, String value) {
        return accepted == null || accepted.contains(value);
    }
}
