package io.spendstream.rest;

import io.spendstream.access.ApiKeys;
import io.spendstream.access.Authenticator;
import io.spendstream.access.PeerSecret;
import io.spendstream.access.Scope;
import io.spendstream.access.Tls;
import io.spendstream.access.Tokens;
import io.spendstream.query.AuditLog;
import java.security.SecureRandom;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Keys for tests, and an interface that takes them. */
final class Callers {

    static final PeerSecret PEERS = new PeerSecret("the secret of the instances");

    /** Takes all entries; another may take its place before the interface is made. */
    AuditLog audit = entry -> CompletableFuture.completedFuture(null);

    Tls tls;

    private final StringBuilder lines = new StringBuilder();

    /** A new key. */
    String key(String name, Collection<Scope> scopes, String... tenants) {
        ApiKeys.Created created = ApiKeys.create(name, scopes, List.of(tenants), null, new SecureRandom());
        lines.append(created.line()).append('\n');
        return created.key();
    }

    String lines() {
        return lines.toString();
    }

    /** Takes the keys there are by now. */
    RestSecurity security() {
        return security(1_000, null);
    }

    RestSecurity security(int requestsPerSecond, Tokens tokens) {
        ApiKeys keys = ApiKeys.parse(lines.toString(), requestsPerSecond);
        return new RestSecurity(
                new Authenticator(() -> keys, tokens, () -> TestInstance.NOW), PEERS, false, tls, audit);
    }
}
