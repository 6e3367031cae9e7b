package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.spendstream.access.Caller;
import io.spendstream.alert.AlertKind;
import io.spendstream.alert.AlertMeasure;
import io.spendstream.alert.AlertMeasure.Unit;
import io.spendstream.alert.AlertNoteJson;
import io.spendstream.alert.Telling;
import io.spendstream.budget.BudgetJson;
import io.spendstream.budget.Ratio;
import io.spendstream.query.Alerts;
import io.spendstream.query.Notes;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Contributor;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Open and past alerts, {@code GET /v1/alerts}, and who looks after them, {@code /v1/alerts/{id}/acknowledge}. Amounts are
 * USD, fractions or counts, as {@link AlertMeasure} says.
 */
final class AlertRoutes {

    private static final List<String> PARAMS =
            List.of("state", "kind", "tenant", "budget", "id", "notify", "acknowledged", "since", "limit");
    private static final int LIMIT_DEFAULT = 100;
    private static final String ACKNOWLEDGE = "/acknowledge";
    private static final String ALL = "/v1/alerts";
    /** Of an acknowledgement. */
    private static final int BODY_BYTES_MAX = 16 << 10;

    private final Alerts alerts;
    private final Notes notes;
    private final InstantSource clock;
    private final WorkerExecutor workers;
    private final Bodies bodies;
    private final Audited audited;
    private final InFlight queries;

    AlertRoutes(RestPorts ports, WorkerExecutor workers, Bodies bodies, Audited audited, int queriesMax) {
        this.alerts = ports.budgets().alerts();
        this.notes = ports.budgets().notes();
        this.clock = ports.clock();
        this.workers = workers;
        this.bodies = bodies.upTo(BODY_BYTES_MAX);
        this.audited = audited;
        this.queries = new InFlight(queriesMax);
    }

    void mount(Api api) {
        api.get(ALL, this::find);
        api.on(HttpMethod.POST, ALL + "/{id}" + ACKNOWLEDGE, ALL + "/:id" + ACKNOWLEDGE, this::acknowledge);
        api.on(HttpMethod.DELETE, ALL + "/{id}" + ACKNOWLEDGE, ALL + "/:id" + ACKNOWLEDGE, this::withdraw);
    }

    private void acknowledge(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        String id = ctx.pathParam("id");
        MediaTypes.requireJson(ctx.request());
        Context context = ctx.vertx().getOrCreateContext();
        Caller caller = Gate.caller(ctx);
        bodies.read(ctx.request())
                .compose(body -> existing(ctx, context)
                        .compose(alert -> workers.executeBlocking(() -> read(body, alert), false)
                                .compose(note -> audited.make(
                                                caller, change(alert, note), context, () -> notes.put(note))
                                        .map(stored -> note))))
                .onSuccess(note -> ctx.response()
                        .putHeader("Content-Type", Json.MEDIA_TYPE)
                        .end(AlertNoteJson.writeAcknowledgement(note)))
                .onFailure(ctx::fail);
    }

    /** @param after null: it is withdrawn */
    private Audited.Change change(Alert alert, AlertNote after) {
        return new Audited.Change(
                "acknowledgement",
                alert.getId(),
                alert.getTenant(),
                notes.acknowledgement(alert)
                        .map(AlertNoteJson::writeAcknowledgement)
                        .orElse(null),
                after == null ? null : AlertNoteJson.writeAcknowledgement(after));
    }

    private AlertNote read(Buffer body, Alert alert) {
        AlertNoteJson.Reading reading =
                AlertNoteJson.readAcknowledgement(body.toString(StandardCharsets.UTF_8), alert, now());
        if (!reading.faults().isEmpty()) {
            throw Problem.badRequest(
                            "This is no valid acknowledgement; nothing was changed", Problem.faults(reading.faults()))
                    .exception();
        }
        return reading.note();
    }

