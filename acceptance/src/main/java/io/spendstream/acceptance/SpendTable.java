package io.spendstream.acceptance;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * An answer about spend, as numbers by name. A row's key is the values of its group, in order, then the start of its
 * bucket; measures have the names of the REST answer, money being in USD, and the units besides tokens are
 * {@code other_units.<name>.quantity} and {@code other_units.<name>.cost_usd}. Measures that are 0 are left out.
 */
public final class SpendTable {

    private final Map<List<Object>, Map<String, BigDecimal>> rows = new HashMap<>();
    private final Map<String, BigDecimal> totals = new TreeMap<>();

    /** Adds to one row and to the totals. */
    public void add(List<String> group, Instant start, String measure, BigDecimal amount) {
        addToRow(group, start, measure, amount);
        add(totals, measure, amount);
    }

    /** A row exists also where all of its measures are 0. */
    public void row(List<String> group, Instant start) {
        rows.computeIfAbsent(key(group, start), k -> new TreeMap<>());
    }

    /** Adds to one row only, as an answer says it. */
    public void addToRow(List<String> group, Instant start, String measure, BigDecimal amount) {
        add(rows.computeIfAbsent(key(group, start), k -> new TreeMap<>()), measure, amount);
    }

    /** Adds to the totals only, as an answer says it. */
    public void addToTotals(String measure, BigDecimal amount) {
        add(totals, measure, amount);
    }

    private static List<Object> key(List<String> group, Instant start) {
        List<Object> key = new ArrayList<>(group);
        key.add(start);
        return Collections.unmodifiableList(key);
    }

    private static void add(Map<String, BigDecimal> sums, String measure, BigDecimal amount) {
        // Without trailing zeros, so that equal amounts are equal objects.
        BigDecimal sum = sums.getOrDefault(measure, BigDecimal.ZERO).add(amount).stripTrailingZeros();
        if (sum.signum() == 0) {
            sums.remove(measure);
        } else {
            sums.put(measure, sum);
        }
    }

    public Map<List<Object>, Map<String, BigDecimal>> rows() {
        return rows;
    }

    public Map<String, BigDecimal> totals() {
        return totals;
    }

    /** A total; 0 where there is none. */
    public BigDecimal total(String measure) {
        return totals.getOrDefault(measure, BigDecimal.ZERO);
    }

    /** What the rows add up to. */
    public Map<String, BigDecimal> sumOfRows() {
        Map<String, BigDecimal> sums = new TreeMap<>();
        rows.values().forEach(row -> row.forEach((measure, amount) -> add(sums, measure, amount)));
        return sums;
    }

    /** The first few differences to another table in words, for the message of a failed test; empty where equal. */
    public List<String> differencesTo(SpendTable other) {
        List<String> differences = new ArrayList<>();
        if (!totals.equals(other.totals)) {
            differences.add("totals " + totals + " and " + other.totals);
        }
        for (Map.Entry<List<Object>, Map<String, BigDecimal>> row : rows.entrySet()) {
            if (!row.getValue().equals(other.rows.get(row.getKey()))) {
                differences.add(row.getKey() + " " + row.getValue() + " and " + other.rows.get(row.getKey()));
            }
        }
        for (List<Object> key : other.rows.keySet()) {
            if (!rows.containsKey(key)) {
                differences.add(key + " null and " + other.rows.get(key));
            }
        }
        return List.copyOf(differences.subList(0, Math.min(5, differences.size())));
    }
}
