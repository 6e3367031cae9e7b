package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * How many calls of {@code POST /v1/admission} a second are answered, and how fast, with 10,000 counters: 100 budgets,
 * one a team, with a counter for each of its 100 users, and one budget by feature and one of all besides; so three
 * budgets count each call. Users with an odd number have spent their limit, and every answer is held against that.
 */
final class AdmissionChecks {

    static final int TEAMS = 100;
    static final int USERS = 100;
    static final int COUNTERS = TEAMS * USERS;

    private static final String PREFIX = "admission.";
    private static final int FEATURES = 20;
    private static final int CONNECTIONS = 16;
    /** As many as keep one of two cores busy, the generator the other. */
    private static final int FEW_CONNECTIONS = 4;

    private static final int PACED_CONNECTIONS = 64;
    private static final int RATE = 20_000;
    private static final int WARM_UP_S = 10;
    private static final int MEASURED_S = 10;
    /** A user with an odd number spends 0.01251 USD, any other 0.00011 USD. */
    private static final String LIMIT_USD = "0.01";

    private final Site site;
    private final PrintWriter out;

    AdmissionChecks(Site site, PrintWriter out) {
        this.site = site;
        this.out = out;
    }

    /** The call of a counter's user. */
    static String call(int counter) {
        return "{\"tenant\":\"acme\",\"feature\":\"" + feature(counter) + "\",\"model\":\"gpt-4o\",\"team\":\""
                + team(counter) + "\",\"user\":\"" + user(counter)
                + "\",\"input_tokens\":120,\"max_output_tokens\":50}";
    }

    /** Whether the user of a counter has nothing left. */
    static boolean isDenied(int counter) {
        return counter % 2 == 1;
    }

    private static String team(int counter) {
        return "team-" + counter / USERS;
    }

    private static String user(int counter) {
        return "user-" + counter;
    }

    private static String feature(int counter) {
        return "feature-" + counter % FEATURES;
    }

    void run(ObjectNode result) throws IOException, InterruptedException {
        Topics topics = Topics.withPrefix(PREFIX);
        site.createTopics(topics);
        Map<String, String> changes = Map.of(
                AppConfig.TOPIC_PREFIX,
                PREFIX,
                AppConfig.PRICED_PUBLISHED,
                "false",
                AppConfig.HTTP_PORT,
                Integer.toString(freePort()));
        try (Instance instance = new Instance(site, changes)) {
            instance.awaitReady();
            BudgetClient client = new BudgetClient(instance.url());
            define(client);
            Filling filling = Filling.fill(site, topics.usageEvents().name(), new OnePerUser());
            instance.awaitAll(filling.ledger());
            awaitCounters(client, filling.ledger().total().costNanoUsd());
            out.printf(
                    "%nPOST /v1/admission: %,d counters, each call counted by 3 budgets; generator in its own process%n",
                    COUNTERS + FEATURES + 1);
            result.put("counters", COUNTERS + FEATURES + 1);
            for (String what : List.of("admission", "health")) {
                out.println(what.equals("health") ? "  the same load on GET /health/live, which does nothing:" : "");
                ObjectNode of = what.equals("health") ? result.putObject("health") : result;
                measure(instance, what, "as fast as answered", CONNECTIONS, 0, of.putObject("as_fast_as_answered"));
                measure(
                        instance,
                        what,
                        "alike, fewer callers",
                        FEW_CONNECTIONS,
                        0,
                        of.putObject("as_fast_as_answered_to_few"));
                measure(
                        instance,
                        what,
                        "at 10,000/s",
                        PACED_CONNECTIONS,
                        RATE / 2,
                        of.putObject("at_10000_per_second"));
                measure(instance, what, "at 20,000/s", PACED_CONNECTIONS, RATE, of.putObject("at_20000_per_second"));
            }
        }
    }

