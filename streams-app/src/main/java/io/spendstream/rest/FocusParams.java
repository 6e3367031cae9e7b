package io.spendstream.rest;

import io.spendstream.query.CubeDimensions;
import io.spendstream.query.Granularity;
import io.spendstream.query.QueryFault;
import io.spendstream.query.QueryRefused;
import io.spendstream.query.SpendQuery;
import io.vertx.core.MultiMap;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads which days to export, and filters, from the parameters of an address: a spend query by UTC days. */
final class FocusParams {

    /** Combinations of day and dimensions, of which each has a row for each of its meters. */
    static final int CELLS_MAX = 20_000;

    private static final long DAY_SECONDS = 86_400;

    private FocusParams() {}

    /**
     * @param params {@code from}, {@code to} (default: the month so far) and dimensions to filter by
     * @throws Problem.ProblemException where there are others
     * @throws QueryRefused where they are no whole UTC days
     */
    static SpendQuery read(MultiMap params, CubeDimensions dimensions, Instant now) {
        List<String> known = new ArrayList<>(List.of("from", "to"));
        known.addAll(dimensions.fields());
        new Params(params, known).finish();
        LocalDate today = LocalDate.ofInstant(now, ZoneOffset.UTC);
        Map<String, List<String>> query = SpendRoutes.params(params);
        query.putIfAbsent("from", List.of(today.withDayOfMonth(1).toString()));
        query.putIfAbsent("to", List.of(today.plusDays(1).toString()));
        query.put("granularity", List.of(Granularity.DAY.field()));
        query.put("group_by", List.of(String.join(",", dimensions.fields())));
        query.put("limit", List.of(Integer.toString(CELLS_MAX)));
        SpendQuery read = SpendParams.read(query, dimensions, now);
        List<QueryFault> faults = new ArrayList<>();
        requireDay("from", read.from(), faults);
        requireDay("to", read.to(), faults);
        if (!faults.isEmpty()) {
            throw new QueryRefused(faults);
        }
        return read;
    }

    private static void requireDay(String field, Instant time, List<QueryFault> faults) {
        if (Math.floorMod(time.getEpochSecond(), DAY_SECONDS) != 0 || time.getNano() != 0) {
            faults.add(new QueryFault(
                    field,
                    QueryFault.Reason.BAD_VALUE,
                    time + " is not the start of a UTC day, which is what charges are of; such as "
                            + LocalDate.ofInstant(time, ZoneOffset.UTC)));
        }
    }
}
