package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.query.FakeCells;
import io.spendstream.query.Instances.Instance;
import io.spendstream.query.Peers.Peer;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.v1.UsageEvent;
import io.vertx.ext.web.Route;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class RestServerTest {

    private static final JsonMapper MAPPER = new JsonMapper();

    private TestInstance instance;

    @BeforeEach
    void start() throws IOException {
        instance = new TestInstance();
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    @Test
    void the_description_has_every_route_and_no_other() throws Exception {
        // Given
        JsonNode paths = description().get("paths");
        Set<String> described = new TreeSet<>();
        paths.properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (!method.getKey().equals("parameters")) {
                        described.add(method.getKey().toUpperCase(java.util.Locale.ROOT) + " " + path.getKey());
                    }
                }));

        // When
        Set<String> routed = instance.server.endpoints().stream()
                .filter(endpoint -> !endpoint.template().startsWith("/internal/"))
                .map(endpoint -> endpoint.method() + " " + endpoint.template())
                .collect(Collectors.toCollection(TreeSet::new));

        // Then
        assertThat(described).isEqualTo(routed);
    }

    @Test
    void every_route_of_the_server_is_among_its_endpoints() {
        // When: the routes of the server itself, without those that refuse other methods
        List<Route> routes = instance.server.router().getRoutes().stream()
                .filter(route -> route.methods() != null)
                .toList();

        // Then
        assertThat(routes).hasSameSizeAs(instance.server.endpoints());
        for (int i = 0; i < routes.size(); i++) {
            Api.Endpoint endpoint = instance.server.endpoints().get(i);
            assertThat(routes.get(i).methods().toString()).contains(endpoint.method());
        }
    }

    @Test
    void the_description_has_the_fields_parameters_and_measures_there_are() throws Exception {
        // Given
        JsonNode schemas = description().at("/components/schemas");
        JsonNode parameters = description().at("/paths/~1v1~1spend/get/parameters");

        // Then
        assertThat(schemas.at("/UsageEvent/properties").fieldNames())
                .toIterable()
                .containsExactlyElementsOf(UsageEvent.getClassSchema().getFields().stream()
                        .map(Schema.Field::name)
                        .toList());
        assertThat(schemas.at("/Sums/required"))
                .extracting(JsonNode::asText)
                .containsExactly(java.util.Arrays.stream(Measure.values())
                        .map(Measure::restField)
                        .toArray(String[]::new));
        assertThat(parameters)
                .extracting(parameter -> parameter.get("name").asText())
                .containsAll(Dimension.fields())
                .contains("from", "to", "zone", "granularity", "group_by", "limit", "order", "user");
    }

    @Test
    void every_reference_in_the_description_leads_somewhere() throws Exception {
        // Given
        JsonNode description = description();

        // When, Then
        assertThat(description.findValuesAsText("$ref"))
                .isNotEmpty()
                .allSatisfy(ref -> assertThat(description.at(ref.substring(1)).isObject())
                        .as(ref)
                        .isTrue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /nowhere | 404 | ",
                "GET | /v1 | 404 | ",
                "GET | /v1/events | 405 | OPTIONS, POST",
                "DELETE | /v1/spend | 405 | GET, HEAD, OPTIONS",
                "PATCH | /v1/prices/m | 405 | GET, HEAD, OPTIONS, PUT",
                "POST | /v1/prices/m | 405 | GET, HEAD, OPTIONS, PUT",
                "PATCH | /v1/prices/m/quote | 405 | OPTIONS, POST",
                "GET | /internal/v1/spend | 405 | OPTIONS, POST",
                "OPTIONS | /v1/spend | 204 | GET, HEAD, OPTIONS",
                "OPTIONS | /v1/events | 204 | OPTIONS, POST",
                "HEAD | /v1/spend | 200 | ",
                "HEAD | /health/live | 200 | ",
            })
    void methods_and_addresses_that_do_not_go_together_are_problems(
            String method, String path, int status, String allow) throws Exception {
        // Given
        instance.cells.add(new FakeCells(0));

        // When
        HttpResponse<String> answer = RawHttp.send(instance, method, path);

        // Then
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Allow").orElse(null)).isEqualTo(allow);
        if (status >= 400) {
            assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
            JsonNode problem = MAPPER.readTree(answer.body());
            assertThat(problem.get("status").asInt()).isEqualTo(status);
            assertThat(problem.get("instance").asText()).isEqualTo(path);
        } else {
            assertThat(answer.body()).isEmpty();
        }
    }

    @ParameterizedTest
    @CsvSource({"/v1/spend?x=%zz, 400", "/v1/spend?%zz=1, 400", "/%zz, 400"})
    void an_address_that_is_not_encoded_right_is_a_problem(String path, int status) throws Exception {
        // When
        HttpResponse<String> answer = RawHttp.send(instance, "GET", path);

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("content-type")).contains("application/problem+json");
    }

    @Test
    void what_is_too_long_for_http_is_a_problem() throws Exception {
        // When
        HttpResponse<String> line = RawHttp.send(instance, "GET", "/v1/spend?feature=" + "x".repeat(20_000));
        HttpResponse<String> header =
                RawHttp.send(instance, "GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + "x".repeat(40_000) + "\r\n\r\n");
        HttpResponse<String> nonsense = RawHttp.send(instance, "nonsense\r\n\r\n");

        // Then
        assertThat(line.statusCode()).isEqualTo(414);
        assertThat(header.statusCode()).isEqualTo(431);
        assertThat(nonsense.statusCode()).isEqualTo(400);
        for (HttpResponse<String> answer : List.of(line, header, nonsense)) {
            assertThat(answer.body()).contains("urn:spendstream:problem:");
        }
    }

    @Test
    void a_body_that_does_not_arrive_is_given_up() throws Exception {
        // Given
        RestConfig config = new RestConfig(
                "127.0.0.1", 0, 1_000, 10, 1_000, 8, Duration.ofMillis(100), Duration.ofSeconds(30), 2, 2);
        try (TestInstance impatient = new TestInstance(config)) {
            // When
            HttpResponse<String> answer =
                    RawHttp.send(impatient, "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n[");

            // Then
            assertThat(answer.statusCode()).isEqualTo(408);
            assertThat(answer.body()).contains("1 bytes were");
            assertThat(impatient.post("/v1/events", "[]").statusCode()).isEqualTo(202);
        }
    }

    @Test
    void a_caller_that_waits_for_leave_gets_it_or_is_refused_at_once() throws Exception {
        // When
        HttpResponse<String> allowed = instance.send(
                instance.request("/v1/events").expectContinue(true).POST(HttpRequest.BodyPublishers.ofString("[]")));
        HttpResponse<String> refused = RawHttp.send(
                instance,
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 99999999\r\n\r\n");

        // Then
        assertThat(allowed.statusCode()).isEqualTo(202);
        assertThat(refused.statusCode()).isEqualTo(413);
    }

    @Test
    void answers_are_compressed_where_that_is_asked_for() throws Exception {
        // Given
        instance.cells.add(new FakeCells(0).spend("2026-11-21T00:00:00Z", Map.of("feature", "chat"), null, 1));

        // When
        HttpResponse<byte[]> packed = HttpClient.newHttpClient()
                .send(
                        instance.request("/v1/spend")
                                .header("Accept-Encoding", "gzip")
                                .build(),
                        HttpResponse.BodyHandlers.ofByteArray());
        HttpResponse<String> plain = instance.get("/v1/spend");

        // Then
        assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
        String unpacked = new String(
                new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes(), StandardCharsets.UTF_8);
        assertThat(unpacked).isEqualTo(plain.body());
        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
    }

    @Test
    void health_says_why_not() throws Exception {
        // Given
        HttpResponse<String> ready = instance.get("/health/ready");
        instance.notReady.add("the stores are being restored");

        // When
        HttpResponse<String> notReady = instance.get("/health/ready");

        // Then
        assertThat(ready.body()).isEqualTo("{\"status\":\"ready\"}");
        assertThat(notReady.statusCode()).isEqualTo(503);
        assertThat(notReady.body()).contains("the stores are being restored", "not_ready");
        assertThat(instance.get("/health/live").body()).isEqualTo("{\"status\":\"live\"}");
    }

    @Test
    void instances_and_metrics_are_shown() throws Exception {
        // When
        JsonNode instances =
                MAPPER.readTree(instance.get("/v1/instances").body()).get("instances");
        HttpResponse<String> metrics = instance.get("/metrics");

        // Then
        assertThat(instances.get(0).toString())
                .isEqualTo(
                        "{\"url\":\"http://here\",\"self\":true,\"state\":\"RUNNING\",\"active_tasks\":[\"0_0\",\"1_0\"],"
                                + "\"standby_tasks\":[],\"lag_records\":3,\"as_of\":\"2026-11-21T12:00:00Z\"}");
        assertThat(metrics.body()).isEqualTo("# TYPE up gauge\nup 1\n");
        assertThat(metrics.headers().firstValue("Content-Type")).contains("text/plain; version=0.0.4; charset=utf-8");
    }

    @Test
    void every_instance_is_shown_by_its_own_word_and_one_that_gives_none_as_unreachable() throws Exception {
        // Given
        String dead;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            dead = "http://127.0.0.1:" + socket.getLocalPort();
        }
        try (TestInstance other = new TestInstance()) {
            other.instance =
                    new Instance("http://there", true, "REBALANCING", List.of("1_3"), List.of("0_2"), null, null);
            instance.others.add(new Peer(other.url(), false));
            instance.others.add(new Peer(dead, false));
            instance.others.add(new Peer(other.url() + "/elsewhere", false));

            // When
            JsonNode instances =
                    MAPPER.readTree(instance.get("/v1/instances").body()).get("instances");

            // Then
            assertThat(instances.findValuesAsText("state"))
                    .containsExactly("RUNNING", "REBALANCING", "UNREACHABLE", "UNREACHABLE");
            assertThat(instances.get(1).toString())
                    .isEqualTo("{\"url\":\"" + other.url() + "\",\"self\":false,\"state\":\"REBALANCING\","
                            + "\"active_tasks\":[\"1_3\"],\"standby_tasks\":[\"0_2\"],\"lag_records\":null,"
                            + "\"as_of\":null}");
            assertThat(instances.get(2).get("url").asText()).isEqualTo(dead);
        }
    }

    @Test
    void the_page_asks_nobody_else() throws Exception {
        // When
        HttpResponse<String> page = instance.get("/");

        // Then
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type")).contains("text/html; charset=utf-8");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .startsWith("default-src 'none'; ")
                .contains("script-src 'self'", "style-src 'self'", "connect-src 'self'", "frame-ancestors 'none'")
                .doesNotContain("unsafe")
                .doesNotContain("http");
        assertThat(page.body())
                .doesNotContain("http://")
                .doesNotContain("https://")
                .doesNotContain("style=");
        for (String file : filesOf(page.body())) {
            HttpResponse<String> answer = instance.get("/page/" + file);
            assertThat(answer.statusCode()).as(file).isEqualTo(200);
            assertThat(answer.headers().firstValue("Content-Security-Policy"))
                    .as(file)
                    .isPresent();
        }
    }

    @Test
    void every_file_of_the_page_is_served_and_whatever_is_imported_is_there() throws Exception {
        // Given
        Set<String> known = new TreeSet<>(Set.of("uplot-LICENSE.txt"));
        Deque<String> left = new ArrayDeque<>(filesOf(instance.get("/").body()));

        // When
        while (!left.isEmpty()) {
            String file = left.pop();
            if (known.add(file)) {
                HttpResponse<String> answer = instance.get("/page/" + file);
                assertThat(answer.statusCode()).as(file).isEqualTo(200);
                Pattern.compile("from \"\\./([a-z]+\\.js)\"")
                        .matcher(answer.body())
                        .results()
                        .forEach(imported -> left.push(imported.group(1)));
            }
        }

        // Then
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/page"))) {
            assertThat(files.map(file -> file.getFileName().toString()).filter(name -> !name.equals("index.html")))
                    .containsExactlyInAnyOrderElementsOf(known);
        }
    }

    @Test
    void a_file_that_the_browser_has_is_not_sent_again_and_no_other_file_is_there() throws Exception {
        // Given
        String etag = instance.get("/page/app.js").headers().firstValue("ETag").orElseThrow();

        // When
        HttpResponse<String> again =
                instance.send(instance.request("/page/app.js").header("If-None-Match", etag));
        HttpResponse<String> changed =
                instance.send(instance.request("/page/app.js").header("If-None-Match", "\"before\""));

        // Then
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(changed.statusCode()).isEqualTo(200);
        for (String path : List.of("/page/index.html", "/page/..%2Flogback.xml", "/page/../logback.xml", "/page/")) {
            assertThat(instance.get(path).statusCode()).as(path).isEqualTo(404);
        }
    }

    private static List<String> filesOf(String page) {
        return Pattern.compile("page/([a-zA-Z.-]+)")
                .matcher(page)
                .results()
                .map(file -> file.group(1))
                .distinct()
                .toList();
    }

    @Test
    void closing_lets_requests_under_way_finish() throws Exception {
        // Given
        CountDownLatch arrived = new CountDownLatch(1);
        CompletableFuture<Void> acknowledged = new CompletableFuture<>();
        TestInstance closing = new TestInstance();
        closing.intake = (events, trace) -> {
            arrived.countDown();
            return acknowledged;
        };
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> postNothing(closing));
        arrived.await();

        // When
        CompletableFuture<Void> closed = CompletableFuture.runAsync(() -> close(closing));
        acknowledged.complete(null);

        // Then
        assertThat(answer.join().statusCode()).isEqualTo(202);
        closed.join();
        assertThatThrownBy(() -> closing.get("/health/live")).isInstanceOf(IOException.class);
    }

    @Test
    void a_port_that_is_taken_is_named() {
        // When, Then
        assertThatThrownBy(() -> new TestInstance(RestConfig.on("127.0.0.1", instance.server.port())))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("cannot listen on 127.0.0.1:" + instance.server.port());
    }

    private static HttpResponse<String> postNothing(TestInstance instance) {
        try {
            return instance.post("/v1/events", "[]");
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void close(TestInstance instance) {
        try {
            instance.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private JsonNode description() throws IOException, InterruptedException {
        return MAPPER.readTree(instance.get("/openapi.json").body());
    }
}
