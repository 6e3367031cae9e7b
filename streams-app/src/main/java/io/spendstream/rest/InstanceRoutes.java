package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.spendstream.query.Instances.Instance;
import io.spendstream.query.Lag;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.util.List;

/** The instances and their health: {@code /v1/instances}, {@code /health/…}, {@code /metrics}. */
final class InstanceRoutes {

    private static final String PROMETHEUS = "text/plain; version=0.0.4; charset=utf-8";

    private final RestPorts ports;
    private final WorkerExecutor workers;

    InstanceRoutes(RestPorts ports, WorkerExecutor workers) {
        this.ports = ports;
        this.workers = workers;
    }

    void mount(Api api) {
        api.get("/v1/instances", this::instances);
        api.get(HttpPeerClient.INSTANCE_PATH, this::self);
        api.get("/health/live", ctx -> health(ctx, "live", ports.health().whyNotLive()));
        api.get("/health/startup", ctx -> health(ctx, "started", ports.health().whyNotStarted()));
        api.get("/health/ready", ctx -> health(ctx, "ready", ports.health().whyNotReady()));
        api.get("/metrics", this::metrics);
    }

    private void instances(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Future.fromCompletionStage(ports.instances().instances(), ctx.vertx().getOrCreateContext())
                .onSuccess(instances -> Json.answer(ctx, 200, Buffer.buffer(write(instances))))
                .onFailure(ctx::fail);
    }

    private void self(RoutingContext ctx) {
        ctx.response()
                .putHeader("Content-Type", Json.MEDIA_TYPE)
                .end(Buffer.buffer(Json.write(g -> write(g, ports.instances().self()))));
    }

    private static byte[] write(List<Instance> instances) {
        return Json.write(g -> {
            g.writeStartObject();
            g.writeArrayFieldStart("instances");
            for (Instance instance : instances) {
                write(g, instance);
            }
            g.writeEndArray();
            g.writeEndObject();
        });
    }

    private static void write(JsonGenerator g, Instance instance) throws IOException {
        g.writeStartObject();
        g.writeStringField("url", instance.url());
        g.writeBooleanField("self", instance.self());
        g.writeStringField("state", instance.state());
        writeTexts(g, "active_tasks", instance.activeTasks());
        writeTexts(g, "standby_tasks", instance.standbyTasks());
        g.writeFieldName("lag_records");
        if (instance.lagRecords() == null) {
            g.writeNull();
        } else {
            g.writeNumber(instance.lagRecords());
        }
        g.writeStringField(
                "as_of",
                instance.asOf() == null || instance.asOf().equals(Lag.UNKNOWN)
                        ? null
                        : instance.asOf().toString());
        g.writeEndObject();
    }

    private static void writeTexts(JsonGenerator g, String field, List<String> texts) throws IOException {
        g.writeArrayFieldStart(field);
        for (String text : texts) {
            g.writeString(text);
        }
        g.writeEndArray();
    }

    private static void health(RoutingContext ctx, String state, List<String> reasonsAgainst) {
        if (reasonsAgainst.isEmpty()) {
            ctx.response().putHeader("Content-Type", Json.MEDIA_TYPE).end("{\"status\":\"" + state + "\"}");
            return;
        }
        List<Problem.Fault> reasons = reasonsAgainst.stream()
                .map(reason -> new Problem.Fault(null, null, "not_" + state, reason))
                .toList();
        ctx.fail(Problem.notWell("Not " + state + ": " + String.join("; ", reasonsAgainst), reasons)
                .exception());
    }

    private void metrics(RoutingContext ctx) {
        workers.executeBlocking(ports.metrics()::prometheus, false)
                .onSuccess(text ->
                        ctx.response().putHeader("Content-Type", PROMETHEUS).end(text))
                .onFailure(ctx::fail);
    }
}
