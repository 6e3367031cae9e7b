package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/** How long {@code GET /v1/spend} of one feature over a month takes, with a million cells in the store. */
final class SpendQueries {

    private static final String PREFIX = "month.";
    private static final long SEED = 20_261_122;
    private static final int WARM_UP = 500;
    private static final int REQUESTS = 1_000;

    private final Site site;
    private final Options options;
    private final PrintWriter out;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    SpendQueries(Site site, Options options, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.out = out;
    }

    void run(ObjectNode result) throws IOException, InterruptedException {
        Topics topics = Topics.withPrefix(PREFIX);
        ManyCells source = new ManyCells(SEED, options.cells(), options.users(), Instant.now());
        site.createTopics(topics);
        Filling filling = Filling.fill(site, topics.usageEvents().name(), source);
        try (Instance instance =
                new Instance(site, Map.of(AppConfig.TOPIC_PREFIX, PREFIX, AppConfig.PRICED_PUBLISHED, "false"))) {
            instance.awaitFirst();
            long start = System.nanoTime();
            instance.awaitAll(filling.ledger());
            instance.check(filling.ledger());
            double seconds = (System.nanoTime() - start) / 1e9;
            out.printf(
                    "%nGET /v1/spend: %,d cells in the store (%,d events, each a new cell, counted in %.1f s)%n",
                    source.cells(), options.cells(), seconds);
            result.put("cells", source.cells());
            result.put("new_cells_per_second", Math.round(options.cells() / seconds));
            for (Map.Entry<String, String> shape : shapes(source).entrySet()) {
                Latencies latencies = ask(instance.url(), shape.getValue());
                out.printf("  %-28s %s%n", shape.getKey(), latencies);
                out.flush();
                result.set(shape.getKey().replace(' ', '_'), latencies.toJson());
            }
        }
    }

    /** The first one is the target's; the others read quarter-hours at the edges, or all of them. */
    static Map<String, String> shapes(ManyCells source) {
        Map<String, String> shapes = new LinkedHashMap<>();
        String month = "from=" + source.start() + "&to=" + source.end();
        shapes.put("month by day", month + "&granularity=day");
        shapes.put("month in all", month);
        shapes.put("month by day and model", month + "&granularity=day&group_by=model");
        Duration odd = Duration.ofHours(7).plusMinutes(30);
        shapes.put(
                "month by day in Kolkata",
                "from=" + source.start().plus(odd) + "&to=" + source.end() + "&granularity=day&zone=Asia/Kolkata");
        return shapes;
    }

    private Latencies ask(URI address, String parameters) throws IOException, InterruptedException {
        long[] ns = new long[REQUESTS];
        for (int i = -WARM_UP; i < REQUESTS; i++) {
            long took = askOnce(http, address, Math.abs(i), parameters);
            if (i >= 0) {
                ns[i] = took;
            }
        }
        return new Latencies(ns);
    }

    /**
     * Asks for the spend of one feature; answers how long that took, in nanoseconds.
     *
     * @param number of the feature, modulo how many there are
     */
    static long askOnce(HttpClient http, URI address, int number, String parameters)
            throws IOException, InterruptedException {
        URI uri = address.resolve("/v1/spend?feature=" + ManyCells.feature(number) + "&" + parameters);
        long start = System.nanoTime();
        HttpResponse<byte[]> answer =
                http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofByteArray());
        long took = System.nanoTime() - start;
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(uri + " answers " + answer.statusCode());
        }
        return took;
    }
}
