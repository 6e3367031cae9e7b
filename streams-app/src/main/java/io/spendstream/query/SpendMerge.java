package io.spendstream.query;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Puts the answers of instances together. */
final class SpendMerge {

    /** Of two instances that claim one partition, the one whose data is newer, then the one less behind, comes first. */
    private static final Comparator<InstanceSpend> FRESHER_FIRST = Comparator.comparing(
                    (InstanceSpend i) -> i.lag().asOf(), Comparator.reverseOrder())
            .thenComparingLong(i -> i.lag().records());

    private SpendMerge() {}

    /**
     * One answer per partition. A partition that is moving may be claimed by the instance that had it and by the one
     * that has it now; the fresher one's is taken, whole, and of two alike the first.
     */
    static Map<Integer, PartitionSpend> partitions(Collection<InstanceSpend> instances) {
        Map<Integer, PartitionSpend> partitions = new TreeMap<>();
        instances.stream()
                .sorted(FRESHER_FIRST)
                .forEach(instance -> instance.partitions()
                        .forEach(partition -> partitions.putIfAbsent(partition.partition(), partition)));
        return partitions;
    }

    /**
     * The answer that partitions add up to. The limit applies to the whole, never to parts of it.
     *
     * @param partitions every partition once
     * @param lags of every instance that answered
     * @throws QueryRefused where there are more than {@code rowsMax} rows before the limit
     */
    static SpendAnswer answer(
            SpendQuery query,
            BucketPlan plan,
            Collection<PartitionSpend> partitions,
            Collection<Lag> lags,
            Instant now,
            int rowsMax) {
        Sums totals = new Sums();
        SpendRows merged = new SpendRows(query.groupBy().size(), rowsMax);
        for (PartitionSpend partition : partitions) {
            for (SpendRow row : partition.rows()) {
                row.group().toArray(merged.group());
                merged.row(row.startMs()).add(row.sums());
                totals.add(row.sums());
            }
        }
        List<SpendRow> rows = new ArrayList<>(merged.toList());
        rows.sort(query.order().comparator());
        List<SpendRow> first = rows.size() <= query.limit() ? rows : List.copyOf(rows.subList(0, query.limit()));
        return new SpendAnswer(
                plan.from(),
                plan.to(),
                query.zone(),
                query.granularity(),
                query.groupBy(),
                first,
                rows.size(),
                totals,
                freshness(lags, now));
    }

    static Freshness freshness(Collection<Lag> lags, Instant now) {
        Instant asOf =
                lags.stream().map(Lag::asOf).min(Comparator.naturalOrder()).orElse(now);
        long records = lags.stream().mapToLong(Lag::records).reduce(0, Math::addExact);
        return new Freshness(
                true, asOf, records, Math.max(0, Duration.between(asOf, now).toMillis()));
    }
}
