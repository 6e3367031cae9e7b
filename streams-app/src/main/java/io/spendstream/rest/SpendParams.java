package io.spendstream.rest;

import io.spendstream.query.CubeDimensions;
import io.spendstream.query.Granularity;
import io.spendstream.query.Order;
import io.spendstream.query.QueryFault;
import io.spendstream.query.QueryFault.Reason;
import io.spendstream.query.QueryRefused;
import io.spendstream.query.SpendQuery;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Texts;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Reads a spend query from the parameters of an address. Tells of everything that is wrong with them at once. */
final class SpendParams {

    private static final List<String> PLAIN =
            List.of("from", "to", "zone", "granularity", "group_by", "limit", "order");

    private final CubeDimensions dimensions;
    private final Map<String, List<String>> params;
    private final List<QueryFault> faults = new ArrayList<>();

    private SpendParams(CubeDimensions dimensions, Map<String, List<String>> params) {
        this.dimensions = dimensions;
        this.params = params;
    }

    /**
     * @param params decoded, every name with its values
     * @throws QueryRefused where they are no valid query
     */
    static SpendQuery read(Map<String, List<String>> params, CubeDimensions dimensions, Instant now) {
        return new SpendParams(dimensions, params).read(now);
    }

    private SpendQuery read(Instant now) {
        refuseUnknown();
        ZoneId zone = zone();
        Instant to = time("to", zone, now);
        Instant from = time("from", zone, to.minus(SpendQuery.RANGE_DEFAULT));
        Granularity granularity = granularity();
        List<String> groupBy = groupBy();
        Map<String, Set<String>> filters = filters();
        Order order = order(granularity);
        int limit = limit();
        SpendQuery query = null;
        try {
            query = new SpendQuery(from, to, zone, granularity, groupBy, filters, order, limit);
        } catch (QueryRefused e) {
            // Where a parameter could not be read, its default stands in for it and may not go with the others.
            Set<String> known = faults.stream().map(QueryFault::field).collect(Collectors.toSet());
            e.faults().stream().filter(f -> !known.contains(f.field())).forEach(faults::add);
        }
        if (!faults.isEmpty()) {
            throw new QueryRefused(faults);
        }
        return query;
    }

    private void refuseUnknown() {
        List<String> fields = dimensions.queryFields();
        for (String name : params.keySet()) {
            if (!PLAIN.contains(name) && !fields.contains(name)) {
                faults.add(new QueryFault(
                        Texts.shortened(name),
                        Reason.UNKNOWN_PARAMETER,
                        "is not a parameter; accepted: " + String.join(", ", PLAIN) + ", and as filters "
                                + String.join(", ", fields)));
            }
        }
    }

    private ZoneId zone() {
        String text = single("zone");
        if (text == null) {
            return ZoneId.of("UTC");
        }
        try {
            return ZoneId.of(plusRestored(text, 0));
        } catch (DateTimeException e) {
            bad(
                    "zone",
                    text,
                    "a time zone; it takes an IANA name such as Europe/Berlin, UTC, or an offset such as +05:30");
            return ZoneOffset.UTC;
        }
    }

    private Instant time(String name, ZoneId zone, Instant otherwise) {
        String text = single(name);
        if (text == null) {
            return otherwise;
        }
        if (text.length() == 10) {
            try {
                return LocalDate.parse(text).atStartOfDay(zone).toInstant();
            } catch (DateTimeParseException e) {
                // told below
            }
        }
        long ms = Rfc3339.epochMs(plusRestored(text, text.length() - 6));
        if (ms == Rfc3339.INVALID) {
            bad(
                    name,
                    text,
                    "a time; it takes RFC 3339 with an offset, such as 2026-11-21T00:00:00Z, or a date, such as"
                            + " 2026-11-21, for its start in the zone");
            return otherwise;
        }
        return Instant.ofEpochMilli(ms);
    }

    /** A plus that was not escaped in an address arrives as a space. */
    private static String plusRestored(String text, int at) {
        return at >= 0 && at < text.length() && text.charAt(at) == ' '
                ? text.substring(0, at) + '+' + text.substring(at + 1)
                : text;
    }

    private Granularity granularity() {
        String text = single("granularity");
        if (text == null) {
            return Granularity.TOTAL;
        }
        return Granularity.ofField(text).orElseGet(() -> {
            bad("granularity", text, "a granularity; accepted: " + String.join(", ", Granularity.fields()));
            return Granularity.TOTAL;
        });
    }

    private List<String> groupBy() {
        List<String> accepted = dimensions.queryFields();
        List<String> fields = new ArrayList<>();
        for (String value : params.getOrDefault("group_by", List.of())) {
            for (String field : split(value)) {
                if (accepted.contains(field)) {
                    fields.add(field);
                } else if (!field.isEmpty() || split(value).size() > 1) {
                    bad("group_by", field, "a dimension; accepted: " + String.join(", ", accepted));
                }
            }
        }
        return fields;
    }

    private Map<String, Set<String>> filters() {
        Map<String, Set<String>> filters = new HashMap<>();
        for (String field : dimensions.queryFields()) {
            for (String value : params.getOrDefault(field, List.of())) {
                filters.computeIfAbsent(field, f -> new LinkedHashSet<>()).addAll(split(value));
            }
        }
        return filters;
    }

    /** Dearest first; a series in the order of time. */
    private Order order(Granularity granularity) {
        Order otherwise = granularity == Granularity.TOTAL ? Order.COST_DESCENDING : Order.START;
        String text = single("order");
        if (text == null) {
            return otherwise;
        }
        return Order.of(text).orElseGet(() -> {
            bad(
                    "order",
                    text,
                    "an order; it takes one of these, with - before it for the reverse: start, "
                            + Arrays.stream(Measure.values())
                                    .map(Measure::restField)
                                    .collect(Collectors.joining(", ")));
            return otherwise;
        });
    }

    private int limit() {
        String text = single("limit");
        if (text == null) {
            return SpendQuery.LIMIT_DEFAULT;
        }
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            bad("limit", text, "a number of rows; it takes 1 to " + SpendQuery.LIMIT_MAX);
            return SpendQuery.LIMIT_DEFAULT;
        }
    }

    private String single(String name) {
        List<String> values = params.getOrDefault(name, List.of());
        if (values.size() > 1) {
            faults.add(new QueryFault(name, Reason.BAD_VALUE, "is given " + values.size() + " times; it takes one"));
        }
        return values.isEmpty() ? null : values.get(0);
    }

    private void bad(String field, String value, String is) {
        faults.add(new QueryFault(field, Reason.BAD_VALUE, "'" + Texts.shortened(value) + "' is not " + is));
    }

    /** Values between commas; a backslash before a comma or a backslash takes that as part of the value. */
    private static List<String> split(String text) {
        List<String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            boolean escapes =
                    c == '\\' && i + 1 < text.length() && (text.charAt(i + 1) == ',' || text.charAt(i + 1) == '\\');
            if (escapes) {
                value.append(text.charAt(++i));
            } else if (c == ',') {
                values.add(value.toString());
                value.setLength(0);
            } else {
                value.append(c);
            }
        }
        values.add(value.toString());
        return values;
    }
}
