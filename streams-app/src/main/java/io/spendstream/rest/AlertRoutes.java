package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.spendstream.alert.AlertKind;
import io.spendstream.budget.BudgetJson;
import io.spendstream.query.Alerts;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.Contributor;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** Open and past alerts: {@code GET /v1/alerts}. Amounts are USD where the measure is cost, else counts. */
final class AlertRoutes {

    private static final List<String> PARAMS = List.of("state", "kind", "tenant", "budget", "since", "limit");
    private static final int LIMIT_DEFAULT = 100;

    private final Alerts alerts;
    private final WorkerExecutor workers;

    AlertRoutes(Alerts alerts, WorkerExecutor workers) {
        this.alerts = alerts;
        this.workers = workers;
    }

    void mount(Api api) {
        api.get("/v1/alerts", this::find);
    }

    private void find(RoutingContext ctx) {
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Alerts.Query query = query(ctx.queryParams());
        workers.executeBlocking(() -> alerts.find(query), false)
                .compose(found -> Future.fromCompletionStage(found, ctx.vertx().getOrCreateContext()))
                .compose(found -> workers.executeBlocking(() -> write(found), false))
                .onSuccess(json -> ctx.response()
                        .putHeader("Content-Type", Json.MEDIA_TYPE)
                        .end(Buffer.buffer(json)))
                .onFailure(ctx::fail);
    }

    private static Alerts.Query query(MultiMap given) {
        Params params = new Params(given, PARAMS);
        Alerts.Query query = new Alerts.Query(
                params.several("state", AlertRoutes::state, Arrays.toString(AlertState.values())),
                params.several("kind", AlertRoutes::kind, AlertKind.ids().toString()),
                params.single("tenant"),
                params.single("budget"),
                params.time("since"),
                params.count("limit", LIMIT_DEFAULT, Alerts.Query.LIMIT_MAX));
        params.finish();
        return query;
    }

    private static String kind(String id) {
        return AlertKind.ids().contains(id) ? id : null;
    }

    private static AlertState state(String name) {
        return Arrays.stream(AlertState.values())
                .filter(state -> state.name().equals(name.toUpperCase(Locale.ROOT)))
                .findFirst()
                .orElse(null);
    }

    private static byte[] write(Alerts.Found found) {
        return Json.write(g -> {
            g.writeStartObject();
            g.writeArrayFieldStart("alerts");
            for (Alert alert : found.alerts()) {
                write(g, alert);
            }
            g.writeEndArray();
            g.writeBooleanField("truncated", found.truncated());
            Json.writeFreshness(g, found.freshness());
            g.writeEndObject();
        });
    }

    private static void write(JsonGenerator g, Alert alert) throws IOException {
        // Only money needs another unit: any other measure is a count.
        BudgetMeasure unit = alert.getMeasure().equals(BudgetJson.name(BudgetMeasure.COST))
                ? BudgetMeasure.COST
                : BudgetMeasure.REQUESTS;
        g.writeStartObject();
        g.writeStringField("id", alert.getId());
        g.writeStringField("kind", alert.getKind());
        g.writeStringField("state", alert.getState().name());
        g.writeStringField("severity", BudgetJson.name(alert.getSeverity()));
        g.writeBooleanField("notify", alert.getNotify());
        g.writeStringField("tenant", alert.getTenant());
        writeTexts(g, "scope", alert.getScope());
        g.writeStringField("budget", alert.getBudget());
        StatusJson.writeFraction(g, "threshold", alert.getThreshold());
        g.writeStringField("action", alert.getAction());
        g.writeStringField("measure", alert.getMeasure());
        StatusJson.writeAmount(g, "limit", unit, alert.getLimit());
        StatusJson.writeAmount(g, "value", unit, alert.getValue());
        StatusJson.writeAmount(g, "baseline", unit, alert.getBaseline());
        StatusJson.writeTime(g, "period_start", alert.getPeriodStart());
        StatusJson.writeTime(g, "period_end", alert.getPeriodEnd());
        g.writeStringField("zone", alert.getZone());
        StatusJson.writeTime(g, "opened_at", alert.getOpenedAt());
        StatusJson.writeTime(g, "changed_at", alert.getChangedAt());
        g.writeStringField("summary", alert.getSummary());
        g.writeArrayFieldStart("contributors");
        for (Contributor contributor : alert.getContributors()) {
            g.writeStartObject();
            g.writeStringField("field", contributor.getField());
            g.writeStringField("value", contributor.getValue());
            StatusJson.writeAmount(g, "amount", unit, contributor.getAmount());
            StatusJson.writeFraction(g, "share", contributor.getSharePpm());
            g.writeEndObject();
        }
        g.writeEndArray();
        writeTexts(g, "labels", alert.getLabels());
        g.writeEndObject();
    }

    private static void writeTexts(JsonGenerator g, String field, Map<String, String> texts) throws IOException {
        g.writeObjectFieldStart(field);
        for (Map.Entry<String, String> text : new TreeMap<>(texts).entrySet()) {
            g.writeStringField(text.getKey(), text.getValue());
        }
        g.writeEndObject();
    }
}
