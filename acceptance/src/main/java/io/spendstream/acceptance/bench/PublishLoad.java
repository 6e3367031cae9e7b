package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Instant;
import java.util.Map;

/**
 * How many events a second {@code POST /v1/events} takes in batches of 100, while the pipeline counts them: everything,
 * the load generator too, on this machine's cores. In the end every accepted event must be in the spend, once.
 */
final class PublishLoad {

    private static final String PREFIX = "publish.";
    private static final int BATCH = 100;
    private static final int CONNECTIONS = 16;
    private static final int WARM_UP_S = 8;
    private static final int MEASURED_S = 15;

    private final Site site;
    private final Options options;
    private final PrintWriter out;

    PublishLoad(Site site, Options options, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.out = out;
    }

    void run(ObjectNode result) throws IOException, InterruptedException {
        site.createTopics(Topics.withPrefix(PREFIX));
        Instant first = Instant.now();
        try (Instance instance =
                new Instance(site, Map.of(AppConfig.TOPIC_PREFIX, PREFIX, AppConfig.PRICED_PUBLISHED, "false"))) {
            instance.awaitReady();
            Map<String, String> said = generate(instance.url());
            long accepted = Long.parseLong(said.get("accepted"));
            long end = System.nanoTime();
            instance.awaitSpend(SpendClient.days(first, Instant.now()), accepted);
            double caughtUp = (System.nanoTime() - end) / 1e9;
            double seconds = Double.parseDouble(said.get("seconds"));
            double perSecond = Long.parseLong(said.get("measured")) / seconds;
            Latencies latencies = Latencies.parse(said.get("latencies"));
            out.printf(
                    "%nPOST /v1/events: %,.0f events/s accepted for %.0f s, batches of %d, %d connections,"
                            + " generator in its own process%n  %s, refused %s; all in the spend %.1f s later%n",
                    perSecond, seconds, BATCH, CONNECTIONS, latencies, said.get("refused"), caughtUp);
            result.put("events_per_second", Math.round(perSecond));
            result.put("batch", BATCH);
            result.put("connections", CONNECTIONS);
            result.set("latency", latencies.toJson());
            result.put("refused_requests", Long.parseLong(said.get("refused")));
            result.put("in_spend_after_seconds", Latencies.rounded(caughtUp));
        }
    }

    private Map<String, String> generate(URI address) throws IOException, InterruptedException {
        return JavaProcess.run(
                LoadGenerator.class, address, CONNECTIONS, BATCH, options.users(), WARM_UP_S, MEASURED_S);
    }
}
