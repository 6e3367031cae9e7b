package io.spendstream.query;

import io.spendstream.rollup.CellReader;
import io.spendstream.usage.Dimension;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/** Answers a query from the partitions that this instance holds. Blocks while it reads; safe for many threads. */
public final class LocalSpend {

    /** Most groups and buckets of one answer, so that a question cannot exhaust the memory. */
    public static final int ROWS_MAX_DEFAULT = 100_000;

    private final Supplier<? extends Collection<? extends CellReader>> readers;
    private final CubeDimensions dimensions;
    private final LagSource lag;
    private final int rowsMax;

    /** @param readers the partitions held now; asked anew for every query */
    public LocalSpend(
            Supplier<? extends Collection<? extends CellReader>> readers,
            CubeDimensions dimensions,
            LagSource lag,
            int rowsMax) {
        this.readers = readers;
        this.dimensions = dimensions;
        this.lag = lag;
        this.rowsMax = rowsMax;
    }

    /**
     * What the partitions held here add to the answer.
     *
     * @throws QueryRefused where a field is no dimension here, or there are too many rows
     * @throws RuntimeException whatever the stores throw while their partition moves away
     */
    public InstanceSpend read(SpendQuery query) {
        query.requireFields(dimensions);
        BucketPlan plan = BucketPlan.of(query);
        // Before the cells are read: what is counted meanwhile makes the answer fresher than it says, never staler.
        Lag before = lag.lag();
        List<PartitionSpend> partitions = new ArrayList<>();
        for (CellReader reader : readers.get()) {
            SpendRows rows = new SpendRows(query.groupBy().size(), rowsMax);
            if (query.isAboutUsers()) {
                readUsers(reader, query, plan, rows);
            } else {
                readCells(reader, query, plan, rows);
            }
            partitions.add(new PartitionSpend(reader.partition(), rows.toList()));
        }
        return new InstanceSpend(partitions, before);
    }

    private void readCells(CellReader reader, SpendQuery query, BucketPlan plan, SpendRows rows) {
        int[] grouped = query.groupBy().stream().mapToInt(dimensions::indexOf).toArray();
        Filter[] filters = query.filters().entrySet().stream()
                .map(filter -> new Filter(dimensions.indexOf(filter.getKey()), filter.getValue()))
                .toArray(Filter[]::new);
        Set<String> tenants = query.filters().get(Dimension.TENANT.field());
        Set<String> features = query.filters().get(Dimension.FEATURE.field());
        String[] group = rows.group();
        for (BucketPlan.Scan scan : plan.scans()) {
            reader.cells(
                    scan.resolution(),
                    scan.fromBucket(),
                    scan.toBucket(),
                    tenants,
                    features,
                    (values, bucket, measures, otherUnits) -> {
                        if (!passes(filters, values)) {
                            return;
                        }
                        for (int i = 0; i < grouped.length; i++) {
                            group[i] = values[grouped[i]];
                        }
                        rows.row(plan.startMs(scan.row(bucket))).add(measures, otherUnits);
                    });
        }
    }

    private static void readUsers(CellReader reader, SpendQuery query, BucketPlan plan, SpendRows rows) {
        Set<String> tenants = query.filters().get(Dimension.TENANT.field());
        Set<String> users = query.filters().get(CubeDimensions.USER);
        List<String> groupBy = query.groupBy();
        String[] group = rows.group();
        for (BucketPlan.Scan scan : plan.scans()) {
            reader.users(scan.fromBucket(), scan.toBucket(), tenants, (tenant, user, day, measures) -> {
                if (!accepts(tenants, tenant) || !accepts(users, user)) {
                    return;
                }
                for (int i = 0; i < group.length; i++) {
                    group[i] = groupBy.get(i).equals(CubeDimensions.USER) ? user : tenant;
                }
                rows.row(plan.startMs(scan.row(day))).add(measures, Map.of());
            });
        }
    }

    /** Values that one dimension of a cell may have. */
    private record Filter(int index, Set<String> values) {}

    private static boolean passes(Filter[] filters, String[] values) {
        for (Filter filter : filters) {
            if (!accepts(filter.values, values[filter.index])) {
                return false;
            }
        }
        return true;
    }

    private static boolean accepts(Set<String> accepted, String value) {
        return accepted == null || accepted.contains(value == null ? "" : value);
    }
}
