package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.format.CallDetails;
import io.spendstream.format.UsageFormat;
import io.spendstream.rest.EventJson.Form;
import io.spendstream.usage.UsageRecords;
import io.spendstream.v1.UsageEvent;
import io.vertx.core.Future;
import io.vertx.core.MultiMap;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;

/**
 * Usage events: {@code POST /v1/events}, and what others write that becomes some: {@code POST /v1/events/{format}}. All
 * events of a request are published, or none.
 */
final class EventRoutes {

    private static final String CLOUD_EVENT = "application/cloudevents+json";
    private static final String CLOUD_EVENT_BATCH = "application/cloudevents-batch+json";

    private final RestPorts ports;
    private final RestConfig config;
    private final WorkerExecutor workers;
    private final Bodies bodies;
    private final EventJson json;
    private final FormatBodies formats;
    private final InFlight bytes;

    EventRoutes(RestPorts ports, RestConfig config, WorkerExecutor workers, Bodies bodies) {
        this.ports = ports;
        this.config = config;
        this.workers = workers;
        this.bodies = bodies;
        this.json = new EventJson(ports.rules(), config.eventsMax());
        this.formats = new FormatBodies(ports.rules(), config.eventsMax());
        this.bytes = new InFlight(config.intakeBytesMax());
    }

    void mount(Api api) {
        api.post("/v1/events", this::postEvents);
        api.on(HttpMethod.POST, "/v1/events/{format}", "/v1/events/:format", this::postFormat);
    }

    private void postEvents(RoutingContext ctx) {
        Form form = form(ctx.request());
        CloudEnvelope envelope =
                form == Form.CLOUD_EVENT_DATA ? envelope(ctx.request().headers()) : null;
        post(ctx, body -> read(body, form, envelope));
    }

    private void postFormat(RoutingContext ctx) {
        UsageFormat format = FormatBodies.format(ctx.pathParam("format"));
        FormatBodies.requireType(format, ctx.request());
        CallDetails details = FormatBodies.details(ctx.queryParams());
        post(ctx, body -> formats.read(format, body, details, ports.clock().instant()));
    }

    private void post(RoutingContext ctx, Function<byte[], FormatBodies.Events> reader) {
        Caller caller = Gate.caller(ctx);
        long expected = bodies.expectedBytes(ctx.request());
        if (!bytes.tryTake(caller, expected)) {
            throw Problem.tooManyRequests(
                            "More events are under way than fit; send these again a little later, or fewer at once", 1)
                    .exception();
        }
        bodies.read(ctx.request())
                .compose(body -> publish(ctx, body, reader, caller))
                .onComplete(done -> bytes.release(caller, expected))
                .onSuccess(events -> ctx.response()
                        .setStatusCode(202)
                        .putHeader("Content-Type", Json.MEDIA_TYPE)
                        .end(Buffer.buffer(events.answer())))
                .onFailure(ctx::fail);
    }

    private Future<FormatBodies.Events> publish(
            RoutingContext ctx, Buffer body, Function<byte[], FormatBodies.Events> reader, Caller caller) {
        return workers.executeBlocking(
                        () -> {
                            FormatBodies.Events events = reader.apply(body.getBytes());
                            Tenancy.requireAll(
                                    events.events().stream()
                                            .map(UsageEvent::getTenant)
                                            .toList(),
                                    caller);
                            return new Publication(
                                    events, ports.intake().publish(events.events(), Observation.trace(ctx)));
                        },
                        false)
                .compose(publication -> Future.fromCompletionStage(
                                publication.stored, ctx.vertx().getOrCreateContext())
                        .map(stored -> publication.events))
                .timeout(config.publishTimeout().toMillis(), TimeUnit.MILLISECONDS)
                .recover(failure -> Future.failedFuture(failure instanceof TimeoutException ? notInTime() : failure));
    }

    private record Publication(FormatBodies.Events events, CompletionStage<Void> stored) {}

    private RuntimeException notInTime() {
        return Problem.unavailable(
                        "The events were not acknowledged within "
                                + config.publishTimeout().toSeconds()
                                + " s. Send them again: those that did arrive are not counted twice",
                        1)
                .exception();
    }

    private FormatBodies.Events read(byte[] body, Form form, CloudEnvelope envelope) {
        EventJson.Reading reading =
                json.read(body, form, envelope, ports.clock().instant().toEpochMilli());
        Problem.refuse(reading.errors(), EventJson.ERRORS_MAX);
        return FormatBodies.Events.of(
                reading.events().stream().map(UsageRecords::toAvro).toList());
    }

    private static Form form(HttpServerRequest request) {
        String type = MediaTypes.of(request);
        return switch (type) {
            case Json.MEDIA_TYPE -> request.headers().contains("ce-specversion") ? Form.CLOUD_EVENT_DATA : Form.PLAIN;
            case CLOUD_EVENT -> Form.CLOUD_EVENT;
            case CLOUD_EVENT_BATCH -> Form.CLOUD_EVENT_BATCH;
            default -> throw MediaTypes.unsupported(type, Json.MEDIA_TYPE, CLOUD_EVENT, CLOUD_EVENT_BATCH);
        };
    }

    private static CloudEnvelope envelope(MultiMap headers) {
        CloudEnvelope envelope = new CloudEnvelope();
        envelope.specversion = attribute(headers, "ce-specversion");
        envelope.id = attribute(headers, "ce-id");
        envelope.source = attribute(headers, "ce-source");
        envelope.type = attribute(headers, "ce-type");
        envelope.time = attribute(headers, "ce-time");
        return envelope;
    }

    /** Attributes in headers are percent-encoded. */
    private static String attribute(MultiMap headers, String name) {
        String value = headers.get(name);
        if (value == null || value.indexOf('%') < 0) {
            return value;
        }
        try {
            return Percent.decode(value);
        } catch (IllegalArgumentException e) {
            return value;
        }
    }
}
