package io.spendstream.connect.notify;

import java.io.ByteArrayOutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;

/**
 * An address that takes JSON by POST. A request ends within the timeout, however slowly the other side answers; of an
 * answer only its beginning is read; redirects are not followed, since they would take secrets elsewhere.
 */
final class HttpEndpoint {

    /** Of an answer; the rest is not read. */
    static final int ANSWER_BYTES_MAX = 2_048;
    /** Of an answer in a message. */
    private static final int EXCERPT_LENGTH = 200;

    private static final int REQUEST_TIMEOUT = 408;
    private static final int TOO_EARLY = 425;
    private static final int TOO_MANY_REQUESTS = 429;

    private final HttpClient client;
    private final URI url;
    private final Duration timeout;
    private final String authorization;
    private final Clock clock;

    /**
     * @param authorization value of the header {@code Authorization}; null: none
     * @param tls null: the JVM's own
     */
    HttpEndpoint(URI url, Duration timeout, String authorization, SSLContext tls, Clock clock) {
        this.url = url;
        this.timeout = timeout;
        this.authorization = authorization;
        this.clock = clock;
        // 1.1, as an upgrade to 2 without TLS is not understood everywhere.
        HttpClient.Builder builder = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .followRedirects(HttpClient.Redirect.NEVER)
                .connectTimeout(timeout);
        if (tls != null) {
            builder.sslContext(tls);
        }
        this.client = builder.build();
    }

    /**
     * Returns when the other side has taken it: a status of 200 to 299.
     *
     * @throws DeliveryException says why it did not
     */
    void post(byte[] body, Map<String, String> headers) throws DeliveryException {
        HttpRequest.Builder request = HttpRequest.newBuilder(url)
                .timeout(timeout)
                .header("Content-Type", "application/json")
                .header("User-Agent", "spendstream")
                .POST(HttpRequest.BodyPublishers.ofByteArray(body));
        if (authorization != null) {
            request.header("Authorization", authorization);
        }
        headers.forEach(request::header);
        // The request's own limit ends with the headers of the answer.
        CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request.build(), response -> new Beginning());
        try {
            judge(answer.get(timeout.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            answer.cancel(true);
            throw late();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof HttpTimeoutException) {
                throw late();
            }
            throw DeliveryException.passing(origin() + " cannot be reached: " + clean(reason(e.getCause())));
        } catch (InterruptedException e) {
            answer.cancel(true);
            Thread.currentThread().interrupt();
            throw DeliveryException.passing("interrupted");
        }
    }

    private DeliveryException late() {
        return DeliveryException.passing(origin() + " did not answer within " + timeout.toMillis() + " ms");
    }

    private void judge(HttpResponse<String> answer) throws DeliveryException {
        int status = answer.statusCode();
        if (status / 100 == 2) {
            return;
        }
        if (status / 100 == 3) {
            throw DeliveryException.permanent(origin() + " answered " + status
                    + ": redirects are not followed; configure the address that it leads to");
        }
        String message = origin() + " answered " + status + excerpt(answer.body());
        boolean passing =
                status / 100 == 5 || status == REQUEST_TIMEOUT || status == TOO_EARLY || status == TOO_MANY_REQUESTS;
        if (passing) {
            String retryAfter = answer.headers().firstValue("Retry-After").orElse(null);
            throw DeliveryException.passing(message, RetryAfter.of(retryAfter, clock.instant()));
        }
        throw DeliveryException.permanent(message);
    }

    /** Without path and query, which may be secret. */
    String origin() {
        return url.getScheme() + "://" + url.getRawAuthority();
    }

    private String excerpt(String body) {
        String text = clean(body).strip();
        if (text.isEmpty()) {
            return "";
        }
        return ": " + (text.length() > EXCERPT_LENGTH ? text.substring(0, EXCERPT_LENGTH) + "…" : text);
    }

    /** In one line, and without the secrets that the other side may have repeated. */
    private String clean(String text) {
        String clean = text;
        if (authorization != null) {
            clean = clean.replace(authorization, "***");
            clean = clean.replace(authorization.substring(authorization.indexOf(' ') + 1), "***");
        }
        String path = url.getRawPath();
        if (path != null && path.length() > 1) {
            clean = clean.replace(path, "/***");
        }
        if (url.getRawQuery() != null) {
            clean = clean.replace(url.getRawQuery(), "***");
        }
        return clean.replaceAll("\\p{Cntrl}+", " ");
    }

    private static String reason(Throwable cause) {
        String message = cause.getMessage();
        return cause.getClass().getSimpleName() + (message == null ? "" : " (" + message + ")");
    }

    /** The beginning of an answer as text. */
    private static final class Beginning implements HttpResponse.BodySubscriber<String> {

        private final CompletableFuture<String> text = new CompletableFuture<>();
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private Flow.Subscription subscription;

        @Override
        public CompletionStage<String> getBody() {
            return text;
        }

        @Override
        public void onSubscribe(Flow.Subscription given) {
            subscription = given;
            given.request(1);
        }

        @Override
        public void onNext(List<ByteBuffer> buffers) {
            for (ByteBuffer buffer : buffers) {
                byte[] part = new byte[Math.min(buffer.remaining(), ANSWER_BYTES_MAX - bytes.size())];
                buffer.get(part);
                bytes.writeBytes(part);
            }
            if (bytes.size() >= ANSWER_BYTES_MAX) {
                subscription.cancel();
                onComplete();
            } else {
                subscription.request(1);
            }
        }

        @Override
        public void onError(Throwable error) {
            // What came says enough: the status is known.
            onComplete();
        }

        @Override
        public void onComplete() {
            text.complete(bytes.toString(StandardCharsets.UTF_8));
        }
    }
}
