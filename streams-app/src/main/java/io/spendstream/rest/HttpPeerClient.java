package io.spendstream.rest;

import io.spendstream.access.PeerSecret;
import io.spendstream.access.Tls;
import io.spendstream.query.InstanceClient;
import io.spendstream.query.InstanceSpend;
import io.spendstream.query.Instances.Instance;
import io.spendstream.query.PeerClient;
import io.spendstream.query.Peers.Peer;
import io.spendstream.query.SpendQuery;
import io.spendstream.query.Trace;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/** Asks other instances over HTTP. Makes its connections when they are first needed and keeps them. */
public final class HttpPeerClient implements PeerClient, InstanceClient {

    static final String SPEND_PATH = "/internal/v1/spend";
    static final String INSTANCE_PATH = "/internal/v1/instance";

    private volatile HttpClient http;
    private final Duration timeout;
    private final PeerSecret secret;
    private final InstantSource clock;

    /** For instances that ask nobody who it is. */
    HttpPeerClient(Duration timeout) {
        this(timeout, null, null);
    }

    /**
     * @param timeout for the whole of an answer to arrive
     * @param secret that the instances share; null where security is off
     */
    public HttpPeerClient(Duration timeout, PeerSecret secret, InstantSource clock) {
        this.secret = secret;
        this.clock = clock;
        this.timeout = timeout;
        this.http = builder().build();
    }

    private HttpClient.Builder builder() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(timeout);
    }

    /** Shows and trusts these certificates from the next connection on. */
    public void use(Tls tls) {
        http = builder().sslContext(tls.context()).build();
    }

    @Override
    public CompletionStage<InstanceSpend> ask(Peer peer, SpendQuery query, Trace trace) {
        byte[] body = PeerJson.write(query);
        HttpRequest request;
        try {
            HttpRequest.Builder asking = request(peer, "POST", SPEND_PATH, body)
                    .header("Content-Type", Json.MEDIA_TYPE)
                    .POST(HttpRequest.BodyPublishers.ofByteArray(body));
            trace.headers().forEach(asking::header);
            request = asking.build();
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<HttpResponse<byte[]>> exchange =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        // The request's own timeout ends with the headers; this one also covers a body that does not end.
        return exchange.thenApply(response -> read(response, query))
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((spend, failure) -> exchange.cancel(true));
    }

    @Override
    public CompletionStage<Instance> instance(Peer peer) {
        HttpRequest request;
        try {
            request = request(peer, "GET", INSTANCE_PATH, new byte[0]).build();
        } catch (IllegalArgumentException e) {
            return CompletableFuture.failedFuture(e);
        }
        CompletableFuture<HttpResponse<byte[]>> exchange =
                http.sendAsync(request, HttpResponse.BodyHandlers.ofByteArray());
        return exchange.thenApply(HttpPeerClient::readInstance)
                .orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS)
                .whenComplete((instance, failure) -> exchange.cancel(true));
    }

    private HttpRequest.Builder request(Peer peer, String method, String path, byte[] body) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(peer.url() + path)).timeout(timeout);
        return secret == null
                ? request
                : request.header(PeerSecret.HEADER, secret.sign(method, path, body, clock.instant()));
    }

    private static IOException refused(int status) {
        return new IOException(
                status == 403
                        ? "it does not take this instance for another one: security.peer.secret must be the same on all,"
                                + " and their clocks within two minutes"
                        : "it answered with status " + status);
    }

    private static Instance readInstance(HttpResponse<byte[]> response) {
        try {
            if (response.statusCode() != 200) {
                throw refused(response.statusCode());
            }
            return PeerJson.readInstance(response.body());
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }

    private static InstanceSpend read(HttpResponse<byte[]> response, SpendQuery query) {
        try {
            switch (response.statusCode()) {
                case 200 -> {
                    return PeerJson.readSpend(response.body(), query.groupBy().size());
                }
                case 400 -> throw PeerJson.readRefusal(response.body());
                default -> throw refused(response.statusCode());
            }
        } catch (IOException e) {
            throw new CompletionException(e);
        }
    }
}
