package io.spendstream.query;

import io.spendstream.query.QueryFault.Reason;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Rows under way, by group and bucket. For one thread. */
final class SpendRows {

    /** A group and a row of the plan. Mutable only while it is the probe. */
    private static final class Key {
        private final String[] group;
        private long start;

        Key(String[] group, long start) {
            this.group = group;
            this.start = start;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key && start == key.start && Arrays.equals(group, key.group);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(group) * 31 + Long.hashCode(start);
        }
    }

    private final Map<Key, Sums> rows = new HashMap<>();
    private final Key probe;
    private final int rowsMax;

    /**
     * @param groupSize number of values in a group
     * @param rowsMax most rows to hold
     */
    SpendRows(int groupSize, int rowsMax) {
        this.probe = new Key(new String[groupSize], 0);
        this.rowsMax = rowsMax;
    }

    /** The group to set before {@link #row}. */
    String[] group() {
        return probe.group;
    }

    /**
     * The sums of the group that is set, in the bucket that starts then.
     *
     * @throws QueryRefused where that is one row too many
     */
    Sums row(long startMs) {
        probe.start = startMs;
        Sums sums = rows.get(probe);
        if (sums == null) {
            if (rows.size() == rowsMax) {
                throw new QueryRefused(
                        "group_by",
                        Reason.TOO_LARGE,
                        "the answer has more than " + rowsMax + " groups and buckets; group by fewer dimensions, filter"
                                + " more, or ask for a coarser granularity");
            }
            sums = new Sums();
            rows.put(new Key(probe.group.clone(), startMs), sums);
        }
        return sums;
    }

    List<SpendRow> toList() {
        List<SpendRow> list = new ArrayList<>(rows.size());
        rows.forEach((key, sums) -> list.add(new SpendRow(Arrays.asList(key.group), key.start, sums)));
        return list;
    }
}
