package io.spendstream.cli;

import io.spendstream.pricing.PricesJson;
import io.spendstream.v1.ModelPrices;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;

/**
 * The price book of a running application, over REST. A call that meets 429, 503 or a broken connection is repeated, as
 * both calls may be; the wait is what {@code Retry-After} says, or doubles from half a second. Threads may share one.
 */
final class PricesClient {

    /** How to wait; so that tests need not. */
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

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
    PricesClient(URI base, String apiKey, Pause pause) {
        this.base = base;
        this.apiKey = apiKey;
        this.pause = pause;
    }

    /**
     * All records of the book.
     *
     * @throws IOException where the application cannot be reached or answers anything else
     */
    List<ModelPrices> all() throws IOException, InterruptedException {
        HttpResponse<String> response = send(request("/v1/prices").GET().build());
        if (response.statusCode() != 200) {
            throw new IOException(describe(response));
        }
        PricesJson.BookReading book = PricesJson.readBook(response.body());
        if (!book.faults().isEmpty()) {
            throw new IOException("answered with prices that are not understood: " + book.faults());
        }
        return book.models();
    }

    /**
     * Puts one record.
     *
     * @throws IOException where it was not taken; the message says why
     */
    void put(ModelPrices prices) throws IOException, InterruptedException {
        HttpResponse<String> response = send(request("/v1/prices/" + encoded(prices.getModel()))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(PricesJson.write(prices)))
                .build());
        if (response.statusCode() / 100 != 2) {
            throw new IOException(describe(response));
        }
    }

    private HttpRequest.Builder request(String path) {
        String prefix = base.toString();
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create((prefix.endsWith("/") ? prefix.substring(0, prefix.length() - 1) : prefix) + path))
                .timeout(TIMEOUT);
        return apiKey == null ? request : request.header("Authorization", "Bearer " + apiKey);
    }

    private HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
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

    /** As one segment of a path: a slash is part of the name. */
    private static String encoded(String model) {
        return URLEncoder.encode(model, StandardCharsets.UTF_8).replace("+", "%20");
    }

    private static String describe(HttpResponse<String> response) {
        String body = response.body().strip();
        return "answered " + response.statusCode()
                + (body.isEmpty() ? "" : ": " + body.substring(0, Math.min(body.length(), DETAIL_LENGTH_MAX)));
    }
}
