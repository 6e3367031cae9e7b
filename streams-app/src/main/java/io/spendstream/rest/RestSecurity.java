package io.spendstream.rest;

import io.spendstream.access.Authenticator;
import io.spendstream.access.PeerSecret;
import io.spendstream.access.Tls;
import io.spendstream.query.AuditLog;
import java.util.concurrent.CompletableFuture;

/**
 * How the HTTP interface is guarded.
 *
 * @param authenticator finds out who calls; null: security is off, and anyone may do anything
 * @param peers what the other instances show; null where security is off
 * @param metricsOpen whether {@code /metrics} is for anyone
 * @param tls null: callers are answered in clear
 * @param audit where it is kept who changed what, also where security is off
 */
public record RestSecurity(
        Authenticator authenticator, PeerSecret peers, boolean metricsOpen, Tls tls, AuditLog audit) {

    /** Everything is for anyone, and nothing is kept of it. */
    static final RestSecurity OFF =
            new RestSecurity(null, null, true, null, entry -> CompletableFuture.completedFuture(null));

    public RestSecurity {
        if ((authenticator == null) != (peers == null)) {
            throw new IllegalArgumentException("with security on, instances need a secret between them");
        }
    }

    boolean isOn() {
        return authenticator != null;
    }
}
