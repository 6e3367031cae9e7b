package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BudgetFault;
import io.spendstream.budget.BudgetIndex;
import io.spendstream.budget.BudgetJson;
import io.spendstream.budget.BudgetRules;
import io.spendstream.budget.ScopeMatcher;
import io.spendstream.query.Budgets;
import io.spendstream.query.Freshness;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.Budget;
import io.vertx.core.Context;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The definitions of budgets and where they stand: {@code /v1/budgets}, {@code /{id}} and {@code /{id}/status}. */
final class BudgetRoutes {

    private static final String ALL = "/v1/budgets";
    private static final String TEMPLATE = ALL + "/{id}";
    private static final String PATH = ALL + "/:id";
    private static final String STATUS = "/status";
    /** As a record it is smaller than as JSON, and Kafka takes records of a megabyte. */
    private static final int BODY_BYTES_MAX = 512 << 10;

    private final RestPorts ports;
    private final Budgets budgets;
    private final WorkerExecutor workers;
    private final Bodies bodies;
    private final Audited audited;

    BudgetRoutes(RestPorts ports, WorkerExecutor workers, Bodies bodies, Audited audited) {
        this.ports = ports;
        this.budgets = ports.budgets().definitions();
        this.workers = workers;
        this.bodies = bodies.upTo(BODY_BYTES_MAX);
        this.audited = audited;
    }

    void mount(Api api) {
        api.get(ALL, this::list);
        api.on(HttpMethod.GET, TEMPLATE, PATH, this::get);
        api.on(HttpMethod.PUT, TEMPLATE, PATH, this::put);
        api.on(HttpMethod.DELETE, TEMPLATE, PATH, this::delete);
        api.on(HttpMethod.GET, TEMPLATE + STATUS, PATH + STATUS, this::status);
    }

    private void list(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Caller caller = Gate.caller(ctx);
        workers.executeBlocking(
                        () -> BudgetJson.writeAll(budgets.list().stream()
                                .filter(budget -> caller.isFor(budget.getTenant()))
                                .toList()),
                        false)
                .onSuccess(json -> answer(ctx, 200, json))
                .onFailure(ctx::fail);
    }

    private void get(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        answer(ctx, 200, BudgetJson.write(existing(ctx)));
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
                                caller,
                                change(put.budget, put.before, put.budget),
                                context,
                                () -> budgets.put(put.budget))
                        .map(stored -> put))
                .onSuccess(put -> answer(ctx, put.before == null ? 201 : 200, BudgetJson.write(put.budget)))
                .onFailure(ctx::fail);
    }

    /** @param before null where there was none */
    private record Put(Budget budget, Budget before) {}

    /** @param after null: it is to be deleted */
    private static Audited.Change change(Budget budget, Budget before, Budget after) {
        return new Audited.Change(
                "budget",
                budget.getId(),
                budget.getTenant(),
                before == null ? null : BudgetJson.write(before),
                after == null ? null : BudgetJson.write(after));
    }

    private Put read(String id, String json, Caller caller) {
        BudgetJson.Reading reading = BudgetJson.read(json, id);
        List<BudgetFault> faults = new ArrayList<>(reading.faults());
        if (reading.budget() != null) {
            faults.addAll(BudgetRules.checkModels(reading.budget(), this::isPriced));
        }
        if (!faults.isEmpty()) {
            throw Problem.badRequest("This is no valid budget; nothing was changed", Problem.faults(faults))
                    .exception();
        }
        Tenancy.require(reading.budget().getTenant(), caller);
        Optional<Budget> before = budgets.get(id);
        if (before.isPresent() && !caller.isFor(before.get().getTenant())) {
            throw Tenancy.taken(id).exception();
        }
        return new Put(reading.budget(), before.orElse(null));
    }

    /** By its own name, or as an alias. */
    private boolean isPriced(String model) {
        if (ports.prices().get(model).isPresent()) {
            return true;
        }
        UsageRecord call = new UsageRecord();
        call.dimension(Dimension.MODEL, model);
        call.timeMs = ports.clock().instant().toEpochMilli();
        call.meters[Meter.INPUT_TOKENS.ordinal()] = 1;
        return ports.prices().quote(call).card() != null;
    }

    private void delete(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Budget budget = existing(ctx);
        audited.make(
                        Gate.caller(ctx),
                        change(budget, budget, null),
                        ctx.vertx().getOrCreateContext(),
                        () -> budgets.delete(budget.getId()))
                .onSuccess(done -> ctx.response().setStatusCode(204).end())
                .onFailure(ctx::fail);
    }

    private void status(RoutingContext ctx) {
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Budget budget = existing(ctx);
        int limit = StatusJson.limit(ctx.queryParams());
        Caller caller = Gate.caller(ctx);
        workers.executeBlocking(() -> status(budget, limit, caller), false)
                .onSuccess(json -> ctx.response()
                        .putHeader("Content-Type", Json.MEDIA_TYPE)
                        .end(Buffer.buffer(json)))
                .onFailure(ctx::fail);
    }

    private byte[] status(Budget budget, int limit, Caller caller) {
        Freshness freshness = ports.budgets().counters().freshness();
        if (freshness == null) {
            throw Problem.unavailable("This instance does not know the counters yet", 1)
                    .exception();
        }
        BudgetDefinition definition = BudgetDefinition.of(budget);
        return StatusJson.write(
                definition,
                ports.budgets().counters().of(definition),
                limit,
                ports.clock().instant(),
                Tenancy.shown(freshness, caller),
                knownFrom(definition),
                definedAtMs(definition));
    }

    /** A change is known a moment later than the definition itself. */
    private long definedAtMs(BudgetDefinition definition) {
        BudgetIndex.Entry entry = budgets.index().get(definition.id());
        return entry == null ? Long.MAX_VALUE : entry.definedAtMs();
    }

    /** What the cube knows, it knows from before the budget was made; else it is counted since then. */
    private Instant knownFrom(BudgetDefinition definition) {
        return ScopeMatcher.of(definition).isAnsweredBy(ports.dimensions().fields()::contains)
                ? Instant.EPOCH
                : budgets.countedSince(definition).orElse(Instant.EPOCH);
    }

    /** Another tenant's is not there. */
    private Budget existing(RoutingContext ctx) {
        String id = ctx.pathParam("id");
        Caller caller = Gate.caller(ctx);
        return budgets.get(id)
                .filter(budget -> caller.isFor(budget.getTenant()))
                .orElseThrow(() ->
                        Problem.notFound("There is no budget '" + id + "'").exception());
    }

    private static void answer(RoutingContext ctx, int status, String json) {
        ctx.response()
                .setStatusCode(status)
                .putHeader("Content-Type", Json.MEDIA_TYPE)
                .end(json);
    }
}
