package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.budget.Admission;
import io.spendstream.budget.Admission.Estimate;
import io.spendstream.budget.AdmissionPolicy;
import io.spendstream.budget.Attributes;
import io.spendstream.budget.BudgetIndex;
import io.spendstream.budget.Decision;
import io.spendstream.budget.Standing;
import io.spendstream.query.BudgetCounters;
import io.spendstream.query.Freshness;
import io.spendstream.query.Prices.Quote;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.BudgetStatus;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * May this call be made: {@code POST /v1/admission}. Answered from memory on the event loop, without a hop to a worker: a
 * gateway asks before every call. What it takes grows with the budgets that count the call, not with all there are.
 */
final class AdmissionRoute {

    /** What one call can say of itself, read on the event loop. */
    private static final int BODY_BYTES_MAX = 256 << 10;

    private final RestPorts ports;
    private final BudgetCounters counters;
    private final Bodies bodies;

    AdmissionRoute(RestPorts ports, Bodies bodies) {
        this.ports = ports;
        this.counters = ports.budgets().counters();
        this.bodies = bodies.upTo(BODY_BYTES_MAX);
    }

    void mount(Api api) {
        api.post("/v1/admission", this::admit);
    }

    private void admit(RoutingContext ctx) {
        Caller caller = Gate.caller(ctx);
        MediaTypes.requireJson(ctx.request());
        bodies.read(ctx.request())
                .map(body -> answer(body.getBytes(), caller))
                .onSuccess(json -> Json.answer(ctx, 200, json))
                .onFailure(ctx::fail);
    }

    private Buffer answer(byte[] body, Caller caller) {
        Instant now = ports.clock().instant();
        UsageRecord call = AdmissionReader.read(body, now.toEpochMilli());
        Tenancy.require(call.tenant(), caller);
        Estimate estimate = estimate(call);
        AdmissionPolicy policy = ports.budgets().admission();
        Freshness freshness = counters.freshness();
        Instant asOf = asOf(freshness);
        Admission.Answer answer = freshness == null && policy.unavailable() == Decision.DENY
                ? Admission.deniedWithoutState(now)
                : Admission.decide(
                        Attributes.of(call),
                        estimate,
                        ports.budgets().definitions().index(),
                        this::standing,
                        asOf,
                        now,
                        policy);
        ports.observer().decided(answer.decision());
        return AdmissionJson.write(Tenancy.shown(answer, caller), estimate, asOf, now, policy);
    }

    /** Null where nothing is known, or it is not known yet how old it is. */
    private static Instant asOf(Freshness freshness) {
        return freshness == null || !freshness.isKnown() ? null : freshness.asOf();
    }

    /** The group's own counter; where it has none in this period, the one it shares with the others past the limit. */
    private Standing standing(BudgetIndex.Entry entry, Attributes call, Instant now) {
        List<String> group = Arrays.asList(entry.matcher().groupOf(call));
        BudgetStatus status = counters.get(entry.definition(), group);
        if (!group.isEmpty() && Standing.isOver(status, now)) {
            BudgetStatus shared =
                    counters.get(entry.definition(), Collections.nCopies(group.size(), Standing.OVERFLOW));
            status = Standing.isOver(shared, now) ? status : shared;
        }
        return Standing.of(entry.definition(), group, status, now, entry.definedAtMs());
    }

    private Estimate estimate(UsageRecord call) {
        long input = call.quantity(Meter.INPUT_TOKENS);
        long output = call.quantity(Meter.OUTPUT_TOKENS);
        Quote quote = ports.prices().quote(call);
        return quote.isPriced()
                ? new Estimate(input, output, quote.costNanoUsd(), null)
                : new Estimate(input, output, null, unpriced(call, quote));
    }

    private static String unpriced(UsageRecord call, Quote quote) {
        return quote.card() == null
                ? "no rate card prices the model '" + call.model() + "'"
                : "the prices of '" + quote.card().model() + "' do not price it: " + quote.unpricedBecause();
    }
}
