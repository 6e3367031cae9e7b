package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.focus.FocusCsv;
import io.spendstream.focus.FocusParquet;
import io.spendstream.focus.FocusRows;
import io.spendstream.focus.FocusWriter;
import io.spendstream.query.QueryFault;
import io.spendstream.query.QueryRefused;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendQuery;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;

/** Spend for FinOps tools: {@code GET /v1/export/focus}. */
final class FocusRoutes {

    /** Exports hold many rows in memory, and nobody waits for the second one. */
    private static final int EXPORTS_MAX = 2;

    private final RestPorts ports;
    private final WorkerExecutor workers;
    private final InFlight exports = new InFlight(EXPORTS_MAX);

    FocusRoutes(RestPorts ports, WorkerExecutor workers) {
        this.ports = ports;
        this.workers = workers;
    }

    void mount(Api api) {
        api.get("/v1/export/focus", this::export);
    }

    private void export(RoutingContext ctx) {
        String form = Accepts.best(ctx, FocusCsv.MEDIA_TYPE, FocusParquet.MEDIA_TYPE);
        boolean parquet = form.equals(FocusParquet.MEDIA_TYPE);
        Caller caller = Gate.caller(ctx);
        SpendQuery query = Tenancy.restricted(
                FocusParams.read(
                        ctx.queryParams(), ports.dimensions(), ports.clock().instant()),
                caller);
        SpendRoutes.limited(
                ctx,
                caller,
                exports,
                () -> Future.fromCompletionStage(
                                ports.spend().spend(query, Observation.trace(ctx)),
                                ctx.vertx().getOrCreateContext())
                        .map(answer -> answer.with(Tenancy.shown(answer.freshness(), caller)))
                        .compose(answer -> workers.executeBlocking(() -> written(answer, parquet), false)
                                .compose(dataset -> {
                                    SpendRoutes.describe(ctx.response(), answer);
                                    return ctx.response()
                                            .putHeader(
                                                    "Content-Type",
                                                    parquet ? form : form + "; charset=utf-8; header=present")
                                            .putHeader("Vary", "Accept")
                                            .end(dataset)
                                            .otherwiseEmpty();
                                })));
    }

    private static Buffer written(SpendAnswer answer, boolean parquet) throws IOException {
        requireWhole(answer);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
        try (FocusWriter writer = parquet
                ? new FocusParquet(bytes)
                : new FocusCsv(new OutputStreamWriter(bytes, StandardCharsets.UTF_8))) {
            FocusRows.forEach(answer, writer::write);
        }
        return Buffer.buffer(bytes.toByteArray());
    }

    /** @throws QueryRefused where the answer has not all cells */
    static void requireWhole(SpendAnswer answer) {
        if (answer.truncated()) {
            throw new QueryRefused(
                    "from",
                    QueryFault.Reason.TOO_LARGE,
                    answer.rowCount() + " combinations of dimensions and days have spend, and " + FocusParams.CELLS_MAX
                            + " can be exported at once: ask for fewer days, or filter by a dimension");
        }
    }
}
