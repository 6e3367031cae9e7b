package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.access.Caller;
import io.spendstream.access.PeerSecret;
import io.spendstream.access.Scope;
import io.spendstream.access.Unauthenticated;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who may call which route, for all routes of the real router. */
@Timeout(60)
class AccessTest {

    private static final Set<String> OPEN =
            Set.of("GET /", "GET /openapi.json", "GET /health/live", "GET /health/startup", "GET /health/ready");
    private static final Set<Integer> REFUSED = Set.of(401, 403);

    private final Callers callers = new Callers();
    private final Map<Scope, String> keys = new EnumMap<>(Scope.class);
    private TestInstance instance;
    private CompletableFuture<Caller> token = new CompletableFuture<>();

    @BeforeEach
    void start() throws IOException {
        for (Scope scope : Scope.values()) {
            keys.put(scope, callers.key(scope.id(), List.of(scope), "*"));
        }
        instance = new TestInstance(RestConfig.on("127.0.0.1", 0), callers.security(1_000, text -> token));
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    private HttpResponse<String> call(Api.Endpoint endpoint, String... headers) throws Exception {
        String path = endpoint.template().replaceAll("\\{[a-z]+}", "x");
        HttpRequest.Builder request =
                instance.request(path).method(endpoint.method(), HttpRequest.BodyPublishers.ofString(""));
        return instance.send(headers.length == 0 ? request : request.headers(headers));
    }

    private static String name(Api.Endpoint endpoint) {
        return endpoint.method() + " " + endpoint.template();
    }

    @Test
    void a_route_is_closed_to_those_who_do_not_say_who_they_are() throws Exception {
        assertThat(instance.server.endpoints()).hasSizeGreaterThan(20);
        for (Api.Endpoint endpoint : instance.server.endpoints()) {
            HttpResponse<String> response = call(endpoint);
            boolean internal = endpoint.template().startsWith("/internal/");
            int expected = OPEN.contains(name(endpoint)) ? 200 : internal ? 403 : 401;
            if (endpoint.template().startsWith("/page/")) {
                continue; // files of the page, which anyone may have
            }

            assertThat(response.statusCode()).as(name(endpoint)).isEqualTo(expected);
            assertThat(response.headers().firstValue("WWW-Authenticate").isPresent())
                    .as(name(endpoint))
                    .isEqualTo(expected == 401);
        }
    }

    @Test
    void a_route_takes_the_scope_that_the_table_says_and_no_other() throws Exception {
        for (Api.Endpoint endpoint : instance.server.endpoints()) {
            List<Scope> let = new ArrayList<>();
            for (Scope scope : Scope.values()) {
                if (!REFUSED.contains(call(endpoint, "Authorization", "Bearer " + keys.get(scope))
                        .statusCode())) {
                    let.add(scope);
                }
            }
            RouteAccess.Need need = RouteAccess.of(endpoint.method(), endpoint.template());
            switch (need.door()) {
                case OPEN -> assertThat(let).as(name(endpoint)).hasSize(Scope.values().length);
                case PEERS -> assertThat(let).as(name(endpoint)).isEmpty();
                case SCOPE, METRICS -> assertThat(let).as(name(endpoint)).containsExactly(need.scope());
            }
            boolean changes = !endpoint.method().equals("GET");
            boolean readsByPost = endpoint.template().endsWith("/quote") || need.door() == RouteAccess.Door.PEERS;
            assertThat(need.scope() == Scope.READ)
                    .as(name(endpoint))
                    .isEqualTo(need.door() != RouteAccess.Door.OPEN
                            && need.door() != RouteAccess.Door.PEERS
                            && (!changes || readsByPost));
        }
    }

    @Test
    void the_description_says_of_each_route_whether_it_takes_a_key() {
        for (Description.Operation operation : Description.WHOLE.operations()) {
            boolean open =
                    RouteAccess.of(operation.method(), operation.template()).door() == RouteAccess.Door.OPEN;
            boolean describedOpen = operation.node().has("security")
                    && operation.node().get("security").isEmpty();
            assertThat(describedOpen).as(operation.toString()).isEqualTo(open);
        }
    }

    @Test
    void an_instance_that_lets_anyone_in_describes_itself_as_such() throws Exception {
        try (TestInstance open = new TestInstance()) {
            assertThat(open.get("/openapi.json").body()).doesNotContain("\"security\":[{");
            assertThat(instance.get("/openapi.json").body()).contains("\"security\":[{\"bearer\":[]}");
        }
    }

    @Test
    void a_route_that_the_table_does_not_have_cannot_be_registered() {
        Vertx vertx = Vertx.vertx();
        try {
            Api api = new Api(Router.router(vertx), new Gate(RestSecurity.OFF, () -> TestInstance.NOW));
            assertThatThrownBy(() -> api.get("/v1/secrets", ctx -> {}))
                    .hasMessageContaining("does not say who may call GET /v1/secrets");
        } finally {
            vertx.close();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "Authorization, Bearer KEY, 200",
        "Authorization, bearer  KEY , 200",
        "X-API-Key, KEY, 200",
        "Authorization, KEY, 401",
        "Authorization, Basic KEY, 401",
        "Authorization, Bearer, 401",
        "Authorization, Bearer KEYx, 401",
        "X-API-Key, '', 401",
        "X-Api-Key, Bearer KEY, 401",
        "Cookie, KEY, 401",
    })
    void a_key_is_a_bearer_or_in_a_header_of_its_own(String header, String value, int status) throws Exception {
        String sent = value.replace("KEY", keys.get(Scope.READ));
        assertThat(call(new Api.Endpoint("GET", "/v1/prices"), header, sent).statusCode())
                .isEqualTo(status);
    }

    @Test
    void two_ways_at_once_are_refused() throws Exception {
        String key = keys.get(Scope.READ);
        assertThat(call(new Api.Endpoint("GET", "/v1/prices"), "Authorization", "Bearer " + key, "X-API-Key", key)
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void a_refusal_says_nothing_about_what_is_known() throws Exception {
        String key = keys.get(Scope.READ);
        String known = key.substring(0, key.length() - 1);
        String unknown = "sk_aaaaaaaaaaaa_" + key.substring(16);
        Api.Endpoint prices = new Api.Endpoint("GET", "/v1/prices");

        assertThat(call(prices, "X-API-Key", known).body())
                .isEqualTo(call(prices, "X-API-Key", unknown).body())
                .doesNotContain(known.substring(3, 15));
    }

    @Test
    void what_concerns_all_tenants_is_not_for_callers_of_some() throws Exception {
        // Given
        instance.close();
        String acme = callers.key("acme's", List.of(Scope.values()), "acme");
        instance = new TestInstance(RestConfig.on("127.0.0.1", 0), callers.security());

        // Then
        for (String name : List.of("GET /metrics", "GET /v1/instances", "PUT /v1/prices/{model}")) {
            Api.Endpoint endpoint = new Api.Endpoint(name.split(" ")[0], name.split(" ")[1]);
            HttpResponse<String> response = call(endpoint, "X-API-Key", acme);
            assertThat(response.statusCode()).as(name).isEqualTo(403);
            assertThat(response.body()).contains("is for acme");
        }
    }

    @Test
    void other_instances_show_the_secret() throws Exception {
        String path = HttpPeerClient.INSTANCE_PATH;
        Api.Endpoint endpoint = new Api.Endpoint("GET", path);

        assertThat(call(endpoint, PeerSecret.HEADER, Callers.PEERS.sign("GET", path, new byte[0], TestInstance.NOW))
                        .statusCode())
                .isEqualTo(200);
        assertThat(call(endpoint, PeerSecret.HEADER, Callers.PEERS.sign("POST", path, new byte[0], TestInstance.NOW))
                        .statusCode())
                .isEqualTo(403);
        assertThat(call(
                                endpoint,
                                PeerSecret.HEADER,
                                new PeerSecret("another secret of instances")
                                        .sign("GET", path, new byte[0], TestInstance.NOW))
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void what_an_instance_signed_for_one_question_asks_no_other() throws Exception {
        String path = HttpPeerClient.SPEND_PATH;
        byte[] asked = "{\"asked\": 1}".getBytes(StandardCharsets.UTF_8);
        String signed = Callers.PEERS.sign("POST", path, asked, TestInstance.NOW);

        HttpResponse<String> same = instance.post(path, "{\"asked\": 1}", PeerSecret.HEADER, signed);
        HttpResponse<String> other = instance.post(path, "{\"asked\": 2}", PeerSecret.HEADER, signed);

        assertThat(same.statusCode()).as("let in, and no query").isEqualTo(400);
        assertThat(other.statusCode()).isEqualTo(403);
    }

    @Test
    void a_caller_that_is_refused_cannot_keep_the_server_decompressing() throws Exception {
        // Given: ten times the largest body in a hundredth of its size, and no end of it
        ByteArrayOutputStream sent = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(sent)) {
            gzip.write(new byte[100 << 20]);
        }
        String head = "POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Encoding: gzip\r\nContent-Length: "
                + 2 * sent.size() + "\r\n\r\n";

        // When
        StringBuilder answer = new StringBuilder();
        try (Socket socket = new Socket("127.0.0.1", instance.server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            int c = socket.getInputStream().read();
            answer.append((char) c);
            try {
                socket.getOutputStream().write(sent.toByteArray());
                for (; c >= 0; c = socket.getInputStream().read()) {
                    answer.append((char) c);
                }
            } catch (SocketTimeoutException e) {
                throw e;
            } catch (SocketException e) {
                // Reset: the server closed it while there was more to read.
            }
        }

        // Then: the connection ended, though the request did not
        assertThat(answer.toString()).contains("401");
    }

    @Test
    void whoever_asks_too_often_is_told_when_to_come_again() throws Exception {
        // Given
        instance.close();
        String other = callers.key("other", List.of(Scope.READ), "*");
        instance = new TestInstance(RestConfig.on("127.0.0.1", 0), callers.security(1, null));
        Api.Endpoint prices = new Api.Endpoint("GET", "/v1/prices");

        // When
        HttpResponse<String> last = null;
        for (int i = 0; i < 5; i++) {
            last = call(prices, "X-API-Key", keys.get(Scope.READ));
        }

        // Then
        assertThat(last.statusCode()).isEqualTo(429);
        assertThat(last.headers().firstValue("Retry-After")).contains("1");
        assertThat(call(prices, "X-API-Key", other).statusCode()).isEqualTo(200);
    }

    @Test
    void every_answer_tells_browsers_to_keep_their_hands_off() throws Exception {
        for (Api.Endpoint endpoint : instance.server.endpoints()) {
            HttpResponse<String> response = call(endpoint);
            for (String[] header : new String[][] {
                {"X-Content-Type-Options", "nosniff"},
                {"X-Frame-Options", "DENY"},
                {"Referrer-Policy", "no-referrer"},
                {"Cross-Origin-Resource-Policy", "same-origin"},
                {"Content-Security-Policy", "default-src 'none'"},
                {"Cache-Control", "no-"}
            }) {
                assertThat(response.headers().firstValue(header[0]).orElse(""))
                        .as(name(endpoint) + " " + header[0])
                        .contains(header[1]);
            }
            assertThat(response.headers().firstValue("Access-Control-Allow-Origin"))
                    .isEmpty();
            assertThat(response.headers().firstValue("Strict-Transport-Security"))
                    .as("no TLS here")
                    .isEmpty();
        }
        assertThat(RawHttp.send(instance, "NONSENSE\r\n\r\n").headers().firstValue("X-Frame-Options"))
                .contains("DENY");
    }

    @Test
    void a_body_is_read_though_the_caller_is_known_only_later() throws Exception {
        // Given
        CompletableFuture<HttpResponse<String>> answer = CompletableFuture.supplyAsync(() -> {
            try {
                return instance.send(instance.request("/v1/admission")
                        .header("Authorization", "Bearer a.b.c")
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString("{\"model\": \"m\"}")));
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });

        // When
        token.completeAsync(
                () -> new Caller("s", "s", Caller.Kind.TOKEN, Set.of(Scope.ADMIT), Set.of("default"), 10),
                CompletableFuture.delayedExecutor(100, java.util.concurrent.TimeUnit.MILLISECONDS));

        // Then
        assertThat(answer.join().statusCode()).as(answer.join().body()).isEqualTo(200);
        token = CompletableFuture.failedFuture(new Unauthenticated("The token has expired"));
        assertThat(call(new Api.Endpoint("GET", "/v1/prices"), "Authorization", "Bearer a.b.c")
                        .body())
                .contains("The token has expired");
    }
}
