package io.spendstream.acceptance;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Collectors;

/** Asks one instance over HTTP, as anybody would. */
public final class SpendClient {

    /**
     * An answer about spend.
     *
     * @param status of HTTP; everything else is null, false or 0 unless it is 200
     * @param retryAfter the header, or null
     * @param asOf all that was received before is in it
     */
    public record Answer(int status, String retryAfter, SpendTable table, boolean complete, Instant asOf, long lag) {

        /** Requests in all; -1 where there was no answer. */
        public long requests() {
            return table == null ? -1 : table.total("requests").longValueExact();
        }
    }

    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);
    private static final Set<String> NOT_MEASURES = Set.of("start", "other_units");

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final URI url;
    private final String key;

    public SpendClient(URI url) {
        this(url, null);
    }

    private SpendClient(URI url, String key) {
        this.url = url;
        this.key = key;
    }

    /** Asks the same instance and shows an API key. */
    public SpendClient withKey(String shown) {
        return new SpendClient(url, shown);
    }

    /** An HTTP answer; 0 for none, where nobody listens. */
    public record Reply(int status, String retryAfter, String body) {}

    public Reply get(String pathAndQuery) {
        return send(HttpRequest.newBuilder(URI.create(url + pathAndQuery)).build());
    }

    public Reply post(String path, String json) {
        return send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    public Reply put(String path, String json) {
        return send(HttpRequest.newBuilder(URI.create(url + path))
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(json))
                .build());
    }

    private Reply send(HttpRequest request) {
        HttpRequest.Builder asked =
                HttpRequest.newBuilder(request, (name, value) -> true).timeout(TIMEOUT);
        if (key != null) {
            asked.header("Authorization", "Bearer " + key);
        }
        try {
            HttpResponse<String> response = http.send(asked.build(), HttpResponse.BodyHandlers.ofString());
            return new Reply(
                    response.statusCode(),
                    response.headers().firstValue("Retry-After").orElse(null),
                    response.body());
        } catch (IOException e) {
            return new Reply(0, null, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }

    /** Waits until the instance says that it is ready. */
    public SpendClient awaitReady() {
        Await.until("ready", Duration.ofSeconds(90), () -> get("/health/ready"), reply -> reply.status() == 200);
        return this;
    }

    /** Waits until the instance prices by the records of these models. */
    public void awaitPrices(List<String> models) {
        for (String model : models) {
            Await.until(
                    "prices of " + model,
                    Duration.ofSeconds(30),
                    () -> get("/v1/prices/" + encoded(model)),
                    reply -> reply.status() == 200);
        }
    }

    public Answer spend(SpendQuestion question) {
        Reply reply = get("/v1/spend?" + query(question));
        if (reply.status() != 200) {
            return new Answer(reply.status(), reply.retryAfter(), null, false, null, 0);
        }
        JsonNode json = json(reply.body());
        JsonNode freshness = json.get("freshness");
        return new Answer(
                200,
                null,
                table(json, question.groupBy()),
                freshness.get("complete").booleanValue(),
                // Just after a start it is not known: then nothing is promised.
                freshness.get("as_of").isNull()
                        ? Instant.EPOCH
                        : Instant.parse(freshness.get("as_of").textValue()),
                freshness.get("lag_records").longValue());
    }

    private static String query(SpendQuestion question) {
        Map<String, String> parameters = new LinkedHashMap<>();
        parameters.put("from", question.from().toString());
        parameters.put("to", question.to().toString());
        parameters.put("zone", question.zone().getId());
        parameters.put("granularity", question.granularity());
        parameters.put("limit", "50000");
        if (!question.groupBy().isEmpty()) {
            parameters.put("group_by", String.join(",", question.groupBy()));
        }
        question.filters()
                .forEach((dimension, values) -> parameters.put(
                        dimension,
                        values.stream()
                                .map(value -> value.replace("\\", "\\\\").replace(",", "\\,"))
                                .collect(Collectors.joining(","))));
        return parameters.entrySet().stream()
                .map(entry -> encoded(entry.getKey()) + "=" + encoded(entry.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static SpendTable table(JsonNode json, List<String> groupBy) {
        if (json.get("truncated").booleanValue()) {
            throw new IllegalArgumentException("the answer does not hold all of its rows");
        }
        SpendTable table = new SpendTable();
        for (JsonNode row : json.get("rows")) {
            List<String> group = new ArrayList<>();
            groupBy.forEach(field -> group.add(row.get(field).textValue()));
            Instant start = OffsetDateTime.parse(row.get("start").textValue()).toInstant();
            table.row(group, start);
            measures(row, groupBy, (measure, amount) -> table.addToRow(group, start, measure, amount));
        }
        measures(json.get("totals"), List.of(), table::addToTotals);
        return table;
    }

    private static void measures(JsonNode sums, List<String> groupBy, BiConsumer<String, BigDecimal> add) {
        sums.properties().forEach(field -> {
            if (!NOT_MEASURES.contains(field.getKey()) && !groupBy.contains(field.getKey())) {
                add.accept(field.getKey(), field.getValue().decimalValue());
            }
        });
        sums.path("other_units")
                .properties()
                .forEach(unit -> unit.getValue()
                        .properties()
                        .forEach(amount -> add.accept(
                                "other_units." + unit.getKey() + "." + amount.getKey(),
                                amount.getValue().decimalValue())));
    }

    /** Every sample of a scrape of {@code /metrics} by its name and labels. */
    public Map<String, BigDecimal> metrics() {
        Map<String, BigDecimal> samples = new TreeMap<>();
        get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith("spendstream_"))
                .forEach(line -> samples.put(
                        line.substring(0, line.lastIndexOf(' ')),
                        new BigDecimal(line.substring(line.lastIndexOf(' ') + 1))));
        return samples;
    }

    public JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (IOException e) {
            throw new UncheckedIOException("no JSON: " + body, e);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
