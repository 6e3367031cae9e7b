package io.spendstream.rest;

import io.spendstream.access.Scope;
import java.util.Map;

/**
 * Who may call what: the one table of all routes. A route that is not in it cannot be registered, so none is open because
 * somebody forgot it. Which tenants' data a caller then sees is {@link Tenancy}'s.
 */
final class RouteAccess {

    /**
     * What a route asks of its caller.
     *
     * @param scope of a {@link Door#SCOPE}, else null
     * @param allTenants whether the caller must be one for all tenants
     */
    record Need(Door door, Scope scope, boolean allTenants) {}

    /** How a route is guarded. */
    enum Door {
        /** For anyone: health, and what every copy of the software holds. */
        OPEN,
        /** For callers with the scope. */
        SCOPE,
        /** As {@link #SCOPE}, or open where the configuration says so. */
        METRICS,
        /** For the other instances. */
        PEERS
    }

    private static final Need OPEN = new Need(Door.OPEN, null, false);
    private static final Need PEERS = new Need(Door.PEERS, null, false);

    private static final Map<String, Need> NEEDS = Map.ofEntries(
            Map.entry("GET /", OPEN),
            Map.entry("GET /page/{file}", OPEN),
            Map.entry("GET /openapi.json", OPEN),
            Map.entry("GET /health/live", OPEN),
            Map.entry("GET /health/startup", OPEN),
            Map.entry("GET /health/ready", OPEN),
            Map.entry("GET /metrics", new Need(Door.METRICS, Scope.READ, true)),
            Map.entry("POST /v1/events", with(Scope.PUBLISH)),
            Map.entry("POST /v1/events/{format}", with(Scope.PUBLISH)),
            Map.entry("GET /v1/spend", with(Scope.READ)),
            Map.entry("GET /v1/export/focus", with(Scope.READ)),
            Map.entry("POST /v1/admission", with(Scope.ADMIT)),
            Map.entry("GET /v1/budgets", with(Scope.READ)),
            Map.entry("GET /v1/budgets/{id}", with(Scope.READ)),
            Map.entry("GET /v1/budgets/{id}/status", with(Scope.READ)),
            Map.entry("PUT /v1/budgets/{id}", with(Scope.ADMINISTER)),
            Map.entry("DELETE /v1/budgets/{id}", with(Scope.ADMINISTER)),
            Map.entry("GET /v1/alerts", with(Scope.READ)),
            Map.entry("POST /v1/alerts/{id}/acknowledge", with(Scope.ADMINISTER)),
            Map.entry("DELETE /v1/alerts/{id}/acknowledge", with(Scope.ADMINISTER)),
            Map.entry("GET /v1/silences", with(Scope.READ)),
            Map.entry("GET /v1/silences/{id}", with(Scope.READ)),
            Map.entry("PUT /v1/silences/{id}", with(Scope.ADMINISTER)),
            Map.entry("DELETE /v1/silences/{id}", with(Scope.ADMINISTER)),
            // What the providers ask is the same for all tenants, and no secret to those that pay it.
            Map.entry("GET /v1/prices", with(Scope.READ)),
            Map.entry("GET /v1/prices/{model}", with(Scope.READ)),
            Map.entry("POST /v1/prices/{model}/quote", with(Scope.READ)),
            Map.entry("PUT /v1/prices/{model}", withAllTenants(Scope.ADMINISTER)),
            Map.entry("POST /v1/reconciliations", with(Scope.ADMINISTER)),
            Map.entry("GET /v1/reconciliations", with(Scope.READ)),
            Map.entry("GET /v1/reconciliations/{id}", with(Scope.READ)),
            Map.entry("DELETE /v1/reconciliations/{id}", with(Scope.ADMINISTER)),
            // Addresses inside the installation, and how much all tenants together send.
            Map.entry("GET /v1/instances", withAllTenants(Scope.READ)),
            Map.entry("GET " + HttpPeerClient.INSTANCE_PATH, PEERS),
            Map.entry("POST " + HttpPeerClient.SPEND_PATH, PEERS));

    private RouteAccess() {}

    private static Need with(Scope scope) {
        return new Need(Door.SCOPE, scope, false);
    }

    private static Need withAllTenants(Scope scope) {
        return new Need(Door.SCOPE, scope, true);
    }

    /** @throws IllegalStateException where the table does not say */
    static Need of(String method, String template) {
        Need need = NEEDS.get(method + " " + template);
        if (need == null) {
            throw new IllegalStateException("RouteAccess does not say who may call " + method + " " + template);
        }
        return need;
    }
}
