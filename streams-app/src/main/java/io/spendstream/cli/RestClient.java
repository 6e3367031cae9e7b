package io.spendstream.cli;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * Calls of a running application over REST. A call that meets 429, 503 or a broken connection is repeated, so only calls
 * that may be are made here; the wait is what {@code Retry-After} says, or doubles from half a second. Threads may share
 * one.
 */
final class RestClient {

    /** How to wait; so that tests need not. */
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    static final Pause SLEEP = time -> TimeUnit.NANOSECONDS.sleep(time.toNanos());

    static final int ATTEMPTS_MAX = 8;
    private static final Duration WAIT_FIRST = Duration.ofMillis(500);
    private static final Duration WAIT_MAX = Duration.ofSeconds(30);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int DETAIL_LENGTH_MAX = 500;

    private final HttpClient http = HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(5))
            .version(HttpClient.Version.HTTP_1_1)
            .build();
    private final URI base;
    private final String apiKey;
    private final Pause pause;

    /** @param apiKey null where none is needed */
    RestClient(URI base, String apiKey, Pause pause) {
        this.base = base;
        this.apiKey = apiKey;
        this.pause = pause;
    }

    /** @param path with its query, encoded */
    HttpRequest.Builder request(String path) {
        String prefix = base.toString();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create((prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix) + path))
                .timeout(TIMEOUT);
        return apiKey == null ? request : request.header("Authorization", "Bearer " + apiKey);
    }

    /** @throws IOException where the application cannot be reached */
    HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
        Duration wait = WAIT_FIRST;
        for (int attempt = 1; ; attempt++) {
            HttpResponse<String> response = null;
            try {
                response = http.send(request, HttpResponse.BodyHandlers.ofString());
                if (response.statusCode() != 429 && response.statusCode() != 503 || attempt == ATTEMPTS_MAX) {
                    return response;
                }
            } catch (ConnectException e) {
                throw new IOException("cannot connect to " + base + "; is the application running?", e);
            } catch (IOException e) {
                if (attempt == ATTEMPTS_MAX) {
                    throw e;
                }
            }
            pause.of(response == null ? wait : retryAfter(response, wait));
            wait = shorter(wait.multipliedBy(2), WAIT_MAX);
        }
    }

    /** Seconds as the answer asks for, within reason; else what one would wait anyway. */
    private static Duration retryAfter(HttpResponse<String> response, Duration otherwise) {
        return response.headers()
                .firstValue("Retry-After")
                .filter(seconds -> seconds.matches("\\d{1,6}"))
                .map(seconds -> shorter(Duration.ofSeconds(Long.parseLong(seconds)), WAIT_MAX))
                .orElse(otherwise);
    }

    private static Duration shorter(Duration a, Duration b) {
        return a.compareTo(b) <= 0 ? a : b;
    }

    /** As one segment of a path, or a value of a query: a slash is part of it. */
    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }

    /** An answer that was not hoped for, for people. */
    static String describe(HttpResponse<String> response) {
        String body = response.body().strip();
        return "answered " + response.statusCode()
                + (body.isEmpty() ? "" : ": " + body.substring(0, Math.min(body.length(), DETAIL_LENGTH_MAX)));
    }
}
