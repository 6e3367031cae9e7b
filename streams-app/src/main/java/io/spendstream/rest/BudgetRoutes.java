package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BudgetIndex;
import io.spendstream.budget.BudgetJson;
import io.spendstream.budget.BudgetRules;
import io.spendstream.budget.ScopeMatcher;
import io.spendstream.definition.FieldFault;
import io.spendstream.query.Budgets;
import io.spendstream.query.Freshness;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.Budget;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The definitions of budgets and where they stand: {@code /v1/budgets}, {@code /{id}} and {@code /{id}/status}. */
final class BudgetRoutes extends KeptRoutes<Budget> {

    /** As a record it is smaller than as JSON, and Kafka takes records of a megabyte. */
    private static final int BODY_BYTES_MAX = 512 << 10;

    private final RestPorts ports;
    private final Budgets budgets;
    private final WorkerExecutor workers;
    private final Bodies bodies;

    BudgetRoutes(RestPorts ports, WorkerExecutor workers, Bodies bodies, Audited audited) {
        super("budget", "/v1/budgets", workers, audited);
        this.ports = ports;
        this.budgets = ports.budgets().definitions();
        this.workers = workers;
        this.bodies = bodies.upTo(BODY_BYTES_MAX);
    }

    @Override
    void mount(Api api) {
        super.mount(api);
        on(api, HttpMethod.PUT, "", ctx -> put(ctx, bodies, this::read));
        on(api, HttpMethod.GET, "/status", this::status);
    }

    @Override
    List<Budget> list() {
        return budgets.list();
    }

    @Override
    Optional<Budget> find(String id) {
        return budgets.get(id);
    }

    @Override
    boolean isFor(Budget budget, Caller caller) {
        return caller.isFor(budget.getTenant());
    }

    @Override
    String id(Budget budget) {
        return budget.getId();
    }

    @Override
    String tenant(Budget budget) {
        return budget.getTenant();
    }

    @Override
    Buffer json(List<Budget> some) {
        return Buffer.buffer(BudgetJson.writeAll(some));
    }

    @Override
    Buffer json(Budget budget) {
        return Buffer.buffer(BudgetJson.write(budget));
    }

    @Override
    String audited(Budget budget) {
        return BudgetJson.write(budget);
    }

    @Override
    CompletionStage<Void> store(Budget budget) {
        return budgets.put(budget);
    }

    @Override
    CompletionStage<Void> remove(Budget budget) {
        return budgets.delete(budget.getId());
    }

    private Budget read(String id, String json, Caller caller) {
        BudgetJson.Reading reading = BudgetJson.read(json, id);
        List<FieldFault> faults = new ArrayList<>(reading.faults());
        if (reading.budget() != null) {
            faults.addAll(BudgetRules.checkModels(reading.budget(), this::isPriced));
        }
        if (!faults.isEmpty()) {
            throw Problem.badRequest("This is no valid budget; nothing was changed", Problem.faults(faults))
                    .exception();
        }
        Tenancy.require(reading.budget().getTenant(), caller);
        return reading.budget();
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

    private void status(RoutingContext ctx) {
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Budget budget = existing(ctx);
        int limit = StatusJson.limit(ctx.queryParams());
        Caller caller = Gate.caller(ctx);
        workers.executeBlocking(() -> status(budget, limit, caller), false)
                .onSuccess(json -> Json.answer(ctx, 200, Buffer.buffer(json)))
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
}
