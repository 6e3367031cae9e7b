package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.access.PeerSecret;
import io.spendstream.access.RateLimits;
import io.spendstream.access.Unauthenticated;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;

/** Stands before every route: finds out who calls, how often, and whether it may. What a handler then asks is {@link #caller}. */
final class Gate {

    private static final String CALLER = "spendstream.caller";
    /** What a request of another instance carries. */
    private static final String SIGNED = "spendstream.signed";

    private static final String CHALLENGE = "Bearer realm=\"spendstream\"";

    private final RestSecurity security;
    private final InstantSource clock;
    private final RateLimits rates = new RateLimits();

    Gate(RestSecurity security, InstantSource clock) {
        this.security = security;
        this.clock = clock;
    }

    /** Who makes a request that came through. */
    static Caller caller(RoutingContext ctx) {
        Caller caller = ctx.get(CALLER);
        if (caller == null) {
            throw new IllegalStateException("the route is open, so nobody said who calls");
        }
        return caller;
    }

    /** Whether what is said of single instances, such as their addresses, may be told to who makes a request. */
    static boolean mayKnowInstances(RoutingContext ctx) {
        Caller caller = ctx.get(CALLER);
        return caller != null && caller.isForAllTenants();
    }

    /** The handler behind the door that it needs. */
    Handler<RoutingContext> before(RouteAccess.Need need, Handler<RoutingContext> handler) {
        if (!security.isOn()) {
            return ctx -> {
                ctx.put(CALLER, Caller.ANYONE);
                handler.handle(ctx);
            };
        }
        return switch (need.door()) {
            case OPEN -> handler;
            case PEERS ->
                ctx -> {
                    requirePeer(ctx);
                    handler.handle(ctx);
                };
            case METRICS -> security.metricsOpen() ? handler : ctx -> authenticated(ctx, need, handler);
            case SCOPE -> ctx -> authenticated(ctx, need, handler);
        };
    }

    private void requirePeer(RoutingContext ctx) {
        String shown = ctx.request().getHeader(PeerSecret.HEADER);
        String method = ctx.request().method().name();
        if (!security.peers().isSigned(shown, method, ctx.request().path(), clock.instant())) {
            throw notFromAPeer();
        }
        ctx.put(SIGNED, shown);
    }

    /** @throws Problem.ProblemException 403 where another instance signed its request for another body */
    static void requireSigned(RoutingContext ctx, byte[] body) {
        String shown = ctx.get(SIGNED);
        // Null where security is off: nobody signs then.
        if (shown != null && !PeerSecret.isOf(shown, body)) {
            throw notFromAPeer();
        }
    }

    private static RuntimeException notFromAPeer() {
        return Problem.forbidden("This address is for the other instances of the application, which show that they"
                        + " have the secret between instances")
                .exception();
    }

    private void authenticated(RoutingContext ctx, RouteAccess.Need need, Handler<RoutingContext> handler) {
        Future<Caller> known = Future.fromCompletionStage(security.authenticator()
                .authenticate(
                        ctx.request().getHeader("Authorization"), ctx.request().getHeader("X-API-Key")));
        if (known.isComplete()) {
            // On this event at once: a body that nobody takes would be lost.
            enter(ctx, need, handler, known);
            return;
        }
        Context context = ctx.vertx().getOrCreateContext();
        ctx.request().pause();
        known.onComplete(done -> context.runOnContext(again -> {
            ctx.request().resume();
            try {
                enter(ctx, need, handler, known);
            } catch (RuntimeException e) {
                ctx.fail(e);
            }
        }));
    }

    private void enter(
            RoutingContext ctx, RouteAccess.Need need, Handler<RoutingContext> handler, Future<Caller> known) {
        if (known.failed()) {
            throw refusal(ctx, known.cause());
        }
        Caller caller = known.result();
        long waitSeconds = rates.take(caller, System.nanoTime());
        if (waitSeconds > 0) {
            throw Problem.tooOften(
                            "'" + caller.name() + "' may ask " + caller.requestsPerSecond() + " times a second",
                            waitSeconds)
                    .exception();
        }
        if (!caller.may(need.scope())) {
            throw Problem.forbidden("This takes the scope '" + need.scope().id() + "', which '" + caller.name()
                            + "' does not have")
                    .exception();
        }
        if (need.allTenants() && !caller.isForAllTenants()) {
            throw Problem.forbidden(
                            "This concerns all tenants, and '" + caller.name() + "' is for " + caller.tenantsInWords())
                    .exception();
        }
        ctx.put(CALLER, caller);
        handler.handle(ctx);
    }

    private static RuntimeException refusal(RoutingContext ctx, Throwable cause) {
        Throwable why = cause instanceof CompletionException && cause.getCause() != null ? cause.getCause() : cause;
        if (why instanceof Unauthenticated) {
            ctx.response().putHeader("WWW-Authenticate", CHALLENGE);
            return Problem.unauthorized(why.getMessage()).exception();
        }
        return why instanceof RuntimeException e ? e : new IllegalStateException(why);
    }
}
