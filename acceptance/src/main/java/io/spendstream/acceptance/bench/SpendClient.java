package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.acceptance.bench.Ledger.Sum;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Asks a running application what was spent, as anybody would. */
final class SpendClient {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final HttpClient http = HttpClient.newHttpClient();
    private static final int UNAVAILABLE = 503;

    private final URI address;

    SpendClient(URI address) {
        this.address = address;
    }

    /** The days that events from one time to another lie on, as parameters. */
    static String days(Instant first, Instant last) {
        Instant from = first.truncatedTo(ChronoUnit.DAYS);
        Instant to = last.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
        return "from=" + from + "&to=" + to;
    }

    /** The totals of an answer; nothing while the instance says that it would be short, as when tasks are moved. */
    Optional<Sum> totalIfWhole(String parameters) throws InterruptedException {
        HttpResponse<byte[]> answer = ask("/v1/spend?" + parameters);
        return answer.statusCode() == UNAVAILABLE
                ? Optional.empty()
                : Optional.of(sum(body("/v1/spend?" + parameters, answer).get("totals")));
    }

    /** The totals of an answer. */
    Sum total(String parameters) throws InterruptedException {
        return sum(get("/v1/spend?" + parameters).get("totals"));
    }

    /** The sums of an answer's rows, by one dimension. */
    Map<String, Sum> by(String dimension, String parameters) throws InterruptedException {
        Map<String, Sum> sums = new TreeMap<>();
        get("/v1/spend?group_by=" + dimension + "&" + parameters)
                .get("rows")
                .forEach(row -> sums.put(row.get(dimension).asText(), sum(row)));
        return sums;
    }

    /**
     * Waits until all of a ledger is in the spend, and holds the spend of every feature against it.
     *
     * @throws WrongAnswer where that is not what was sent
     */
    void requireAll(Ledger ledger) throws InterruptedException {
        String days = days(ledger.first(), ledger.last());
        long requests = ledger.total().requests();
        Patience.until(
                "all events in the spend",
                () -> totalIfWhole(days).map(Sum::requests).orElse(0L) >= requests);
        if (!by("feature", days).equals(ledger.byFeature())) {
            throw new WrongAnswer("the spend by feature is not what was sent");
        }
    }

    private static Sum sum(JsonNode row) {
        return new Sum(
                row.get("requests").asLong(),
                row.get("cost_usd").decimalValue().movePointRight(9).longValueExact());
    }

    private JsonNode get(String path) throws InterruptedException {
        return body(path, ask(path));
    }

    private HttpResponse<byte[]> ask(String path) throws InterruptedException {
        try {
            return http.send(
                    HttpRequest.newBuilder(address.resolve(path)).build(), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be asked", e);
        }
    }

    private static JsonNode body(String path, HttpResponse<byte[]> answer) {
        try {
            JsonNode body = JSON.readTree(answer.body());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(path + " answers " + answer.statusCode() + ": " + body);
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(path + " answers what is no JSON", e);
        }
    }
}
