package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.client.PublisherConfig;
import io.spendstream.pricing.ShippedPrices;
import io.spendstream.runtime.Totals;
import io.spendstream.sandbox.traffic.Sample;
import io.spendstream.sandbox.traffic.Sample.Defect;
import io.spendstream.sandbox.traffic.Traffic;
import io.spendstream.sandbox.traffic.TrafficModel;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Everything together: broker, registry, application, traffic. */
@Timeout(400)
class SandboxTest {

    private static final String CHEAPER = """
            {"model": "gpt-4o", "cards": [{"effective_from": "2026-01-01T00:00:00Z",
              "rates": [{"meter": "input_tokens", "usd_per_million": 1.5}]}]}""";
    private static final Duration PAST = Duration.ofMinutes(20);
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path directory;

    private final TrafficModel model = new TrafficModel(7);
    private final Instant now = Instant.now();

    @Test
    void traffic_is_counted_exactly_and_stays_so_over_a_restart_and_a_repetition_as_does_a_changed_price()
            throws Exception {
        // Given
        List<Sample> samples = LongStream.range(now.getEpochSecond() - PAST.toSeconds(), now.getEpochSecond())
                .boxed()
                .flatMap(second -> model.thinnedSecond(second).stream())
                .toList();
        long good = count(samples, Defect.NONE);
        long repeated = count(samples, Defect.REPEATED);
        long rejected = samples.size() - good - repeated;
        JsonNode spend;
        JsonNode changed;

        // When
        try (Sandbox sandbox = Sandbox.start(options())) {
            Totals.Snapshot totals = publish(sandbox, samples.size());

            // Then
            assertThat(totals.counted()).isEqualTo(good);
            assertThat(totals.duplicates()).isEqualTo(repeated);
            assertThat(rejected(totals)).isEqualTo(rejected);
            spend = awaitRequests(sandbox, good);
            assertThat(spend.path("totals").path("cost_usd").decimalValue()).isPositive();
            assertThat(prices(sandbox)).isEqualTo(ShippedPrices.load().size());

            // When
            send(sandbox, "PUT", "/v1/prices/gpt-4o", CHEAPER);
            changed = get(sandbox, "/v1/prices/gpt-4o");
            assertThat(changed.toString()).contains("1500000");
        }

        // When: again on the same data, with the same traffic
        try (Sandbox sandbox = Sandbox.start(options())) {
            Totals.Snapshot totals = publish(sandbox, samples.size());

            // Then
            assertThat(totals.counted()).isZero();
            assertThat(totals.duplicates()).isEqualTo(good + repeated);
            assertThat(rejected(totals)).isEqualTo(rejected);
            assertThat(awaitRequests(sandbox, good).path("totals")).isEqualTo(spend.path("totals"));
            assertThat(prices(sandbox)).isEqualTo(ShippedPrices.load().size());
            assertThat(get(sandbox, "/v1/prices/gpt-4o")).isEqualTo(changed);
        }
    }

    @Test
    void every_query_that_the_demo_prints_is_answered() throws Exception {
        // Given
        List<MatchResult> queries = Pattern.compile("curl -s '([^']+)'(?: -H '([^:]+): ([^']+)')?")
                .matcher(DemoCommand.QUERIES)
                .results()
                .toList();
        assertThat(queries).hasSize(6);
        try (Sandbox sandbox = Sandbox.start(options())) {
            for (MatchResult query : queries) {
                // When
                URI address = URI.create(query.group(1)
                        .replace("HTTP", sandbox.httpUrl().orElseThrow().toString()));
                HttpRequest.Builder request = HttpRequest.newBuilder(address);
                if (query.group(2) != null) {
                    request.header(query.group(2), query.group(3));
                }
                HttpResponse<String> answer =
                        HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());

                // Then
                assertThat(answer.statusCode())
                        .as(query.group() + " " + answer.body())
                        .isEqualTo(200);
            }
        }
    }

    @Test
    void a_temporary_data_directory_goes_with_the_sandbox() throws Exception {
        // Given
        Path dataDir;
        try (Sandbox sandbox = Sandbox.start(new SandboxOptions(0, 0, 0, null, false))) {
            dataDir = sandbox.dataDir();
            assertThat(dataDir.resolve("registry.json")).exists();
            assertThat(sandbox.httpUrl()).isEmpty();
        }

        // Then
        assertThat(dataDir).doesNotExist();
    }

    @Test
    void a_taken_port_is_named_before_anything_starts() throws Exception {
        // Given
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress("127.0.0.1", 0));
            SandboxOptions options = new SandboxOptions(0, 0, taken.getLocalPort(), directory.resolve("data"), true);

            // When, Then
            assertThatThrownBy(() -> Sandbox.start(options))
                    .isInstanceOf(PortInUse.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " for the schema registry");
            assertThat(directory.resolve("data")).doesNotExist();
        }
    }

    private SandboxOptions options() {
        return new SandboxOptions(0, 0, 0, directory.resolve("data"), true);
    }

    /** Publishes the past and returns the accounting once the application has decided about all of it. */
    private Totals.Snapshot publish(Sandbox sandbox, long deliveries) throws IOException {
        Totals totals = sandbox.application().orElseThrow().totals();
        PublisherConfig config = PublisherConfig.of(
                        sandbox.bootstrapServers(), sandbox.registryUrl().toString())
                .withMaxBlock(Duration.ofSeconds(30));
        try (Traffic traffic = new Traffic(config, model, Clock.fixed(now, ZoneOffset.UTC), PAST, Duration.ZERO)) {
            traffic.start();
            await(traffic::isLive);
            assertThat(traffic.published()).isEqualTo(deliveries);
            await(() -> totals.now().received() >= deliveries);
            assertThat(traffic.failed()).isZero();
        }
        assertThat(totals.now().received()).isEqualTo(deliveries);
        return totals.now();
    }

    private JsonNode awaitRequests(Sandbox sandbox, long requests) throws Exception {
        String query = "/v1/spend?from=" + now.minus(Duration.ofDays(2)) + "&to=" + now.plus(Duration.ofDays(1));
        JsonNode[] answer = new JsonNode[1];
        await(() -> {
            answer[0] = get(sandbox, query);
            return answer[0].path("totals").path("requests").asLong() == requests;
        });
        return answer[0];
    }

    private static int prices(Sandbox sandbox) {
        return get(sandbox, "/v1/prices").path("models").size();
    }

    private static JsonNode get(Sandbox sandbox, String path) {
        return send(sandbox, "GET", path, "");
    }

    private static JsonNode send(Sandbox sandbox, String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(
                        sandbox.httpUrl().orElseThrow().resolve(path))
                .method(method, HttpRequest.BodyPublishers.ofString(body))
                .header("Content-Type", "application/json")
                .build();
        try {
            return JSON.readTree(HttpClient.newHttpClient()
                    .send(request, HttpResponse.BodyHandlers.ofString())
                    .body());
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(request.toString(), e);
        }
    }

    private static long count(List<Sample> samples, Defect defect) {
        return samples.stream().filter(s -> s.defect() == defect).count();
    }

    private static long rejected(Totals.Snapshot totals) {
        return totals.rejected().values().stream().mapToLong(Long::longValue).sum();
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited for 120 s").isLessThan(deadline);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
    }
}
