package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.alert.AlertNoteJson;
import io.spendstream.alert.AlertNotes;
import io.spendstream.budget.BudgetFault;
import io.spendstream.query.Notes;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import io.vertx.core.Context;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Alerts that nobody is to be told of for a while: {@code /v1/silences} and {@code /{id}}. */
final class SilenceRoutes {

    private static final String ALL = "/v1/silences";
    private static final String TEMPLATE = ALL + "/{id}";
    private static final String PATH = ALL + "/:id";
    /** As a record it is smaller than as JSON, and Kafka takes records of a megabyte. */
    private static final int BODY_BYTES_MAX = 512 << 10;

    private final Notes notes;
    private final InstantSource clock;
    private final WorkerExecutor workers;
    private final Bodies bodies;
    private final Audited audited;

    SilenceRoutes(RestPorts ports, WorkerExecutor workers, Bodies bodies, Audited audited) {
        this.notes = ports.budgets().notes();
        this.clock = ports.clock();
        this.workers = workers;
        this.bodies = bodies.upTo(BODY_BYTES_MAX);
        this.audited = audited;
    }

    void mount(Api api) {
        api.get(ALL, this::list);
        api.on(HttpMethod.GET, TEMPLATE, PATH, this::get);
        api.on(HttpMethod.PUT, TEMPLATE, PATH, this::put);
        api.on(HttpMethod.DELETE, TEMPLATE, PATH, this::delete);
    }

    private void list(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Caller caller = Gate.caller(ctx);
        workers.executeBlocking(
                        () -> AlertNoteJson.writeSilences(notes.silences().stream()
                                .filter(silence -> Tenancy.isFor(silence, caller))
                                .toList()),
                        false)
                .onSuccess(json -> answer(ctx, 200, json))
                .onFailure(ctx::fail);
    }

    private void get(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        answer(ctx, 200, AlertNoteJson.writeSilence(existing(ctx)));
    }

    private void put(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        String id = ctx.pathParam("id");
        Caller caller = Gate.caller(ctx);
        MediaTypes.requireJson(ctx.request());
        Context context = ctx.vertx().getOrCreateContext();
        bodies.read(ctx.request())
                .compose(body ->
                        workers.executeBlocking(() -> read(id, body.toString(StandardCharsets.UTF_8), caller), false))
                .compose(put -> audited.make(
                                caller, change(id, put.before, put.silence), context, () -> notes.put(put.silence))
                        .map(stored -> put))
                .onSuccess(put -> answer(ctx, put.before == null ? 201 : 200, AlertNoteJson.writeSilence(put.silence)))
                .onFailure(ctx::fail);
    }

    /** @param before null where there was none */
    private record Put(AlertNote silence, AlertNote before) {}

    /** A silence may name several tenants, so it is nobody's in the log; the log has its text. */
    private static Audited.Change change(String id, AlertNote before, AlertNote after) {
        return new Audited.Change(
                "silence",
                id,
                null,
                before == null ? null : AlertNoteJson.writeSilence(before),
                after == null ? null : AlertNoteJson.writeSilence(after));
    }

    private Put read(String id, String json, Caller caller) {
        AlertNoteJson.Reading reading =
                AlertNoteJson.readSilence(json, id, clock.instant().truncatedTo(ChronoUnit.MILLIS));
        Optional<AlertNote> before = find(id);
        boolean isNew = before.isEmpty();
        List<BudgetFault> faults = new ArrayList<>(reading.faults());
        if (isNew && notes.silences().size() >= AlertNotes.SILENCES_MAX) {
            faults.add(new BudgetFault(
                    "", "there are " + AlertNotes.SILENCES_MAX + " silences already; delete some that are over"));
        }
        if (!faults.isEmpty()) {
            throw Problem.badRequest("This is no valid silence; nothing was changed", Problem.faults(faults))
                    .exception();
        }
        if (!Tenancy.isFor(reading.note(), caller)) {
            throw Problem.forbidden("match.tenant must name tenants of '" + caller.name() + "', which is for "
                            + caller.tenantsInWords() + ", and no other")
                    .exception();
        }
        if (before.isPresent() && !Tenancy.isFor(before.get(), caller)) {
            throw Tenancy.taken(id).exception();
        }
        return new Put(reading.note(), before.orElse(null));
    }

    private void delete(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        AlertNote silence = existing(ctx);
        audited.make(
                        Gate.caller(ctx),
                        change(silence.getId(), silence, null),
                        ctx.vertx().getOrCreateContext(),
                        () -> notes.delete(AlertNoteKind.SILENCE, silence.getId()))
                .onSuccess(done -> ctx.response().setStatusCode(204).end())
                .onFailure(ctx::fail);
    }

    private Optional<AlertNote> find(String id) {
        return notes.silences().stream()
                .filter(silence -> silence.getId().equals(id))
                .findFirst();
    }

    /** Another tenant's is not there. */
    private AlertNote existing(RoutingContext ctx) {
        String id = ctx.pathParam("id");
        Caller caller = Gate.caller(ctx);
        return find(id).filter(silence -> Tenancy.isFor(silence, caller))
                .orElseThrow(() ->
                        Problem.notFound("There is no silence '" + id + "'").exception());
    }

    private static void answer(RoutingContext ctx, int status, String json) {
        ctx.response()
                .setStatusCode(status)
                .putHeader("Content-Type", Json.MEDIA_TYPE)
                .end(json);
    }
}
