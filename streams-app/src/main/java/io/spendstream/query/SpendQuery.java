package io.spendstream.query;

import io.spendstream.query.QueryFault.Reason;
import io.spendstream.usage.Dimension;
import io.spendstream.v1.ServiceTier;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A question about spend. Valid by construction.
 *
 * @param from start, inclusive; widened down to a quarter-hour (a UTC day where users are asked for)
 * @param to end, exclusive; widened up alike
 * @param zone whose hours, days, weeks and months the buckets are
 * @param groupBy fields of {@link CubeDimensions#queryFields()}, each once
 * @param filters field to the values that count; the empty text stands for "not given"
 * @param order of the rows
 * @param limit most rows to return; totals are over all
 */
public record SpendQuery(
        Instant from,
        Instant to,
        ZoneId zone,
        Granularity granularity,
        List<String> groupBy,
        Map<String, Set<String>> filters,
        Order order,
        int limit) {

    public static final int LIMIT_DEFAULT = 10_000;
    public static final int LIMIT_MAX = 50_000;
    public static final Duration RANGE_DEFAULT = Duration.ofHours(24);
    /** A little more than the three years that days are kept. */
    public static final Duration RANGE_MAX = Duration.ofDays(1_200);
    /** Of one filter. */
    public static final int FILTER_VALUES_MAX = 1_000;

    /** Since then all zones differ from UTC by whole quarter-hours. */
    public static final Instant EARLIEST = Instant.parse("2000-01-01T00:00:00Z");

    public static final Instant LATEST = Instant.parse("2200-01-01T00:00:00Z");

    private static final Set<String> USER_QUERY_FIELDS = Set.of("tenant", CubeDimensions.USER);
    private static final Set<Granularity> USER_QUERY_GRANULARITIES =
            Set.of(Granularity.TOTAL, Granularity.DAY, Granularity.WEEK, Granularity.MONTH);

    /** @throws QueryRefused where the question cannot be answered; says everything that is wrong */
    public SpendQuery {
        groupBy = List.copyOf(groupBy);
        Map<String, Set<String>> copies = new HashMap<>();
        filters.forEach((field, values) -> copies.put(field, Set.copyOf(values)));
        filters = Collections.unmodifiableMap(copies);
        List<QueryFault> faults = new ArrayList<>();
        checkInterval(from, to, faults);
        checkShape(groupBy, filters, limit, faults);
        checkServiceTiers(filters.getOrDefault(Dimension.SERVICE_TIER.field(), Set.of()), faults);
        if (isAboutUsers(groupBy, filters)) {
            checkUserQuery(zone, granularity, groupBy, filters, faults);
        }
        if (!faults.isEmpty()) {
            throw new QueryRefused(faults);
        }
    }

    /** Whether the totals per user and UTC day answer it, and not the cells of the cube. */
    public boolean isAboutUsers() {
        return isAboutUsers(groupBy, filters);
    }

    /** @throws QueryRefused where a field is no dimension here */
    public void requireFields(CubeDimensions dimensions) {
        List<String> accepted = dimensions.queryFields();
        List<QueryFault> faults = new ArrayList<>();
        for (String field : groupBy) {
            if (!accepted.contains(field)) {
                faults.add(new QueryFault(
                        "group_by",
                        Reason.BAD_VALUE,
                        "'" + field + "' is not a dimension; accepted: " + String.join(", ", accepted)));
            }
        }
        for (String field : new TreeSet<>(filters.keySet())) {
            if (!accepted.contains(field)) {
                faults.add(new QueryFault(
                        field,
                        Reason.UNKNOWN_PARAMETER,
                        "is not a dimension to filter by; accepted: " + String.join(", ", accepted)));
            }
        }
        if (!faults.isEmpty()) {
            throw new QueryRefused(faults);
        }
    }

    private static boolean isAboutUsers(List<String> groupBy, Map<String, Set<String>> filters) {
        return groupBy.contains(CubeDimensions.USER) || filters.containsKey(CubeDimensions.USER);
    }

    /** Of all dimensions the one with a known set of values: another would find nothing, and look like a saving. */
    private static void checkServiceTiers(Set<String> values, List<QueryFault> faults) {
        List<String> known =
                Arrays.stream(ServiceTier.values()).map(ServiceTier::name).toList();
        for (String value : values) {
            if (!known.contains(value)) {
                faults.add(new QueryFault(
                        Dimension.SERVICE_TIER.field(),
                        Reason.BAD_VALUE,
                        "'" + value + "' is no service tier; accepted: " + String.join(", ", known)));
            }
        }
    }

    private static void checkInterval(Instant from, Instant to, List<QueryFault> faults) {
        if (!from.isBefore(to)) {
            faults.add(new QueryFault("from", Reason.BAD_VALUE, from + " is not before to, " + to));
        } else if (from.isBefore(EARLIEST) || to.isAfter(LATEST)) {
            boolean early = from.isBefore(EARLIEST);
            faults.add(new QueryFault(
                    early ? "from" : "to",
                    Reason.BAD_VALUE,
                    (early ? from : to) + " is not between " + EARLIEST + " and " + LATEST));
        } else if (Duration.between(from, to).compareTo(RANGE_MAX) > 0) {
            faults.add(new QueryFault(
                    "from",
                    Reason.TOO_LARGE,
                    "from and to are " + Duration.between(from, to).toDays() + " days apart; at most "
                            + RANGE_MAX.toDays() + " days can be asked for at once"));
        }
    }

    private static void checkShape(
            List<String> groupBy, Map<String, Set<String>> filters, int limit, List<QueryFault> faults) {
        if (new HashSet<>(groupBy).size() != groupBy.size()) {
            faults.add(new QueryFault("group_by", Reason.BAD_VALUE, "names a dimension twice: " + groupBy));
        }
        filters.forEach((field, values) -> {
            if (values.isEmpty() || values.size() > FILTER_VALUES_MAX) {
                faults.add(new QueryFault(
                        field, Reason.BAD_VALUE, "takes 1 to " + FILTER_VALUES_MAX + " values, not " + values.size()));
            }
        });
        if (limit < 1 || limit > LIMIT_MAX) {
            faults.add(new QueryFault("limit", Reason.BAD_VALUE, limit + " is not between 1 and " + LIMIT_MAX));
        }
    }

    private static void checkUserQuery(
            ZoneId zone,
            Granularity granularity,
            List<String> groupBy,
            Map<String, Set<String>> filters,
            List<QueryFault> faults) {
        Set<String> others = new TreeSet<>(filters.keySet());
        others.addAll(groupBy);
        others.removeAll(USER_QUERY_FIELDS);
        if (!others.isEmpty()) {
            faults.add(notTogether(
                    "user",
                    "totals of users are kept per tenant and UTC day; they can be grouped and filtered by tenant and"
                            + " user only, not by " + String.join(", ", others)));
        }
        if (!USER_QUERY_GRANULARITIES.contains(granularity)) {
            faults.add(notTogether(
                    "granularity",
                    "'" + granularity.field() + "' is finer than the UTC days that totals of users are kept by;"
                            + " accepted together with user: total, day, week, month"));
        }
        if (!zone.normalized().equals(ZoneOffset.UTC)) {
            faults.add(notTogether(
                    "zone",
                    "'" + zone.getId() + "' is not UTC, whose days totals of users are kept by; accepted together"
                            + " with user: UTC"));
        }
    }

    private static QueryFault notTogether(String field, String detail) {
        return new QueryFault(field, Reason.NOT_TOGETHER, detail);
    }
}
