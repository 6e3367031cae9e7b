package io.spendstream.runtime;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * The largest of many amounts, and what the others come to: a metric has only so many series.
 *
 * @param kept the largest first; where amounts are the same, in the order of their keys
 * @param rest sum of the others
 * @param leftOut how many others there are
 */
record SeriesLimit<K>(List<Map.Entry<K, Long>> kept, long rest, int leftOut) {

    static <K extends Comparable<K>> SeriesLimit<K> of(Map<K, Long> amounts, int max) {
        List<Map.Entry<K, Long>> all = new ArrayList<>(amounts.entrySet());
        all.sort(Map.Entry.<K, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()));
        List<Map.Entry<K, Long>> kept = all.subList(0, Math.min(max, all.size()));
        List<Map.Entry<K, Long>> others = all.subList(kept.size(), all.size());
        long rest = 0;
        for (Map.Entry<K, Long> other : others) {
            rest = Math.addExact(rest, other.getValue());
        }
        return new SeriesLimit<>(List.copyOf(kept), rest, others.size());
    }
}
