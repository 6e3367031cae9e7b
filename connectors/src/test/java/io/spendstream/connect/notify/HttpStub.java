package io.spendstream.connect.notify;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;

/** A real HTTP server on this machine that keeps what it got and answers as it is told. */
public final class HttpStub implements AutoCloseable {

    /** How a request is answered; the request's number counts from 0. */
    @FunctionalInterface
    public interface Behaviour {

        void answer(int number, HttpExchange exchange) throws IOException, InterruptedException;
    }

    public record Request(String method, String path, Map<String, String> headers, String body, HttpExchange exchange) {

        public String header(String name) {
            return headers.get(name);
        }

        /** That it was answered with; 0: with none so far. */
        public int status() {
            return Math.max(0, exchange.getResponseCode());
        }
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final AtomicInteger next = new AtomicInteger();
    private volatile Behaviour behaviour;

    private HttpStub(HttpServer server, Behaviour behaviour) {
        this.server = server;
        this.behaviour = behaviour;
    }

    public static HttpStub start(Behaviour behaviour) {
        try {
            HttpStub stub = new HttpStub(
                    HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), behaviour);
            stub.server.setExecutor(stub.threads);
            stub.server.createContext("/", stub::handle);
            stub.server.start();
            return stub;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Answers every request so. */
    public static Behaviour status(int status) {
        return (number, exchange) -> reply(exchange, status, "");
    }

    public static void reply(HttpExchange exchange, int status, String body) throws IOException {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
        if (bytes.length > 0) {
            exchange.getResponseBody().write(bytes);
        }
    }

    public void behave(Behaviour other) {
        behaviour = other;
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name, values.get(0)));
            // Before the other side has its answer and asks for what came.
            requests.add(new Request(
                    exchange.getRequestMethod(), exchange.getRequestURI().toString(), headers, body, exchange));
            behaviour.answer(next.getAndIncrement(), exchange);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** In the order in which they came. */
    public List<Request> requests() {
        return List.copyOf(requests);
    }

    public URI url(String path) {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + path);
    }

    @Override
    public void close() {
        threads.shutdownNow();
        server.stop(0);
    }
}
