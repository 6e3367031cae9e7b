package io.spendstream.acceptance;

import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A question to {@code GET /v1/spend} and to the oracle.
 *
 * @param from inclusive, on a quarter-hour (for questions about users: on a UTC day)
 * @param to exclusive, alike
 * @param granularity total, 15m, hour, day, week or month
 * @param groupBy dimensions, {@code tags.<key>} or user
 * @param filters dimension to accepted values; the empty text stands for not given
 */
public record SpendQuestion(
        Instant from,
        Instant to,
        ZoneId zone,
        String granularity,
        List<String> groupBy,
        Map<String, Set<String>> filters) {

    /** All that lies between, in one row. */
    public static SpendQuestion between(Instant from, Instant to) {
        return new SpendQuestion(from, to, ZoneId.of("UTC"), "total", List.of(), Map.of());
    }

    public SpendQuestion by(String... dimensions) {
        return new SpendQuestion(from, to, zone, granularity, List.of(dimensions), filters);
    }

    public SpendQuestion every(String every, String inZone) {
        return new SpendQuestion(from, to, ZoneId.of(inZone), every, groupBy, filters);
    }

    public SpendQuestion where(String dimension, String... values) {
        Map<String, Set<String>> more = new HashMap<>(filters);
        more.put(dimension, Set.of(values));
        return new SpendQuestion(from, to, zone, granularity, groupBy, Map.copyOf(more));
    }
}
