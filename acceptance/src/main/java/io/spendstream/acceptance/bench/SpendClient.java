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
import java.util.TreeMap;

/** Asks a running application what was spent, as anybody would. */
final class SpendClient {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final HttpClient http = HttpClient.newHttpClient();
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

    private static Sum sum(JsonNode row) {
        return new Sum(
                row.get("requests").asLong(),
                row.get("cost_usd").decimalValue().movePointRight(9).longValueExact());
    }

    private JsonNode get(String path) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = http.send(
                    HttpRequest.newBuilder(address.resolve(path)).build(), HttpResponse.BodyHandlers.ofByteArray());
            JsonNode body = JSON.readTree(answer.body());
            if (answer.statusCode() != 200) {
                throw new IllegalStateException(path + " answers " + answer.statusCode() + ": " + body);
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(path + " cannot be asked", e);
        }
    }
}
