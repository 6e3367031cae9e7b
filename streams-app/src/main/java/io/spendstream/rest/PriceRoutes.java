package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonGenerator;
import io.spendstream.access.Caller;
import io.spendstream.pricing.PricesJson;
import io.spendstream.query.Prices.Card;
import io.spendstream.query.Prices.Line;
import io.spendstream.query.Prices.Quote;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.ModelPrices;
import io.vertx.core.Context;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/**
 * The price book: {@code /v1/prices}, {@code /v1/prices/{model}} and {@code /v1/prices/{model}/quote}. A model's name may
 * hold slashes, escaped or not, so whatever lies between is the model; only in one that ends in {@code /quote} that slash
 * must be escaped.
 */
final class PriceRoutes {

    private static final String PREFIX = "/v1/prices/";
    private static final String QUOTE = "/quote";
    private static final String QUOTES = "^" + PREFIX + ".+" + QUOTE;
    /** All others, so that no method but POST does at the address of a quote. */
    private static final String MODELS = "^" + PREFIX + "(?!.+" + QUOTE + "$).+";

    private final RestPorts ports;
    private final WorkerExecutor workers;
    private final Bodies bodies;
    private final Audited audited;
    private final EventJson events;

    PriceRoutes(RestPorts ports, WorkerExecutor workers, Bodies bodies, Audited audited) {
        this.ports = ports;
        this.workers = workers;
        this.bodies = bodies;
        this.audited = audited;
        this.events = new EventJson(ports.rules(), 1);
    }

    void mount(Api api) {
        api.get("/v1/prices", this::list);
        api.on(HttpMethod.POST, PREFIX + "{model}" + QUOTE, QUOTES, this::quote);
        api.on(HttpMethod.GET, PREFIX + "{model}", MODELS, this::get);
        api.on(HttpMethod.PUT, PREFIX + "{model}", MODELS, this::put);
    }

    private void list(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        workers.executeBlocking(() -> PricesJson.writeBook(ports.prices().list()), false)
                .onSuccess(json -> Json.answer(ctx, 200, Buffer.buffer(json)))
                .onFailure(ctx::fail);
    }

    private void get(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        String model = model(ctx, "");
        ModelPrices prices = ports.prices()
                .get(model)
                .orElseThrow(() -> Problem.notFound("The price book has no model '" + model + "'")
                        .exception());
        Json.answer(ctx, 200, Buffer.buffer(PricesJson.write(prices)));
    }

    private void put(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        String model = model(ctx, "");
        MediaTypes.requireJson(ctx.request());
        Context context = ctx.vertx().getOrCreateContext();
        Caller caller = Gate.caller(ctx);
        bodies.read(ctx.request())
                .compose(body ->
                        workers.executeBlocking(() -> read(model, body.toString(StandardCharsets.UTF_8)), false))
                .compose(put -> audited.make(
                                caller,
                                change(put),
                                context,
                                () -> ports.prices().put(put.prices))
                        .map(stored -> put))
                .onSuccess(put ->
                        Json.answer(ctx, put.before == null ? 201 : 200, Buffer.buffer(PricesJson.write(put.prices))))
                .onFailure(ctx::fail);
    }

    /** @param before null where there was none */
    private record Put(ModelPrices prices, ModelPrices before) {}

    private static Audited.Change change(Put put) {
        return new Audited.Change(
                "prices",
                put.prices.getModel(),
                null,
                put.before == null ? null : PricesJson.write(put.before),
                PricesJson.write(put.prices));
    }

    private Put read(String model, String json) {
        PricesJson.Reading reading = PricesJson.read(json, model);
        if (!reading.faults().isEmpty()) {
            throw Problem.badRequest(
                            "This is no valid price record; nothing was changed", Problem.faults(reading.faults()))
                    .exception();
        }
        return new Put(reading.prices(), ports.prices().get(model).orElse(null));
    }

    private void quote(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        String model = model(ctx, QUOTE);
        MediaTypes.requireJson(ctx.request());
        bodies.read(ctx.request())
                .compose(body -> workers.executeBlocking(() -> quote(model, body.getBytes()), false))
                .onSuccess(json -> Json.answer(ctx, 200, Buffer.buffer(json)))
                .onFailure(ctx::fail);
    }

    private byte[] quote(String model, byte[] body) {
        EventJson.Reading reading =
                events.readForQuote(body, model, ports.clock().instant().toEpochMilli());
        if (!reading.errors().isEmpty()) {
            throw Problem.badRequest("The event is not valid", reading.errors()).exception();
        }
        UsageRecord event = reading.events().get(0);
        Quote quote = ports.prices().quote(event);
        if (!quote.isPriced()) {
            throw unpriced(event, quote).exception();
        }
        return write(quote);
    }

    /** What has no price has no cost either; it must not look free. */
    private static Problem unpriced(UsageRecord event, Quote quote) {
        if (quote.card() == null) {
            return new Problem(
                    404,
                    "unpriced",
                    "There is no price for this",
                    "No rate card prices the model '" + event.model() + "' at " + Instant.ofEpochMilli(event.timeMs)
                            + " for " + provider(event));
        }
        return new Problem(
                422,
                "unpriced",
                "There is no price for this",
                "The prices of '" + quote.card().model() + "' do not price this: " + quote.unpricedBecause());
    }

    private static String provider(UsageRecord event) {
        String provider = event.dimension(Dimension.PROVIDER);
        return provider == null ? "an event that names no provider" : "the provider '" + provider + "'";
    }

    private static byte[] write(Quote quote) {
        return Json.write(g -> {
            g.writeStartObject();
            Json.writeUsd(g, "cost_usd", quote.costNanoUsd());
            g.writeObjectFieldStart("meters");
            for (Line line : quote.lines()) {
                g.writeObjectFieldStart(line.meter());
                g.writeNumberField("quantity", line.quantity());
                g.writeNumberField("pico_usd_per_unit", line.picoUsdPerUnit());
                Json.writeUsd(g, "cost_usd", line.costNanoUsd());
                g.writeEndObject();
            }
            g.writeEndObject();
            g.writeBooleanField("tier_fallback", quote.tierFallback());
            g.writeBooleanField("long_context", quote.longContext());
            writeCard(g, quote.card());
            g.writeEndObject();
        });
    }

    private static void writeCard(JsonGenerator g, Card card) throws IOException {
        g.writeObjectFieldStart("card");
        g.writeStringField("model", card.model());
        g.writeStringField("effective_from", card.effectiveFrom().toString());
        g.writeStringField(
                "effective_to",
                card.effectiveTo() == null ? null : card.effectiveTo().toString());
        g.writeStringField("provider", card.provider());
        g.writeStringField("source", card.source());
        g.writeEndObject();
    }

    private static String model(RoutingContext ctx, String suffix) {
        // As the routes were matched: escapes of letters are gone, those of slashes are still there.
        String path = ctx.normalizedPath();
        String encoded = path.substring(PREFIX.length(), path.length() - suffix.length());
        try {
            return Percent.decode(encoded);
        } catch (IllegalArgumentException e) {
            throw Problem.badRequest("The model in the address is not percent-encoded: " + e.getMessage(), List.of())
                    .exception();
        }
    }
}
