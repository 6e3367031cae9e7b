package io.spendstream.rest;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLSession;

/** Sends what a well-behaved client would not. */
final class RawHttp {

    private RawHttp() {}

    /** A request without a body, its address as it is. */
    static HttpResponse<String> send(TestInstance instance, String method, String path) throws IOException {
        return send(instance, method + " " + path + " HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n");
    }

    /** Sends a text and reads until the server closes; so the request should be the last of the connection. */
    static HttpResponse<String> send(TestInstance instance, String request) throws IOException {
        String closing = request.replaceFirst("\r\n", "\r\nConnection: close\r\n");
        try (Socket socket = new Socket("127.0.0.1", instance.server.port())) {
            socket.setSoTimeout(30_000);
            socket.getOutputStream().write(closing.getBytes(StandardCharsets.ISO_8859_1));
            ByteArrayOutputStream answer = new ByteArrayOutputStream();
            socket.getInputStream().transferTo(answer);
            return Answer.of(answer.toString(StandardCharsets.UTF_8));
        }
    }

    /** Only what tests look at. */
    private record Answer(int statusCode, HttpHeaders headers, String body) implements HttpResponse<String> {

        static Answer of(String text) {
            int end = text.indexOf("\r\n\r\n");
            String[] lines = text.substring(0, end).split("\r\n");
            Map<String, List<String>> headers = new HashMap<>();
            for (int i = 1; i < lines.length; i++) {
                String[] header = lines[i].split(": ?", 2);
                headers.computeIfAbsent(header[0], name -> new ArrayList<>()).add(header[1]);
            }
            return new Answer(
                    Integer.parseInt(lines[0].split(" ")[1]),
                    HttpHeaders.of(headers, (name, value) -> true),
                    text.substring(end + 4));
        }

        @Override
        public HttpRequest request() {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<HttpResponse<String>> previousResponse() {
            return Optional.empty();
        }

        @Override
        public Optional<SSLSession> sslSession() {
            return Optional.empty();
        }

        @Override
        public URI uri() {
            throw new UnsupportedOperationException();
        }

        @Override
        public HttpClient.Version version() {
            return HttpClient.Version.HTTP_1_1;
        }
    }
}
