package io.spendstream.access;

import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An issuer's keys, by URL. They are asked for when a token first needs them, when they are older than some minutes, and
 * when a token names a key that is not among them, but never more often than every ten seconds: whoever sends tokens of
 * made-up keys must not make us ask. While the issuer does not answer, what it said last holds for a day.
 */
public final class IssuerKeys {

    private static final Logger LOG = LoggerFactory.getLogger(IssuerKeys.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final Duration FRESH = Duration.ofMinutes(10);
    private static final Duration KEPT = Duration.ofDays(1);
    private static final Duration BETWEEN = Duration.ofSeconds(10);
    private static final int BYTES_MAX = 1 << 20;

    /** Nanoseconds of a clock that never goes back. */
    @FunctionalInterface
    interface Ticker {
        long nanos();
    }

    private final URI url;
    private final Ticker ticker;
    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(TIMEOUT)
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();

    private JWKSet keys = new JWKSet();
    private long readAt;
    private boolean wasRead;
    private long askedAt;
    private CompletableFuture<JWKSet> asking;

    public IssuerKeys(URI url) {
        this(url, System::nanoTime);
    }

    IssuerKeys(URI url, Ticker ticker) {
        this.url = url;
        this.ticker = ticker;
        this.askedAt = ticker.nanos() - BETWEEN.toNanos();
    }

    /**
     * The keys, where they can be had with the one of that id. Done at once where nothing must be asked for.
     *
     * @param keyId null: the token does not say
     * @return fails with {@link Unauthenticated} where there are none
     */
    synchronized CompletionStage<JWKSet> with(String keyId) {
        long now = ticker.nanos();
        boolean stale = !wasRead || now - readAt > FRESH.toNanos();
        boolean missing = keyId != null && keys.getKeyByKeyId(keyId) == null;
        if (asking == null && (stale || missing) && now - askedAt >= BETWEEN.toNanos()) {
            askedAt = now;
            CompletableFuture<JWKSet> answer = http.sendAsync(
                            HttpRequest.newBuilder(url).timeout(TIMEOUT).build(),
                            HttpResponse.BodyHandlers.ofByteArray())
                    .thenApply(IssuerKeys::read)
                    .handle(this::learn);
            // One that failed at once is learnt already.
            asking = answer.isDone() ? null : answer;
            if (answer.isDone()) {
                return answer;
            }
        }
        boolean usable = wasRead && now - readAt <= KEPT.toNanos();
        if (usable && !missing) {
            return CompletableFuture.completedFuture(keys);
        }
        if (asking != null) {
            return asking;
        }
        return usable ? CompletableFuture.completedFuture(keys) : unknown();
    }

    private synchronized JWKSet learn(JWKSet read, Throwable failure) {
        asking = null;
        if (failure == null) {
            keys = read;
            readAt = ticker.nanos();
            wasRead = true;
            return keys;
        }
        LOG.warn("the keys of the issuer could not be read from {}: {}", url, failure.getMessage());
        if (wasRead && ticker.nanos() - readAt <= KEPT.toNanos()) {
            return keys;
        }
        throw new Unauthenticated("Tokens cannot be checked now; the issuer's keys cannot be read");
    }

    private static CompletionStage<JWKSet> unknown() {
        return CompletableFuture.failedFuture(
                new Unauthenticated("Tokens cannot be checked now; the issuer's keys cannot be read"));
    }

    private static JWKSet read(HttpResponse<byte[]> response) {
        try {
            if (response.statusCode() != 200 || response.body().length > BYTES_MAX) {
                throw new IOException(
                        "answered " + response.statusCode() + " with " + response.body().length + " bytes");
            }
            return JWKSet.parse(new String(response.body(), StandardCharsets.UTF_8));
        } catch (IOException | ParseException e) {
            throw new CompletionException(e);
        }
    }
}
