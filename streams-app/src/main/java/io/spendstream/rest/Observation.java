package io.spendstream.rest;

import io.spendstream.query.RequestObserver;
import io.spendstream.query.RequestObserver.Exchange;
import io.spendstream.query.Trace;
import io.vertx.ext.web.RoutingContext;

/** Lets a request be seen from its headers to the end of its answer. */
final class Observation {

    private static final String EXCHANGE = "spendstream.exchange";
    /** What nginx logs where the caller does not wait for the answer. */
    private static final int CALLER_GONE = 499;

    private Observation() {}

    static void begin(RoutingContext ctx, RequestObserver observer) {
        Exchange exchange =
                observer.begin(ctx.request().method().name(), ctx.request().path(), ctx.request()::getHeader);
        ctx.put(EXCHANGE, exchange);
        ctx.addEndHandler(done ->
                exchange.end(Api.routeOf(ctx), done.succeeded() ? ctx.response().getStatusCode() : CALLER_GONE));
    }

    /** The trace that a request belongs to. */
    static Trace trace(RoutingContext ctx) {
        return ctx.<Exchange>get(EXCHANGE).trace();
    }
}