    /** A given port is served by several event loops, as in production; any free one by one. */
    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private static void define(BudgetClient client) throws InterruptedException {
        String thresholds =
                ",\"period\":\"year\",\"thresholds\":[{\"at\":0.8,\"action\":\"notify\"},{\"at\":1,\"action\":\"deny\"}]}";
        client.put("all", "{\"limit\":1000000" + thresholds);
        client.put("features", "{\"limit\":1000000,\"group_by\":[\"feature\"]" + thresholds);
        for (int team = 0; team < TEAMS; team++) {
            client.put(
                    "team-" + team,
                    "{\"limit\":" + LIMIT_USD + ",\"match\":{\"team\":[\"team-" + team + "\"]},\"group_by\":[\"user\"]"
                            + thresholds);
        }
    }

    private void awaitCounters(BudgetClient client, long spent) throws InterruptedException {
        Patience.until("the counters to be known", () -> {
            long ofTeams = 0;
            for (int team = 0; team < TEAMS; team++) {
                ofTeams += client.spentNanoUsd("team-" + team);
            }
            return ofTeams == spent && client.spentNanoUsd("all") == spent && client.spentNanoUsd("features") == spent;
        });
    }

    private void measure(Instance instance, String what, String name, int connections, int rate, ObjectNode result)
            throws IOException, InterruptedException {
        EventLoops before = EventLoops.now();
        Map<String, String> said =
                JavaProcess.run(AdmissionLoad.class, instance.url(), connections, rate, WARM_UP_S, MEASURED_S, what);
        if (!said.get("wrong").equals("0")) {
            throw new WrongAnswer(said.get("wrong") + " answers of admission were wrong");
        }
        EventLoops after = EventLoops.now();
        long answered = Long.parseLong(said.get("answered"));
        double perSecond = Long.parseLong(said.get("checks")) / Double.parseDouble(said.get("seconds"));
        Latencies latencies = Latencies.parse(said.get("latencies"));
        Latencies late = Latencies.parse(said.get("late"));
        out.printf("  %-22s %,9.0f checks/s over %d connections  %s%n", name, perSecond, connections, latencies);
        out.printf(
                "  %-22s an answer costs the event loops %.1f us and %.1f kB of garbage%n",
                "", after.usPerAnswer(before, answered), after.kbPerAnswer(before, answered));
        result.put("event_loops_us_per_answer", Latencies.rounded(after.usPerAnswer(before, answered)));
        result.put("event_loops_kb_per_answer", Latencies.rounded(after.kbPerAnswer(before, answered)));
        if (rate > 0) {
            Latencies sinceSent = Latencies.parse(said.get("since_sent"));
            out.printf(
                    "  %-22s of it sent late by p50 %.2f ms  p99 %.2f ms; answered p50 %.2f ms  p99 %.2f ms later%n",
                    "",
                    late.percentileMs(0.5),
                    late.percentileMs(0.99),
                    sinceSent.percentileMs(0.5),
                    sinceSent.percentileMs(0.99));
            result.set("sent_late", late.toJson());
            result.set("since_sent", sinceSent.toJson());
        }
        out.flush();
        result.put("checks_per_second", Math.round(perSecond));
        result.put("connections", connections);
        result.set("latency", latencies.toJson());
    }

    /** One call of each user. */
    private static final class OnePerUser implements EventSource {

        private final Instant time = Instant.now();

        @Override
        public long records() {
            return COUNTERS;
        }

        @Override
        public boolean isRepeat(long index) {
            return false;
        }

        @Override
        public void draw(long index, UsageEvent into) {
            int counter = (int) index;
            into.setId("spent-" + counter);
            into.setTime(time);
            into.setFeature(feature(counter));
            into.setModel("gpt-4o");
            into.setTeam(team(counter));
            into.setUser(user(counter));
            into.setInputTokens(isDenied(counter) ? 5_000L : 40L);
            into.setOutputTokens(1L);
        }
    }
}
