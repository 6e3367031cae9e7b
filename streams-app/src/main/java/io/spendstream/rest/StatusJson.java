package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BudgetJson;
import io.spendstream.budget.Standing;
import io.spendstream.budget.Threshold;
import io.spendstream.query.Freshness;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetStatus;
import io.vertx.core.MultiMap;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Where a budget's groups stand, as JSON: the ones nearest to their limit first. */
final class StatusJson {

    private static final int LIMIT_DEFAULT = 1_000;
    private static final int LIMIT_MAX = 10_000;
    /** Ends of periods are the same in answer after answer. */
    private static final TimeTexts TIMES = new TimeTexts();

    private static final Duration RATE_NOW_OVER = Duration.ofHours(1);

    private static final Comparator<Standing> NEAREST_FIRST = Comparator.comparingLong(Standing::fractionPpm)
            .reversed()
            .thenComparing(standing -> standing.group().toString());

    private StatusJson() {}

    /** How many groups are asked for. */
    static int limit(MultiMap params) {
        Params read = new Params(params, List.of("limit"));
        int limit = read.count("limit", LIMIT_DEFAULT, LIMIT_MAX);
        read.finish();
        return limit;
    }

    /**
     * @param knownFrom what was spent before is not counted; of groups that have no status yet
     * @param definedAtMs when the budget was written first
     */
    static byte[] write(
            BudgetDefinition definition,
            List<BudgetStatus> statuses,
            int limit,
            Instant now,
            Freshness freshness,
            Instant knownFrom,
            long definedAtMs) {
        boolean nothingYet = statuses.isEmpty();
        List<Standing> groups = standings(definition, statuses, now, definedAtMs);
        return Json.write(g -> {
            g.writeStartObject();
            g.writeStringField("budget", definition.id());
            g.writeStringField("tenant", definition.tenant());
            g.writeStringField("measure", BudgetJson.name(definition.measure()));
            g.writeStringField("period", BudgetJson.name(definition.period().kind()));
            g.writeStringField("zone", definition.period().zone().getId());
            g.writeBooleanField("enabled", definition.enabled());
            g.writeArrayFieldStart("groups");
            for (Standing standing : groups.subList(0, Math.min(limit, groups.size()))) {
                g.writeStartObject();
                writeStanding(g, standing);
                if (nothingYet) {
                    writeNoPace(g, standing, knownFrom);
                } else {
                    writePace(g, standing, now);
                }
                g.writeEndObject();
            }
            g.writeEndArray();
            g.writeNumberField("group_count", groups.size());
            g.writeBooleanField("truncated", groups.size() > limit);
            Json.writeFreshness(g, freshness);
            g.writeEndObject();
        });
    }

    private static List<Standing> standings(
            BudgetDefinition definition, List<BudgetStatus> statuses, Instant now, long definedAtMs) {
        List<Standing> standings = new ArrayList<>();
        if (!definition.counts()) {
            return standings;
        }
        for (BudgetStatus status : statuses) {
            if (status.getScope().equals(definition.scopeId())) {
                List<String> group = new ArrayList<>();
                definition
                        .groupBy()
                        .forEach(field -> group.add(status.getGroup().get(field)));
                standings.add(Standing.of(definition, group, status, now, definedAtMs));
            }
        }
        // With one group only, it is there before anything is spent.
        if (standings.isEmpty() && definition.groupBy().isEmpty()) {
            standings.add(Standing.of(definition, List.of(), null, now, definedAtMs));
        }
        standings.sort(NEAREST_FIRST);
        return standings;
    }

    /** The fields of a group that say where it stands. */
    static void writeStanding(JsonGenerator g, Standing standing) throws IOException {
        BudgetMeasure measure = standing.definition().measure();
        g.writeObjectFieldStart("group");
        List<String> fields = standing.definition().groupBy();
        for (int i = 0; i < fields.size(); i++) {
            g.writeStringField(fields.get(i), standing.group().get(i));
        }
        g.writeEndObject();
        g.writeBooleanField("overflow", standing.overflow());
        writeAmount(g, "limit", measure, standing.limit());
        writeAmount(g, "spent", measure, standing.spent());
        writeAmount(g, "remaining", measure, standing.remaining());
        writeFraction(g, "fraction", standing.fractionPpm());
        writeTime(g, "period_start", standing.window().start());
        writeTime(g, "period_end", standing.window().end());
    }

