package io.spendstream.rest;

import io.spendstream.query.RequestObserver;
import io.spendstream.query.RequestObserver.Exchange;
import io.spendstream.query.Trace;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.function.Consumer;

/** Lets a request be seen from its headers to the end of its answer. */
final class Observation {

    private static final String EXCHANGE = "spendstream.exchange";
    /** What nginx logs where the caller does not wait for the answer. */
    private static final int CALLER_GONE = 499;

    private Observation() {}

    static void begin(RoutingContext ctx, RequestObserver observer) {
        Exchange exchange = begin(ctx.request(), observer);
        ctx.put(EXCHANGE, exchange);
        ctx.addEndHandler(done ->
                exchange.end(Api.routeOf(ctx), done.succeeded() ? ctx.response().getStatusCode() : CALLER_GONE));
    }

    private static Exchange begin(HttpServerRequest request, RequestObserver observer) {
        return observer.begin(request.method().name(), request.path(), request::getHeader);
    }

    /** Of a request that comes to no route: it is refused before anything else is made of it. */
    static void refused(HttpServerRequest request, RequestObserver observer, Consumer<HttpServerRequest> answer) {
        Exchange exchange = begin(request, observer);
        answer.accept(request);
        exchange.end(null, request.response().getStatusCode());
    }

    /** The trace that a request belongs to. */
    static Trace trace(RoutingContext ctx) {
        return ctx.<Exchange>get(EXCHANGE).trace();
    }
}
