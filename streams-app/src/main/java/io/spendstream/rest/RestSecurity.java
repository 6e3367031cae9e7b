package io.spendstream.rest;

import io.spendstream.access.Authenticator;
import io.spendstream.access.PeerSecret;

/**
 * How the HTTP interface is guarded.
 *
 * @param authenticator finds out who calls; null: security is off, and anyone may do anything
 * @param peers what the other instances show; null where security is off
 * @param metricsOpen whether {@code /metrics} is for anyone
 */
public record RestSecurity(Authenticator authenticator, PeerSecret peers, boolean metricsOpen) {

    /** Everything is for anyone. */
    public static final RestSecurity OFF = new RestSecurity(null, null, true);

    public RestSecurity {
        if ((authenticator == null) != (peers == null)) {
            throw new IllegalArgumentException("with security on, instances need a secret between them");
        }
    }

    boolean isOn() {
        return authenticator != null;
    }
}
