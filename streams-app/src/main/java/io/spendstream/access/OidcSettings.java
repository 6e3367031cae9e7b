package io.spendstream.access;

import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which tokens are taken, and what they say of their bearer.
 *
 * @param issuer as in {@code iss}, exactly
 * @param audience one of {@code aud}
 * @param jwks where the issuer publishes its keys
 * @param algorithms that tokens may be signed with; only such as take a public key to check
 * @param tenantsClaim its tenants: a text or an array of texts; dots go into objects
 * @param rolesClaim likewise its roles
 * @param rolePrefix before the name of a scope in a role: with {@code spendstream.} the role {@code spendstream.read} is
 *     the scope {@code read}
 * @param clockSkew by which the issuer's clock may differ
 * @param requestsPerSecond of one subject
 */
public record OidcSettings(
        String issuer,
        String audience,
        URI jwks,
        List<String> algorithms,
        String tenantsClaim,
        String rolesClaim,
        String rolePrefix,
        Duration clockSkew,
        int requestsPerSecond) {

    /** Signatures that take a public key to check. HMAC is not among them: whoever can check those can make them. */
    public static final Set<String> ALGORITHMS =
            Set.of("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512");

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    public OidcSettings {
        algorithms = List.copyOf(algorithms);
        for (String algorithm : algorithms) {
            if (!ALGORITHMS.contains(algorithm)) {
                throw new IllegalArgumentException(
                        "'" + algorithm + "' is no algorithm for tokens; accepted: " + new TreeSet<>(ALGORITHMS));
            }
        }
        if (algorithms.isEmpty()) {
            throw new IllegalArgumentException("tokens need at least one algorithm of " + new TreeSet<>(ALGORITHMS));
        }
        if (issuer.isBlank() || audience.isBlank()) {
            throw new IllegalArgumentException("tokens need an issuer and an audience, or anybody's would do");
        }
        boolean here = "http".equals(jwks.getScheme()) && LOOPBACK.contains(String.valueOf(jwks.getHost()));
        if (jwks.getHost() == null || !("https".equals(jwks.getScheme()) || here)) {
            throw new IllegalArgumentException("'" + jwks + "' is not the https URL of the issuer's keys: whoever can"
                    + " change them on the way lets anyone in");
        }
    }
}
