package io.spendstream.connect.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against a real server that answers, fails, hangs, drips, redirects and closes. */
@Timeout(120)
class HttpEndpointTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    /** For those that answer: longer than any machine is busy. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    /** For those that do not. */
    private static final Duration TIMEOUT = Duration.ofMillis(400);

    private static final String SECRET_PATH = "/services/T000/B000/verysecret?token=alsosecret";
    private static final String AUTHORIZATION = "Bearer topsecret";

    private final CountDownLatch end = new CountDownLatch(1);
    private final HttpStub stub = HttpStub.start(HttpStub.status(200));

    @AfterEach
    void stop() {
        end.countDown();
        stub.close();
    }

    private static HttpEndpoint endpoint(URI url) {
        return endpoint(url, PATIENCE);
    }

    private static HttpEndpoint endpoint(URI url, Duration timeout) {
        return new HttpEndpoint(url, timeout, AUTHORIZATION, null, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static void post(HttpEndpoint endpoint) throws DeliveryException {
        endpoint.post("{\"a\":1}".getBytes(StandardCharsets.UTF_8), Map.of("Idempotency-Key", "k"));
    }

    private DeliveryException failure() {
        return failure(stub.url(SECRET_PATH));
    }

    private static DeliveryException failure(URI url) {
        return failure(endpoint(url));
    }

    private static DeliveryException failure(HttpEndpoint endpoint) {
        DeliveryException failure = catchThrowableOfType(DeliveryException.class, () -> post(endpoint));
        assertThat(failure)
                .hasMessageNotContaining("verysecret")
                .hasMessageNotContaining("alsosecret")
                .hasMessageNotContaining("topsecret");
        return failure;
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 202, 204})
    void what_is_taken_is_taken(int status) throws Exception {
        stub.behave(HttpStub.status(status));

        post(endpoint(stub.url("/a?b=c")));

        assertThat(stub.requests()).singleElement().satisfies(request -> {
            assertThat(request.method() + " " + request.path()).isEqualTo("POST /a?b=c");
            assertThat(request.body()).isEqualTo("{\"a\":1}");
            assertThat(request.header("Content-Type")).isEqualTo("application/json");
            assertThat(request.header("Idempotency-Key")).isEqualTo("k");
            assertThat(request.header("Authorization")).isEqualTo(AUTHORIZATION);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "400, false",
        "401, false",
        "403, false",
        "404, false",
        "410, false",
        "422, false",
        "408, true",
        "425, true",
        "429, true",
        "500, true",
        "502, true",
        "503, true",
        "504, true"
    })
    void a_status_says_whether_trying_again_may_help(int status, boolean retriable) {
        stub.behave((number, exchange) -> HttpStub.reply(exchange, status, "no"));

        DeliveryException failure = failure();

        assertThat(failure.retriable()).isEqualTo(retriable);
        assertThat(failure).hasMessage("http://127.0.0.1:" + stub.url("/").getPort() + " answered " + status + ": no");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {"7 | 7", "Sat, 21 Nov 2026 12:00:09 GMT | 9"})
    void a_retry_after_is_handed_on(String header, long seconds) {
        stub.behave((number, exchange) -> {
            exchange.getResponseHeaders().add("Retry-After", header);
            HttpStub.reply(exchange, 429, "");
        });

        assertThat(failure().retryAfter()).hasSeconds(seconds);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 307, 308})
    void a_redirect_is_not_followed(int status) {
        stub.behave((number, exchange) -> {
            exchange.getResponseHeaders().add("Location", stub.url("/elsewhere").toString());
            HttpStub.reply(exchange, status, "");
        });

        assertThat(failure()).hasMessageContaining("redirects are not followed");
        assertThat(failure().retriable()).isFalse();
        assertThat(stub.requests()).allMatch(request -> request.path().equals(SECRET_PATH));
    }

    @Test
    void a_server_that_hangs_is_left_in_time_and_tried_again() {
        stub.behave((number, exchange) -> end.await());

        assertInTime("did not answer within 400 ms");
    }

    @Test
    void a_server_that_begins_an_answer_and_goes_on_for_ever_is_left_in_time() {
        stub.behave((number, exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            while (end.getCount() > 0) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
                end.await(50, TimeUnit.MILLISECONDS);
            }
        });

        assertInTime("did not answer within 400 ms");
    }

    private void assertInTime(String message) {
        DeliveryException failure = failure(endpoint(stub.url(SECRET_PATH), TIMEOUT));
        assertThat(failure).hasMessageContaining(message);
        assertThat(failure.retriable()).isTrue();
    }

    @Test
    void an_answer_without_end_is_read_no_further_than_its_beginning() throws Exception {
        stub.behave((number, exchange) -> {
            exchange.sendResponseHeaders(200, 0);
            byte[] block = new byte[1 << 16];
            while (end.getCount() > 0) {
                exchange.getResponseBody().write(block);
            }
        });

        post(endpoint(stub.url("/")));
    }

    @Test
    void a_connection_that_is_closed_without_an_answer_is_tried_again() {
        stub.behave((number, exchange) -> {
            // The stub closes it.
        });

        assertThat(failure().retriable()).isTrue();
    }

    @Test
    void nobody_there_is_tried_again() {
        URI gone;
        try (HttpStub other = HttpStub.start(HttpStub.status(200))) {
            gone = other.url(SECRET_PATH);
        }

        DeliveryException failure = failure(gone);

        assertThat(failure).hasMessageContaining("cannot be reached");
        assertThat(failure.retriable()).isTrue();
        assertThat(failure(URI.create("http://no-such-host.invalid" + SECRET_PATH))
                        .retriable())
                .isTrue();
    }

    @Test
    void an_answer_is_told_in_one_short_line_without_the_secrets_it_repeats() {
        stub.behave((number, exchange) -> HttpStub.reply(
                exchange, 400, "no\r\n" + AUTHORIZATION + " " + exchange.getRequestURI() + "x".repeat(5_000)));

        assertThat(failure().getMessage())
                .doesNotContain("\n")
                .contains("no *** /***?***xxx")
                .hasSizeLessThan(300);
    }
}
