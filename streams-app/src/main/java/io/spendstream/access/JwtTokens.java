package io.spendstream.access;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.source.ImmutableJWKSet;
import com.nimbusds.jose.proc.BadJOSEException;
import com.nimbusds.jose.proc.DefaultJOSEObjectTypeVerifier;
import com.nimbusds.jose.proc.JWSVerificationKeySelector;
import com.nimbusds.jose.proc.SecurityContext;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.nimbusds.jwt.proc.DefaultJWTClaimsVerifier;
import com.nimbusds.jwt.proc.DefaultJWTProcessor;
import java.text.ParseException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Date;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes JSON web tokens of one OpenID Connect issuer: signed by one of its keys under an allowed algorithm, for this
 * audience, in force now, with tenants and roles.
 */
public final class JwtTokens implements Tokens {

    private static final Logger LOG = LoggerFactory.getLogger(JwtTokens.class);
    private static final int SUBJECT_LENGTH_MAX = 256;

    private final OidcSettings settings;
    private final IssuerKeys keys;
    private final InstantSource clock;
    private final Set<JWSAlgorithm> algorithms;

    public JwtTokens(OidcSettings settings, IssuerKeys keys, InstantSource clock) {
        this.settings = settings;
        this.keys = keys;
        this.clock = clock;
        this.algorithms =
                settings.algorithms().stream().map(JWSAlgorithm::parse).collect(Collectors.toSet());
    }

    @Override
    public CompletionStage<Caller> caller(String token) {
        SignedJWT jwt;
        try {
            jwt = SignedJWT.parse(token);
        } catch (ParseException | IllegalArgumentException e) {
            return refused("This is neither an API key nor a signed token");
        }
        JWSHeader header = jwt.getHeader();
        if (!algorithms.contains(header.getAlgorithm())) {
            return refused("The token's algorithm is not one of " + settings.algorithms());
        }
        return keys.with(header.getKeyID()).thenApply(known -> verified(jwt, known));
    }

    private Caller verified(SignedJWT jwt, JWKSet known) {
        try {
            return caller(processor(known).process(jwt, null));
        } catch (BadJOSEException e) {
            LOG.debug("a token was refused", e);
            throw new Unauthenticated("The token is not taken: " + e.getMessage());
        } catch (JOSEException | IllegalArgumentException e) {
            LOG.debug("a token was refused", e);
            throw new Unauthenticated("The token is not taken: its signature cannot be checked");
        }
    }

    private DefaultJWTProcessor<SecurityContext> processor(JWKSet known) {
        // A symmetric key in the set would let whoever knows a public text sign.
        List<JWK> asymmetric = known.getKeys().stream()
                .filter(key -> !(key instanceof com.nimbusds.jose.jwk.OctetSequenceKey))
                .toList();
        DefaultJWTProcessor<SecurityContext> processor = new DefaultJWTProcessor<>();
        processor.setJWSTypeVerifier(
                new DefaultJOSEObjectTypeVerifier<>(JOSEObjectType.JWT, new JOSEObjectType("at+jwt"), null));
        processor.setJWSKeySelector(
                new JWSVerificationKeySelector<>(algorithms, new ImmutableJWKSet<>(new JWKSet(asymmetric))));
        processor.setJWTClaimsSetVerifier(new Claims());
        return processor;
    }

    /** The issuer and audience, and the times by our clock. */
    private final class Claims extends DefaultJWTClaimsVerifier<SecurityContext> {

        Claims() {
            super(
                    settings.audience(),
                    new JWTClaimsSet.Builder().issuer(settings.issuer()).build(),
                    Set.of("exp", "sub"));
            setMaxClockSkew((int) settings.clockSkew().toSeconds());
        }

        @Override
        protected Date currentTime() {
            return Date.from(clock.instant());
        }
    }

    private Caller caller(JWTClaimsSet claims) {
        String subject = claims.getSubject();
        if (subject.isBlank() || subject.length() > SUBJECT_LENGTH_MAX) {
            throw new Unauthenticated("The token's sub has no text or more than " + SUBJECT_LENGTH_MAX + " characters");
        }
        Set<String> tenants = texts(claims, settings.tenantsClaim());
        if (tenants.isEmpty()) {
            throw new Unauthenticated("The token names no tenants in '" + settings.tenantsClaim() + "'");
        }
        Set<Scope> scopes = EnumSet.noneOf(Scope.class);
        for (String role : texts(claims, settings.rolesClaim())) {
            if (role.startsWith(settings.rolePrefix())) {
                Scope.ofId(role.substring(settings.rolePrefix().length())).ifPresent(scopes::add);
            }
        }
        return new Caller(subject, subject, Caller.Kind.TOKEN, scopes, tenants, settings.requestsPerSecond());
    }

    /** A text or an array of texts; anything else is none. */
    private static Set<String> texts(JWTClaimsSet claims, String path) {
        Object value = claims.getClaim(path);
        if (value == null) {
            value = claims.getClaims();
            for (String name : path.split("\\.")) {
                value = value instanceof Map<?, ?> object ? object.get(name) : null;
            }
        }
        Set<String> texts = new TreeSet<>();
        if (value instanceof String text) {
            texts.add(text);
        } else if (value instanceof Collection<?> several) {
            several.forEach(one -> {
                if (one instanceof String text) {
                    texts.add(text);
                }
            });
        }
        texts.remove("");
        return texts;
    }

    private static CompletionStage<Caller> refused(String message) {
        return CompletableFuture.failedFuture(new Unauthenticated(message));
    }
}
