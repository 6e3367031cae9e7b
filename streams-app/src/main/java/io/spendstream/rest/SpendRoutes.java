package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.query.Freshness;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendQuery;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/** Spend: {@code GET /v1/spend}, and what instances ask each other for it. */
final class SpendRoutes {

    /** Other instances may ask for as many queries each. */
    private static final int PEER_QUERIES_PER_QUERY = 16;

    private final RestPorts ports;
    private final WorkerExecutor workers;
    private final Bodies bodies;
    private final InFlight queries;
    /** Apart from callers' queries: instances that wait for each other's answers must not take each other's room. */
    private final InFlight peerQueries;

    SpendRoutes(RestPorts ports, WorkerExecutor workers, Bodies bodies, int queriesMax) {
        this.ports = ports;
        this.workers = workers;
        this.bodies = bodies;
        this.queries = new InFlight(queriesMax);
        this.peerQueries = new InFlight((long) PEER_QUERIES_PER_QUERY * queriesMax);
    }

    void mount(Api api) {
        api.get("/v1/spend", this::spend);
        api.post(HttpPeerClient.SPEND_PATH, this::peerSpend);
    }

    private void spend(RoutingContext ctx) {
        boolean csv = Accepts.best(ctx, Json.MEDIA_TYPE, SpendCsv.MEDIA_TYPE).equals(SpendCsv.MEDIA_TYPE);
        Caller caller = Gate.caller(ctx);
        SpendQuery query = Tenancy.restricted(
                SpendParams.read(
                        params(ctx.queryParams()),
                        ports.dimensions(),
                        ports.clock().instant()),
                caller);
        limited(
                ctx,
                caller,
                queries,
                () -> Future.fromCompletionStage(
                                ports.spend().spend(query, Observation.trace(ctx)),
                                ctx.vertx().getOrCreateContext())
                        .map(answer -> answer.with(Tenancy.shown(answer.freshness(), caller)))
                        .compose(answer -> workers.executeBlocking(
                                () -> {
                                    byte[] body = csv ? SpendCsv.write(answer) : SpendJson.write(answer);
                                    return new Written(answer, body);
                                },
                                false))
                        .compose(written -> answer(ctx.response(), csv, written)));
    }

    private record Written(SpendAnswer answer, byte[] body) {}

    /** Done when it is sent, or nobody takes it any more. */
    private static Future<Void> answer(HttpServerResponse response, boolean csv, Written written) {
        if (csv) {
            describe(response, written.answer);
        }
        return response.putHeader(
                        "Content-Type", csv ? SpendCsv.MEDIA_TYPE + "; charset=utf-8; header=present" : Json.MEDIA_TYPE)
                .putHeader("Vary", "Accept")
                .end(Buffer.buffer(written.body))
                .otherwiseEmpty();
    }

    /** CSV has no place for how good an answer is, so it is in headers. */
    static void describe(HttpServerResponse response, SpendAnswer answer) {
        response.putHeader("Spendstream-From", SpendJson.time(answer.from(), answer.zone()))
                .putHeader("Spendstream-To", SpendJson.time(answer.to(), answer.zone()))
                .putHeader(
                        "Spendstream-Complete",
                        Boolean.toString(answer.freshness().complete()))
                .putHeader("Spendstream-Row-Count", Integer.toString(answer.rowCount()))
                .putHeader("Spendstream-Truncated", Boolean.toString(answer.truncated()));
        if (answer.freshness().lagRecords() != Freshness.NOT_TOLD) {
            response.putHeader(
                    "Spendstream-Lag-Records", Long.toString(answer.freshness().lagRecords()));
        }
        if (answer.freshness().isKnown()) {
            response.putHeader("Spendstream-As-Of", answer.freshness().asOf().toString())
                    .putHeader(
                            "Spendstream-Lag-Ms",
                            Long.toString(answer.freshness().lagMs()));
        }
    }

    private void peerSpend(RoutingContext ctx) {
        Future<Buffer> body = bodies.read(ctx.request());
        limited(
                ctx,
                Caller.ANYONE,
                peerQueries,
                () -> body.compose(json -> workers.executeBlocking(() -> peerSpend(ctx, json.getBytes()), false))
                        .compose(spend ->
                                Json.answer(ctx, 200, Buffer.buffer(spend)).otherwiseEmpty()));
    }

    private byte[] peerSpend(RoutingContext ctx, byte[] query) {
        Gate.requireSigned(ctx, query);
        return PeerJson.write(ports.local().read(PeerJson.readQuery(query)));
    }

    /**
     * Answers where not too many queries are under way already.
     *
     * @param work done when its answer is sent: one that its caller does not read stays in memory
     */
    static void limited(RoutingContext ctx, Caller caller, InFlight queries, Supplier<Future<?>> work) {
        if (!queries.tryTake(caller, 1)) {
            ctx.fail(Problem.tooManyRequests("Too many queries are under way; ask again a little later", 1)
                    .exception());
            return;
        }
        work.get().onComplete(done -> queries.release(caller, 1)).onFailure(ctx::fail);
    }

    static Map<String, List<String>> params(MultiMap params) {
        Map<String, List<String>> byName = new LinkedHashMap<>();
        params.names().forEach(name -> byName.put(name, params.getAll(name)));
        return byName;
    }
}