    /** As records have it. */
    private Instant now() {
        return clock.instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private void withdraw(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        String id = ctx.pathParam("id");
        Context context = ctx.vertx().getOrCreateContext();
        Caller caller = Gate.caller(ctx);
        existing(ctx, context)
                .compose(alert -> {
                    if (notes.acknowledgement(alert).isEmpty()) {
                        throw Problem.notFound("The alert '" + id + "' is not acknowledged")
                                .exception();
                    }
                    return audited.make(
                            caller,
                            change(alert, null),
                            context,
                            () -> notes.delete(AlertNoteKind.ACKNOWLEDGEMENT, id));
                })
                .onSuccess(done -> ctx.response().setStatusCode(204).end())
                .onFailure(ctx::fail);
    }

    /** Another tenant's is not there. */
    private Future<Alert> existing(RoutingContext ctx, Context context) {
        String id = ctx.pathParam("id");
        Alerts.Query query = Tenancy.restricted(Alerts.Query.ofId(id), Gate.caller(ctx));
        return workers.executeBlocking(() -> alerts.find(query), false)
                .compose(found -> Future.fromCompletionStage(found, context))
                .map(found -> found.alerts().stream()
                        .findFirst()
                        .orElseThrow(() -> Problem.notFound("There is no alert '" + id + "'")
                                .exception()));
    }

    private void find(RoutingContext ctx) {
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Caller caller = Gate.caller(ctx);
        Alerts.Query query = Tenancy.restricted(query(ctx.queryParams()), caller);
        SpendRoutes.limited(
                ctx,
                caller,
                queries,
                () -> workers.executeBlocking(() -> alerts.find(query), false)
                        .compose(found ->
                                Future.fromCompletionStage(found, ctx.vertx().getOrCreateContext()))
                        .compose(found -> workers.executeBlocking(() -> write(found, caller), false))
                        .compose(json ->
                                Json.answer(ctx, 200, Buffer.buffer(json)).otherwiseEmpty()));
    }

    private static Alerts.Query query(MultiMap given) {
        Params params = new Params(given, PARAMS);
        Alerts.Query query = new Alerts.Query(
                params.several("state", AlertRoutes::state, Arrays.toString(AlertState.values())),
                params.several("kind", AlertRoutes::kind, AlertKind.ids().toString()),
                ofNullable(params.single("tenant")),
                params.single("budget"),
                params.single("id"),
                params.flag("notify"),
                params.flag("acknowledged"),
                params.time("since"),
                params.count("limit", LIMIT_DEFAULT, Alerts.Query.LIMIT_MAX));
        params.finish();
        return query;
    }

    private static Set<String> ofNullable(String tenant) {
        return tenant == null ? Set.of() : Set.of(tenant);
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

    private byte[] write(Alerts.Found found, Caller caller) {
        return Json.write(g -> {
            g.writeStartObject();
            g.writeArrayFieldStart("alerts");
            for (Alert alert : found.alerts()) {
                write(g, alert);
            }
            g.writeEndArray();
            g.writeBooleanField("truncated", found.truncated());
            Json.writeFreshness(g, Tenancy.shown(found.freshness(), caller));
            g.writeEndObject();
        });
    }

    private void write(JsonGenerator g, Alert alert) throws IOException {
        Unit unit = AlertMeasure.unitOf(alert.getMeasure());
        g.writeStartObject();
        g.writeStringField("id", alert.getId());
        g.writeStringField("kind", alert.getKind());
        g.writeStringField("state", alert.getState().name());
        g.writeStringField("severity", BudgetJson.name(alert.getSeverity()));
        g.writeBooleanField("notify", alert.getNotify());
        writeAcknowledged(g, alert);
        g.writeStringField("silenced", alert.getLabels().get(Telling.SILENCED));
        g.writeStringField("tenant", alert.getTenant());
        writeTexts(g, "scope", alert.getScope());
        g.writeStringField("budget", alert.getBudget());
        StatusJson.writeFraction(g, "threshold", alert.getThreshold());
        g.writeStringField("action", alert.getAction());
        g.writeStringField("measure", alert.getMeasure());
        writeAmount(g, "limit", unit, alert.getLimit());
        writeAmount(g, "value", unit, alert.getValue());
        StatusJson.writeFraction(g, "fraction", fraction(alert));
        writeAmount(g, "baseline", unit, alert.getBaseline());
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
            writeAmount(g, "amount", AlertMeasure.contributorUnitOf(alert.getMeasure()), contributor.getAmount());
            StatusJson.writeFraction(g, "share", contributor.getSharePpm());
            g.writeEndObject();
        }
        g.writeEndArray();
        writeTexts(g, "labels", alert.getLabels());
        g.writeEndObject();
    }

    /** What is spent of a budget's limit; null of what is no budget's. */
    private static Long fraction(Alert alert) {
        return alert.getBudget() == null || alert.getLimit() == null
                ? null
                : (Long) Ratio.ppm(alert.getValue(), alert.getLimit());
    }

    private void writeAcknowledged(JsonGenerator g, Alert alert) throws IOException {
        Optional<AlertNote> note = notes.acknowledgement(alert);
        if (note.isEmpty()) {
            g.writeNullField("acknowledged");
            return;
        }
        g.writeObjectFieldStart("acknowledged");
        g.writeStringField("by", note.get().getBy());
        StatusJson.writeTime(g, "at", note.get().getAt());
        g.writeStringField("comment", note.get().getComment());
        g.writeEndObject();
    }

    private static void writeAmount(JsonGenerator g, String field, Unit unit, Long amount) throws IOException {
        g.writeFieldName(field);
        if (amount == null) {
            g.writeNull();
        } else {
            Json.writeDecimal(
                    g,
                    amount,
                    switch (unit) {
                        case NANO_USD -> Json.NANO_DIGITS;
                        case PPM -> Json.PPM_DIGITS;
                        case COUNT -> 0;
                    });
        }
    }

    private static void writeTexts(JsonGenerator g, String field, Map<String, String> texts) throws IOException {
        g.writeObjectFieldStart(field);
        for (Map.Entry<String, String> text : new TreeMap<>(texts).entrySet()) {
            g.writeStringField(text.getKey(), text.getValue());
        }
        g.writeEndObject();
    }
}
