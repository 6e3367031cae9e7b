package io.spendstream.query;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;

/**
 * The whole answer to a {@link SpendQuery}.
 *
 * @param from start of what was summed, inclusive
 * @param to end of what was summed, exclusive
 * @param rows in the query's order, at most its limit; only buckets and groups that have data
 * @param rowCount rows there are without the limit
 * @param totals over all rows, also those the limit cut
 */
public record SpendAnswer(
        Instant from,
        Instant to,
        ZoneId zone,
        Granularity granularity,
        List<String> groupBy,
        List<SpendRow> rows,
        int rowCount,
        Sums totals,
        Freshness freshness) {

    /** The same, said to be as fresh as that. */
    public SpendAnswer with(Freshness shown) {
        return new SpendAnswer(from, to, zone, granularity, groupBy, rows, rowCount, totals, shown);
    }

    /** Whether the limit cut rows. */
    public boolean truncated() {
        return rows.size() < rowCount;
    }
}
