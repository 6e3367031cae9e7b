package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.http.HttpVersion;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FramingTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "HTTP_1_1 | x   |                  | ",
                "HTTP_1_1 | x   | chunked          | ",
                "HTTP_1_1 | x   | Chunked          | ",
                "HTTP_1_0 |     |                  | ",
                "HTTP_1_1 |     |                  | It has no Host header",
                "HTTP_1_1 | x;y |                  | It has 2 Host headers; it takes one",
                "HTTP_1_1 | x   | xchunked         | Of Transfer-Encoding only 'chunked' is taken, once",
                "HTTP_1_1 | x   | gzip, chunked    | Of Transfer-Encoding only 'chunked' is taken, once",
                "HTTP_1_1 | x   | chunked;chunked  | Of Transfer-Encoding only 'chunked' is taken, once",
                "HTTP_1_1 | x   | chunked;identity | Of Transfer-Encoding only 'chunked' is taken, once",
                "HTTP_1_0 | x   | chunked          | HTTP/1.0 has no Transfer-Encoding",
            })
    void what_a_proxy_may_read_differently_is_refused(
            HttpVersion version, String hosts, String encodings, String fault) {
        assertThat(Framing.fault(version, several(hosts), several(encodings))).isEqualTo(fault);
    }

    private static List<String> several(String headers) {
        return headers == null ? List.of() : List.of(headers.split(";"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health/live HTTP/1.1\r\n",
                "GET /health/live HTTP/1.1\r\nHost: x\r\nHost: y\r\n",
                "POST /v1/events HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: xchunked\r\n",
            })
    void the_connection_ends_after_such_a_request(String head) throws IOException {
        try (TestInstance instance = new TestInstance()) {
            // When: with another request after it
            String answers = exchange(instance, head + "\r\nGET /v1/spend HTTP/1.1\r\nHost: x\r\n\r\n");

            // Then
            assertThat(answers).startsWith("HTTP/1.1 400 ").containsOnlyOnce("HTTP/1.1 ");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /health/live HTTP/1.1 | Host: x;Host: y | GET null 400",
                "POST /v1/events HTTP/1.1 | Host: x;Transfer-Encoding: xchunked | POST null 400",
                "POST /v1/events HTTP/1.1 | Host: x;Content-Length: many | POST null 400",
                "GET /health/live HTTP/1.1 | Host: x;X: LONG | GET null 431",
                "GET /LONG HTTP/1.1 | Host: x | GET null 414",
            })
    void what_is_refused_before_any_route_is_seen(String line, String headers, String seen) throws Exception {
        try (TestInstance instance = new TestInstance()) {
            // When
            exchange(
                    instance,
                    (line + "\r\n" + headers.replace(";", "\r\n") + "\r\n\r\n").replace("LONG", "x".repeat(40_000)));

            // Then
            instance.awaitSeen(seen);
        }
    }

    @Test
    void other_requests_share_a_connection() throws IOException {
        try (TestInstance instance = new TestInstance()) {
            String good = "GET /health/live HTTP/1.1\r\nHost: x\r\n";
            String answers = exchange(instance, good + "\r\n" + good + "Connection: close\r\n\r\n");
            assertThat(answers.split("HTTP/1.1 200 ", -1)).hasSize(3);
        }
    }

    /** Sends all of it; reads until the server closes the connection. */
    private static String exchange(TestInstance instance, String text) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", instance.server.port())) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            ByteArrayOutputStream answers = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answers);
            return answers.toString(StandardCharsets.US_ASCII);
        }
    }
}
