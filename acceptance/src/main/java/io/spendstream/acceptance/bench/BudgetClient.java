package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;

/** Defines budgets and asks where they stand, as anybody would. */
final class BudgetClient {

    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    private final HttpClient http = HttpClient.newHttpClient();
    private final URI address;

    BudgetClient(URI address) {
        this.address = address;
    }

    /** Defines a budget. */
    void put(String id, String json) throws InterruptedException {
        ask(
                HttpRequest.newBuilder(address.resolve("/v1/budgets/" + id))
                        .header("Content-Type", "application/json")
                        .PUT(HttpRequest.BodyPublishers.ofString(json)),
                201);
    }

    /** Where a budget's groups stand. */
    JsonNode status(String id) throws InterruptedException {
        return ask(HttpRequest.newBuilder(address.resolve("/v1/budgets/" + id + "/status?limit=10000")), 200);
    }

    /** What all groups of a budget have spent, in nano-USD. */
    long spentNanoUsd(String id) throws InterruptedException {
        long sum = 0;
        for (JsonNode group : status(id).get("groups")) {
            sum = Math.addExact(sum, nano(group.get("spent")));
        }
        return sum;
    }

    static long nano(JsonNode usd) {
        return usd.decimalValue().movePointRight(9).longValueExact();
    }

    private JsonNode ask(HttpRequest.Builder request, int expected) throws InterruptedException {
        try {
            HttpResponse<byte[]> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
            JsonNode body = JSON.readTree(answer.body());
            if (answer.statusCode() != expected) {
                throw new IllegalStateException(answer.uri() + " answers " + answer.statusCode() + ": " + body);
            }
            return body;
        } catch (IOException e) {
            throw new UncheckedIOException(address + " cannot be asked", e);
        }
    }
}
