package io.spendstream.query;

import io.spendstream.usage.Measure;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Optional;

/**
 * The order of an answer's rows. Rows that are equal in it are ordered by start, then by group values, so that the same
 * data always gives the same answer.
 *
 * @param measure what to order by, or null for the start of the bucket
 */
public record Order(Measure measure, boolean descending) {

    /** Dearest first. */
    public static final Order COST_DESCENDING = new Order(Measure.COST, true);

    public static final Order START = new Order(null, false);

    private static final String START_FIELD = "start";

    /**
     * Reads {@code start} or a measure's name, with or without {@code _usd}; {@code -} before it turns the order round.
     */
    public static Optional<Order> of(String text) {
        boolean descending = text.startsWith("-");
        String field = descending ? text.substring(1) : text;
        if (field.equals(START_FIELD)) {
            return Optional.of(new Order(null, descending));
        }
        return Arrays.stream(Measure.values())
                .filter(m -> m.restField().equals(field) || m.restField().equals(field + "_usd"))
                .findFirst()
                .map(m -> new Order(m, descending));
    }

    /** As {@link #of} reads it. */
    public String text() {
        return (descending ? "-" : "") + (measure == null ? START_FIELD : measure.restField());
    }

    Comparator<SpendRow> comparator() {
        Comparator<SpendRow> first = measure == null
                ? Comparator.comparingLong(SpendRow::startMs)
                : Comparator.comparingLong(row -> row.sums().measure(measure));
        return (descending ? first.reversed() : first)
                .thenComparingLong(SpendRow::startMs)
                .thenComparing(Order::compareGroups);
    }

    private static int compareGroups(SpendRow a, SpendRow b) {
        for (int i = 0; i < a.group().size(); i++) {
            int order = Comparator.nullsLast(Comparator.<String>naturalOrder())
                    .compare(a.group().get(i), b.group().get(i));
            if (order != 0) {
                return order;
            }
        }
        return 0;
    }
}