    private static void writePace(JsonGenerator g, Standing standing, Instant now) throws IOException {
        BudgetMeasure measure = standing.definition().measure();
        BudgetStatus status = standing.status();
        writePassed(g, standing);
        writeFraction(g, "burn_rate", status == null ? null : rateNow(status, now));
        writeFraction(g, "burn_rate_yesterday", status == null ? null : status.getBurnRateYesterdayPpm());
        writeFraction(g, "burn_rate_7d", status == null ? null : status.getBurnRate7dPpm());
        writeAmount(g, "forecast", measure, status == null ? null : status.getForecast());
        writeTime(g, "limit_reached_at", status == null ? null : status.getLimitReachedAt());
        writeFraction(g, "days_until_limit", status == null ? null : status.getDaysUntilLimitPpm());
        writeTime(g, "measured_from", status == null ? null : status.getMeasuredFrom());
        writeTime(g, "updated_at", status == null ? null : status.getUpdatedAt());
        writeTime(g, "as_of", status == null ? null : status.getAsOf());
    }

    /** What has never been spent has the pace 0, and leads nowhere. */
    private static void writeNoPace(JsonGenerator g, Standing standing, Instant knownFrom) throws IOException {
        Long zero = standing.definition().isLifetime() ? null : 0L;
        writePassed(g, standing);
        writeFraction(g, "burn_rate", zero);
        writeFraction(g, "burn_rate_yesterday", zero);
        writeFraction(g, "burn_rate_7d", zero);
        writeAmount(g, "forecast", standing.definition().measure(), zero);
        g.writeNullField("limit_reached_at");
        g.writeNullField("days_until_limit");
        Instant start = standing.window().start();
        writeTime(g, "measured_from", knownFrom.isAfter(start) ? knownFrom : start);
        g.writeNullField("updated_at");
        g.writeNullField("as_of");
    }

    private static void writePassed(JsonGenerator g, Standing standing) throws IOException {
        writeAmount(g, "rollover", standing.definition().measure(), standing.rollover());
        g.writeArrayFieldStart("thresholds_passed");
        for (Threshold threshold : standing.passed()) {
            Json.writeDecimal(g, threshold.atPpm(), Json.PPM_DIGITS);
        }
        g.writeEndArray();
    }

    /** That of the last hour: when nothing was counted for as long, nothing was spent in it. */
    private static Long rateNow(BudgetStatus status, Instant now) {
        boolean idle = !now.isBefore(status.getAsOf().plus(RATE_NOW_OVER));
        return idle && status.getBurnRateNowPpm() != null ? Long.valueOf(0) : status.getBurnRateNowPpm();
    }

    static void writeAmount(JsonGenerator g, String field, BudgetMeasure measure, Long amount) throws IOException {
        if (amount == null) {
            g.writeNullField(field);
        } else {
            writeAmount(g, field, measure, amount.longValue());
        }
    }

    static void writeAmount(JsonGenerator g, String field, BudgetMeasure measure, long amount) throws IOException {
        g.writeFieldName(field);
        Json.writeDecimal(g, amount, measure == BudgetMeasure.COST ? Json.NANO_DIGITS : 0);
    }

    static void writeFraction(JsonGenerator g, String field, Long ppm) throws IOException {
        if (ppm == null) {
            g.writeNullField(field);
        } else {
            writeFraction(g, field, ppm.longValue());
        }
    }

    static void writeFraction(JsonGenerator g, String field, long ppm) throws IOException {
        g.writeFieldName(field);
        Json.writeDecimal(g, ppm, Json.PPM_DIGITS);
    }

    static void writeTime(JsonGenerator g, String field, Instant time) throws IOException {
        g.writeStringField(field, time == null ? null : TIMES.text(time));
    }
}
