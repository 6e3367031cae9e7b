package io.spendstream.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import com.nimbusds.jose.jwk.OctetSequenceKey;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.OctetSequenceKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.Base64URL;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tokens that are taken, and attacks that are not, against an issuer on this machine. */
@Timeout(60)
class JwtTokensTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final String ISSUER = "https://login.example/";
    private static final String AUDIENCE = "spendstream";

    private static RSAKey rsa;
    private static RSAKey otherRsa;
    private static ECKey ec;
    private static OctetSequenceKey secret;

    private final List<JWK> published = new ArrayList<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicLong nanos = new AtomicLong();
    private volatile int status = 200;
    private HttpServer issuer;
    private JwtTokens tokens;

    @BeforeAll
    static void makeKeys() throws JOSEException {
        rsa = new RSAKeyGenerator(2048).keyID("rsa").keyUse(KeyUse.SIGNATURE).generate();
        otherRsa =
                new RSAKeyGenerator(2048).keyID("rsa").keyUse(KeyUse.SIGNATURE).generate();
        ec = new ECKeyGenerator(Curve.P_256).keyID("ec").generate();
        secret = new OctetSequenceKeyGenerator(256).keyID("hmac").generate();
    }

    @BeforeEach
    void start() throws IOException {
        published.addAll(List.of(rsa, ec));
        issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        issuer.createContext("/keys", exchange -> {
            asked.incrementAndGet();
            // A symmetric key, which no issuer should publish, with its secret.
            byte[] body = new JWKSet(published)
                    .toString(published.stream().noneMatch(OctetSequenceKey.class::isInstance))
                    .getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(status, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        issuer.start();
        tokens = tokens("tenants", "roles");
    }

    @AfterEach
    void stop() {
        issuer.stop(0);
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + issuer.getAddress().getPort() + "/keys");
    }

    private JwtTokens tokens(String tenantsClaim, String rolesClaim) {
        OidcSettings settings = new OidcSettings(
                ISSUER,
                AUDIENCE,
                url(),
                List.of("RS256", "ES256"),
                tenantsClaim,
                rolesClaim,
                "spendstream.",
                Duration.ofSeconds(60),
                10);
        return new JwtTokens(settings, new IssuerKeys(url(), nanos::get), () -> NOW);
    }

    private static JWTClaimsSet.Builder claims() {
        return new JWTClaimsSet.Builder()
                .issuer(ISSUER)
                .audience(AUDIENCE)
                .subject("ann")
                .expirationTime(Date.from(NOW.plusSeconds(300)))
                .claim("tenants", List.of("acme", "globex"))
                .claim("roles", List.of("spendstream.read", "spendstream.fly", "administer", "offline_access"));
    }

    private static String signed(JWTClaimsSet claims, JWSHeader header, JWSSigner signer) {
        try {
            SignedJWT jwt = new SignedJWT(header, claims);
            jwt.sign(signer);
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String byRsa(UnaryOperator<JWTClaimsSet.Builder> change) throws JOSEException {
        return signed(
                change.apply(claims()).build(),
                new JWSHeader.Builder(JWSAlgorithm.RS256)
                        .keyID("rsa")
                        .type(JOSEObjectType.JWT)
                        .build(),
                new RSASSASigner(rsa));
    }

    private Caller caller(String token) {
        return tokens.caller(token).toCompletableFuture().join();
    }

    private void assertRefused(String what, String token) {
        assertThatThrownBy(() -> caller(token))
                .as(what)
                .isInstanceOf(CompletionException.class)
                .hasCauseInstanceOf(Unauthenticated.class);
    }

    @Test
    void a_token_says_who_calls_and_what_it_may() throws Exception {
        Caller caller = caller(byRsa(claims -> claims));

        assertThat(caller.name()).isEqualTo("ann");
        assertThat(caller.kind()).isEqualTo(Caller.Kind.TOKEN);
        assertThat(caller.scopes()).containsExactly(Scope.READ);
        assertThat(caller.tenants()).containsExactlyInAnyOrder("acme", "globex");
        assertThat(caller.requestsPerSecond()).isEqualTo(10);
    }

    @Test
    void other_algorithms_of_the_list_and_types_are_taken() throws Exception {
        assertThat(caller(signed(
                        claims().build(),
                        new JWSHeader.Builder(JWSAlgorithm.ES256)
                                .keyID("ec")
                                .type(new JOSEObjectType("at+jwt"))
                                .build(),
                        new ECDSASigner(ec))))
                .isNotNull();
        assertThat(caller(signed(claims().build(), new JWSHeader(JWSAlgorithm.ES256), new ECDSASigner(ec))))
                .as("without kid and typ")
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource({
        "-301, false",
        "-361, true", // after the end, within the clock's difference and not
    })
    void a_token_ends(long left, boolean refused) throws Exception {
        String token = byRsa(claims -> claims.expirationTime(Date.from(NOW.plusSeconds(left + 300))));
        if (refused) {
            assertRefused("expired", token);
        } else {
            assertThat(caller(token)).isNotNull();
        }
    }

    @Test
    void attacks_are_refused() throws Exception {
        Map<String, String> attacks = new LinkedHashMap<>();
        String good = byRsa(claims -> claims);
        String[] parts = good.split("\\.");
        String payload = new String(Base64URL.from(parts[1]).decode(), StandardCharsets.UTF_8);
        attacks.put("no algorithm", Base64URL.encode("{\"alg\":\"none\"}") + "." + parts[1] + ".");
        attacks.put("no algorithm, upper case", Base64URL.encode("{\"alg\":\"NONE\"}") + "." + parts[1] + ".");
        attacks.put("no signature", parts[0] + "." + parts[1] + ".");
        attacks.put(
                "HMAC with the public key as its secret",
                signed(
                        claims().build(),
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("rsa").build(),
                        new MACSigner(rsa.toRSAPublicKey().getEncoded())));
        attacks.put(
                "an algorithm that is not on the list",
                signed(
                        claims().build(),
                        new JWSHeader.Builder(JWSAlgorithm.RS512).keyID("rsa").build(),
                        new RSASSASigner(rsa)));
        attacks.put(
                "another's key under the same name",
                signed(
                        claims().build(),
                        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("rsa").build(),
                        new RSASSASigner(otherRsa)));
        attacks.put(
                "its own key in the header",
                signed(
                        claims().build(),
                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                .keyID("rsa")
                                .jwk(otherRsa.toPublicJWK())
                                .build(),
                        new RSASSASigner(otherRsa)));
        attacks.put(
                "a URL for its key in the header",
                signed(
                        claims().build(),
                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                .keyID("rsa")
                                .jwkURL(URI.create("https://evil.example/keys"))
                                .build(),
                        new RSASSASigner(otherRsa)));
        attacks.put(
                "an unknown critical header",
                signed(
                        claims().build(),
                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                .keyID("rsa")
                                .criticalParams(java.util.Set.of("purpose"))
                                .customParam("purpose", "x")
                                .build(),
                        new RSASSASigner(rsa)));
        attacks.put(
                "a changed text",
                parts[0] + "." + Base64URL.encode(payload.replace("globex", "umbrella")) + "." + parts[2]);
        attacks.put("another issuer", byRsa(claims -> claims.issuer("https://login.example")));
        attacks.put("no issuer", byRsa(claims -> claims.issuer(null)));
        attacks.put("another audience", byRsa(claims -> claims.audience("billing")));
        attacks.put("no audience", byRsa(claims -> claims.audience((String) null)));
        attacks.put("no end", byRsa(claims -> claims.expirationTime(null)));
        attacks.put("not yet", byRsa(claims -> claims.notBeforeTime(Date.from(NOW.plusSeconds(61)))));
        attacks.put("nobody", byRsa(claims -> claims.subject(null)));
        attacks.put("no tenants", byRsa(claims -> claims.claim("tenants", null)));
        attacks.put("empty tenants", byRsa(claims -> claims.claim("tenants", List.of(""))));
        attacks.put("tenants that are no texts", byRsa(claims -> claims.claim("tenants", Map.of("*", "*"))));
        attacks.put(
                "another type of token",
                signed(
                        claims().build(),
                        new JWSHeader.Builder(JWSAlgorithm.RS256)
                                .keyID("rsa")
                                .type(new JOSEObjectType("logout+jwt"))
                                .build(),
                        new RSASSASigner(rsa)));
        attacks.put("no token", "x");
        attacks.put("nothing between dots", "..");
        attacks.put("encrypted", "e30.e30.e30.e30.e30");

        attacks.forEach(this::assertRefused);
        assertThat(caller(good)).isNotNull();
    }

    @Test
    void a_symmetric_key_that_the_issuer_publishes_opens_nothing() throws Exception {
        published.add(secret);
        assertRefused(
                "HMAC",
                signed(
                        claims().build(),
                        new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("hmac").build(),
                        new MACSigner(secret)));
        assertThatThrownBy(() ->
                        new OidcSettings(ISSUER, AUDIENCE, url(), List.of("HS256"), "t", "r", "", Duration.ZERO, 1))
                .hasMessageContaining("HS256");
    }

    @Test
    void keys_are_asked_for_once_and_again_when_a_new_one_is_named() throws Exception {
        // Given
        caller(byRsa(claims -> claims));
        caller(byRsa(claims -> claims));
        assertThat(asked).hasValue(1);

        // When the issuer changes its keys
        RSAKey next = new RSAKeyGenerator(2048).keyID("next").generate();
        published.clear();
        published.add(next);
        String token = signed(
                claims().build(),
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("next").build(),
                new RSASSASigner(next));
        for (int i = 0; i < 5; i++) {
            assertRefused("made-up keys do not make us ask at once", token);
        }
        assertThat(asked).hasValue(1);
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());

        // Then
        assertThat(caller(token)).isNotNull();
        assertThat(asked).hasValue(2);
        assertRefused("what the old key signed", byRsa(claims -> claims));
    }

    @Test
    void while_the_issuer_is_away_its_keys_hold_for_a_day() throws Exception {
        // Given
        String token = byRsa(claims -> claims);
        caller(token);
        status = 500;

        // Then
        nanos.addAndGet(Duration.ofHours(23).toNanos());
        assertThat(caller(token)).isNotNull();
        nanos.addAndGet(Duration.ofHours(2).toNanos());
        assertRefused("keys of the day before", token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://login.example/keys", "ftp://login.example/keys", "keys", "https:///keys"})
    void keys_come_over_https(String jwks) {
        assertThatThrownBy(() -> new OidcSettings(
                        ISSUER, AUDIENCE, URI.create(jwks), List.of("RS256"), "t", "r", "", Duration.ZERO, 1))
                .hasMessageContaining("https");
    }

    @Test
    void claims_may_lie_in_objects_and_be_one_text() throws Exception {
        tokens = tokens("org.tenant", "realm_access.roles");
        Caller caller = caller(byRsa(claims -> claims.claim("org", Map.of("tenant", "acme"))
                .claim("realm_access", Map.of("roles", List.of("spendstream.admit")))));

        assertThat(caller.tenants()).containsExactly("acme");
        assertThat(caller.scopes()).containsExactly(Scope.ADMIT);
    }
}
