package io.spendstream.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.Directories;
import io.spendstream.acceptance.SpendClient;
import io.spendstream.access.ApiKeys;
import io.spendstream.access.Scope;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Two replicas of the rendered configuration share the work and answer for each other by their names. */
class TwoReplicasTest {

    private static final Path DIRECTORY = Path.of("target", "replicas").toAbsolutePath();
    private static final String BUDGET = """
            {"measure": "requests", "limit": 1000, "period": "day", "thresholds": [{"at": 0.5, "action": "notify"}]}""";

    private static final Duration PATIENCE = Duration.ofSeconds(90);

    @Test
    void eitherAnswersForBoth() throws Exception {
        Directories.delete(DIRECTORY);
        Files.createDirectories(DIRECTORY);
        Path hosts = Files.writeString(DIRECTORY.resolve("hosts"), """
                127.0.0.1 localhost
                127.0.0.1 spendstream-0.spendstream-headless.finops.svc
                127.0.0.1 spendstream-1.spendstream-headless.finops.svc
                """);
        String key = makeSecret(DIRECTORY.resolve("secrets").resolve("spendstream-access"));
        try (Cluster cluster = Cluster.start(DIRECTORY);
                Replica first = Replica.start(chart(cluster), "spendstream-0", hosts, DIRECTORY);
                Replica second = Replica.start(chart(cluster), "spendstream-1", hosts, DIRECTORY)) {
            // Given two replicas that are ready and have work
            List<SpendClient> callers = List.of(
                    first.client().awaitReady().withKey(key),
                    second.client().awaitReady().withKey(key));
            awaitShared(callers);

            // When events come to either
            for (int i = 0; i < 20; i++) {
                assertThat(callers.get(i % 2).post("/v1/events", event(i)).status())
                        .isEqualTo(202);
            }

            // Then either counts all of them, for those who have a key
            callers.forEach(caller -> awaitRequests(caller, 20));
            assertThat(first.client().get("/v1/spend").status()).isEqualTo(401);
            assertThat(first.client().post("/v1/events", event(20)).status()).isEqualTo(401);

            // And what instances ask each other is for them alone, not even for those
            assertThat(callers.get(0).get("/internal/v1/instance").status()).isEqualTo(403);

            // And what alerts and dashboards look at is there, for those who may see what all spend
            assertThat(callers.get(0).put("/v1/budgets/daily", BUDGET).status()).isEqualTo(201);
            assertThat(first.client().get("/metrics").status()).isEqualTo(401);
            Set<String> watched = AlertsTest.metrics(Chart.render(AlertsTest.watched()));
            Await.until(
                    "all metrics of alerts and dashboards",
                    PATIENCE,
                    () -> {
                        Set<String> missing = new TreeSet<>(watched);
                        callers.forEach(caller ->
                                missing.removeAll(names(caller.get("/metrics").body())));
                        return missing;
                    },
                    Set::isEmpty);

            // And what they log is JSON, a line each, of who says it
            assertThat(first.logged())
                    .hasSizeGreaterThan(2)
                    .allSatisfy(line -> assertThat(new ObjectMapper()
                                    .readTree(line)
                                    .path("instance")
                                    .asText())
                            .isEqualTo("spendstream-0"));
        }
    }

    /** Makes the files of the secret that the scenario names. Answers the key that is in it. */
    private static String makeSecret(Path secret) throws IOException {
        SecureRandom random = new SecureRandom();
        byte[] shared = new byte[32];
        random.nextBytes(shared);
        ApiKeys.Created key = ApiKeys.create(
                "test", List.of(Scope.PUBLISH, Scope.READ, Scope.ADMINISTER), List.of("*"), null, random);
        Files.createDirectories(secret);
        Files.writeString(secret.resolve("api-keys"), key.line() + "\n");
        Files.writeString(secret.resolve("peer-secret"), HexFormat.of().formatHex(shared));
        return key.key();
    }

    private static Chart chart(Cluster cluster) throws IOException {
        return Chart.render(
                Chart.MINIMAL,
                Map.of(
                        "kafka.bootstrapServers", cluster.bootstrapServers(),
                        "registry.url", cluster.registryUrl(),
                        "jvm.heapMb", "512",
                        "security.metricsOpen", "false",
                        "http.port", Integer.toString(freePort())));
    }

    private static void awaitShared(List<SpendClient> clients) {
        for (SpendClient client : clients) {
            Await.until(
                    "work for both replicas",
                    PATIENCE,
                    () -> client.json(client.get("/v1/instances").body()).path("instances"),
                    instances -> instances.size() == 2
                            && instances.findValuesAsText("state").equals(List.of("RUNNING", "RUNNING"))
                            && instances.findValues("active_tasks").stream().noneMatch(JsonNode::isEmpty)
                            && instances.findValuesAsText("url").stream()
                                    .allMatch(url -> url.contains(".spendstream-headless.finops.svc:")));
        }
    }

    private static void awaitRequests(SpendClient client, int requests) {
        Await.until(
                requests + " requests",
                PATIENCE,
                () -> client.json(client.get("/v1/spend").body())
                        .at("/totals/requests")
                        .asInt(-1),
                seen -> seen == requests);
    }

    private static String event(int number) {
        return """
                {"id": "call-%d", "time": "%s", "feature": "feature-%d", "model": "gpt-4o", "input_tokens": 10}
                """.formatted(number, Instant.now(), number);
    }

    private static List<String> names(String scrape) {
        return Pattern.compile("^([a-z_]+)[{ ]", Pattern.MULTILINE)
                .matcher(scrape)
                .results()
                .map((MatchResult sample) -> sample.group(1))
                .distinct()
                .toList();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }
}
