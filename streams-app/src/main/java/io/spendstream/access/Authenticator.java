package io.spendstream.access;

import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;

/** Finds out who calls, from an API key or a token. */
public final class Authenticator {

    /** Longer ones are refused unread. */
    public static final int CREDENTIAL_LENGTH_MAX = 16 << 10;

    private static final String BEARER = "Bearer ";

    private final Supplier<ApiKeys> keys;
    private final Tokens tokens;
    private final InstantSource clock;

    /**
     * @param keys as they are now
     * @param tokens null where none are taken
     */
    public Authenticator(Supplier<ApiKeys> keys, Tokens tokens, InstantSource clock) {
        this.keys = keys;
        this.tokens = tokens;
        this.clock = clock;
    }

    /**
     * Who calls.
     *
     * @param authorization the header of that name, or null
     * @param apiKey the header {@code X-API-Key}, or null
     * @return fails with {@link Unauthenticated}; done at once for keys
     */
    public CompletionStage<Caller> authenticate(String authorization, String apiKey) {
        if (authorization != null && apiKey != null) {
            return refused("Send either Authorization or X-API-Key, not both");
        }
        String credential = apiKey != null ? apiKey.strip() : bearer(authorization);
        if (credential == null || credential.isEmpty()) {
            return refused("Send 'Authorization: Bearer' with an API key" + (tokens == null ? "" : " or a token"));
        }
        if (credential.length() > CREDENTIAL_LENGTH_MAX) {
            return refused("What was sent is longer than any key or token");
        }
        if (apiKey != null || ApiKeys.isKey(credential) || tokens == null) {
            return keys.get()
                    .find(credential, clock.instant())
                    .<CompletionStage<Caller>>map(CompletableFuture::completedFuture)
                    .orElseGet(() -> refused("The API key is not known, or has expired"));
        }
        return tokens.caller(credential);
    }

    private static String bearer(String authorization) {
        return authorization != null && authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())
                ? authorization.substring(BEARER.length()).strip()
                : null;
    }

    private static CompletionStage<Caller> refused(String message) {
        return CompletableFuture.failedFuture(new Unauthenticated(message));
    }
}
