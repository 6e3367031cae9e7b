package io.spendstream.sandbox.registry;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.spendstream.sandbox.PortInUse;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry with the Confluent API, for Avro schemas without references, on the loopback address. Clients of
 * the Confluent registry in any language work with it; its errors carry Confluent's codes. Without authentication and
 * on one machine: for development and tests.
 */
public final class DevelopmentRegistry implements AutoCloseable {

    /** Of a request's body. */
    public static final int BODY_BYTES_MAX = 1024 * 1024;

    private static final Logger LOG = LoggerFactory.getLogger(DevelopmentRegistry.class);
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final int THREADS = 4;
    private static final int BACKLOG = 64;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads;
    private final SchemaStore store;

    /**
     * Starts to serve.
     *
     * @param stateFile where the schemas are kept; made when it does not exist
     * @param port to listen on; 0 for a free one
     * @throws PortInUse where the port is taken
     * @throws IOException where the state cannot be read
     */
    public DevelopmentRegistry(Path stateFile, int port) throws IOException {
        store = new SchemaStore(new StateFile(stateFile));
        InetAddress loopback = InetAddress.getByAddress("localhost", new byte[] {127, 0, 0, 1});
        try {
            server = HttpServer.create(new InetSocketAddress(loopback, port), BACKLOG);
        } catch (BindException e) {
            throw new PortInUse("schema registry", port, e);
        }
        AtomicInteger number = new AtomicInteger();
        threads = Executors.newFixedThreadPool(THREADS, task -> {
            Thread thread = new Thread(task, "registry-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
        server.setExecutor(threads);
        server.createContext("/", this::serve);
        server.start();
    }

    /** Where clients reach it, without a path. */
    public URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void serve(HttpExchange exchange) throws IOException {
        try (exchange) {
            try {
                send(exchange, 200, answer(Request.of(exchange)));
            } catch (RegistryException e) {
                send(exchange, e.fault.status, error(e.fault.code, e.getMessage()));
            } catch (RuntimeException e) {
                LOG.error("{} {} failed", exchange.getRequestMethod(), exchange.getRequestURI(), e);
                send(exchange, 500, error(RegistryFault.BACKEND.code, "Internal error: " + e));
            }
        }
    }

    private static JsonNode error(int code, String message) {
        return JSON.createObjectNode().put("error_code", code).put("message", message);
    }

    private static void send(HttpExchange exchange, int status, JsonNode body) throws IOException {
        byte[] bytes = JSON.writeValueAsBytes(body);
        exchange.getResponseHeaders().set("Content-Type", CONTENT_TYPE);
        exchange.sendResponseHeaders(status, bytes.length);
        exchange.getResponseBody().write(bytes);
    }

    private JsonNode answer(Request request) {
        return switch (request.part(0)) {
            case "" -> JSON.createObjectNode();
            case "subjects" -> request.size() <= 2 ? subject(request) : versions(request);
            case "schemas" -> schemas(request);
            case "config" -> config(request);
            case "compatibility" -> compatibility(request);
            case "mode" -> mode(request);
            default -> throw request.unknown();
        };
    }

    private JsonNode subject(Request request) {
        if (request.size() == 1) {
            request.only("GET");
            return JSON.valueToTree(store.subjects(request.query("subjectPrefix", ""), request.flag("deleted")));
        }
        String subject = request.part(1);
        return switch (request.only("POST", "DELETE")) {
            case "POST" -> json(store.find(subject, request.schema(subject), request.flag("deleted")));
            default -> JSON.valueToTree(store.deleteSubject(subject, request.flag("permanent")));
        };
    }

    private JsonNode versions(Request request) {
        if (!request.part(2).equals("versions") || request.size() > 5) {
            throw request.unknown();
        }
        String subject = request.part(1);
        if (request.size() == 3) {
            return switch (request.only("GET", "POST")) {
                case "GET" -> JSON.valueToTree(store.versions(subject, request.flag("deleted")));
                default -> JSON.createObjectNode().put("id", store.register(subject, request.schema(subject)));
            };
        }
        String version = request.part(3);
        if (request.size() == 4 && request.method.equals("DELETE")) {
            return JSON.getNodeFactory().numberNode(store.deleteVersion(subject, version, request.flag("permanent")));
        }
        request.only("GET");
        SchemaStore.Registered found = store.version(subject, version, request.flag("deleted"));
        return switch (request.part(4)) {
            case "" -> json(found);
            case "schema" -> tree(found.schema());
            // No schema here refers to another one.
            case "referencedby" -> JSON.createArrayNode();
            default -> throw request.unknown();
        };
    }

    private JsonNode schemas(Request request) {
        request.only("GET");
        if (request.part(1).equals("types") && request.size() == 2) {
            return JSON.createArrayNode().add("AVRO");
        }
        if (!request.part(1).equals("ids") || request.size() < 3 || request.size() > 4) {
            throw request.unknown();
        }
        int id = id(request.part(2));
        return switch (request.part(3)) {
            case "" -> {
                ObjectNode answer = JSON.createObjectNode().put("schema", store.schema(id));
                yield request.flag("fetchMaxId") ? answer.put("maxId", store.maxId()) : answer;
            }
            case "schema" -> tree(store.schema(id));
            case "subjects" ->
                JSON.valueToTree(store.usesOf(id, request.flag("deleted")).stream()
                        .map(SchemaStore.Registered::subject)
                        .distinct()
                        .toList());
            case "versions" ->
                JSON.valueToTree(store.usesOf(id, request.flag("deleted")).stream()
                        .map(use -> Map.of("subject", use.subject(), "version", use.version()))
                        .toList());
            default -> throw request.unknown();
        };
    }

    private JsonNode config(Request request) {
        if (request.size() > 2) {
            throw request.unknown();
        }
        String subject = request.part(1);
        boolean global = subject.equals(State.GLOBAL);
        String method = request.only("GET", "PUT", "DELETE");
        if (method.equals("PUT")) {
            String wanted = request.body().path("compatibility").asText("");
            Compatibility level =
                    Compatibility.of(wanted).orElseThrow(() -> RegistryFault.INVALID_COMPATIBILITY.with(wanted));
            store.setLevel(subject, level);
            return JSON.createObjectNode().put("compatibility", level.name());
        }
        if (!global && !store.hasOwnLevel(subject) && !request.flag("defaultToGlobal")) {
            throw RegistryFault.NO_SUBJECT_CONFIG.with(subject);
        }
        Compatibility level = store.level(subject);
        if (method.equals("DELETE")) {
            store.removeLevel(subject);
        }
        return JSON.createObjectNode().put("compatibilityLevel", level.name());
    }

    private JsonNode compatibility(Request request) {
        if (!request.part(1).equals("subjects")
                || !request.part(3).equals("versions")
                || request.size() < 4
                || request.size() > 5) {
            throw request.unknown();
        }
        request.only("POST");
        String subject = request.part(2);
        List<String> objections = request.size() == 4
                ? store.objections(subject, request.schema(subject))
                : store.objections(subject, request.schema(subject), request.part(4));
        ObjectNode answer = JSON.createObjectNode().put("is_compatible", objections.isEmpty());
        if (request.flag("verbose")) {
            answer.set("messages", JSON.valueToTree(objections));
        }
        return answer;
    }

    private JsonNode mode(Request request) {
        if (request.size() > 2) {
            throw request.unknown();
        }
        if (request.only("GET", "PUT").equals("PUT")) {
            String mode = request.body().path("mode").asText("");
            if (!mode.equalsIgnoreCase("READWRITE")) {
                throw RegistryFault.INVALID_MODE.with(mode);
            }
        } else if (request.size() == 2 && !request.flag("defaultToGlobal")) {
            throw RegistryFault.NO_SUBJECT_MODE.with(request.part(1));
        }
        return JSON.createObjectNode().put("mode", "READWRITE");
    }

    private static JsonNode json(SchemaStore.Registered registered) {
        return JSON.createObjectNode()
                .put("subject", registered.subject())
                .put("version", registered.version())
                .put("id", registered.id())
                .put("schema", registered.schema());
    }

    private static JsonNode tree(String schema) {
        try {
            return JSON.readTree(schema);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a registered schema is not JSON: " + schema, e);
        }
    }

    private static int id(String text) {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw RegistryFault.SCHEMA_NOT_FOUND.with(text + " ");
        }
    }
}
