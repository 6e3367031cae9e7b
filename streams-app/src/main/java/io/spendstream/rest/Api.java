package io.spendstream.rest;

import io.vertx.core.Handler;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * The routes under way. Keeps what each address allows, so that every address also answers HEAD where it answers GET,
 * OPTIONS, and any other method with 405.
 */
final class Api {

    /** A route as it is documented: {@code GET /v1/prices/{model}}. */
    record Endpoint(String method, String template) {}

    /** Under which a request keeps its route, as documented. */
    private static final String ROUTE = "spendstream.route";

    private final Router router;
    private final Gate gate;
    private final List<Endpoint> endpoints = new ArrayList<>();
    private final Map<String, Set<String>> methodsByPath = new LinkedHashMap<>();

    Api(Router router, Gate gate) {
        this.router = router;
        this.gate = gate;
    }

    void get(String path, Handler<RoutingContext> handler) {
        on(HttpMethod.GET, path, path, handler);
    }

    void post(String path, Handler<RoutingContext> handler) {
        on(HttpMethod.POST, path, path, handler);
    }

    /**
     * Who may call it is in {@link RouteAccess}; what is not there is refused here.
     *
     * @param template as documented
     * @param path as Vert.x matches it, where that differs; a regular expression where it starts with {@code ^}
     */
    void on(HttpMethod method, String template, String path, Handler<RoutingContext> handler) {
        RouteAccess.Need need = RouteAccess.of(method.name(), template);
        endpoints.add(new Endpoint(method.name(), template));
        Set<String> methods = methodsByPath.computeIfAbsent(path, p -> new TreeSet<>(Set.of("OPTIONS")));
        methods.add(method.name());
        Route route = route(path).method(method);
        if (method.equals(HttpMethod.GET)) {
            route.method(HttpMethod.HEAD);
            methods.add("HEAD");
        }
        Handler<RoutingContext> behind = gate.before(need, handler);
        route.handler(ctx -> {
            ctx.put(ROUTE, template);
            behind.handle(ctx);
        });
    }

    /** The route that a request took, as documented; null where none is for it. */
    static String routeOf(RoutingContext ctx) {
        return ctx.get(ROUTE);
    }

    /** To be called when all routes are there. */
    void finish() {
        methodsByPath.forEach((path, methods) -> {
            String allow = String.join(", ", methods);
            route(path).handler(ctx -> {
                ctx.response().putHeader("Allow", allow);
                if (ctx.request().method().equals(HttpMethod.OPTIONS)) {
                    ctx.response().setStatusCode(204).end();
                } else {
                    ctx.fail(Problem.methodNotAllowed(ctx.request().method() + " does not; these do: " + allow)
                            .exception());
                }
            });
        });
    }

    private Route route(String path) {
        return path.startsWith("^") ? router.routeWithRegex(path) : router.route(path);
    }

    List<Endpoint> endpoints() {
        return List.copyOf(endpoints);
    }
}
