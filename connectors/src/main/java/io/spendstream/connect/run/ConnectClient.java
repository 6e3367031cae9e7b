package io.spendstream.connect.run;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** A worker's REST interface, as far as starting connectors needs it. */
public final class ConnectClient {

    private static final Duration REQUEST_LIMIT = Duration.ofSeconds(60);
    private static final long LOOK_EVERY_NANOS = 100_000_000;
    /** What the JDBC sink takes without listing it: one of its own, and Hibernate's, which it passes on. */
    private static final String NOT_LISTED = "use\\.reduction\\.buffer|hibernate\\..+";

    /** What the JDBC sink takes for its default where it is any other word: an upsert that is misspelt inserts. */
    private static final Map<String, Set<String>> WORDS = Map.of(
            "insert.mode", Set.of("insert", "update", "upsert"),
            "primary.key.mode", Set.of("none", "kafka", "record_key", "record_value", "record_header"),
            "schema.evolution", Set.of("none", "basic"));

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final URI url;

    public ConnectClient(URI url) {
        this.url = url;
    }

    /** An answer; status 0 where there was none. */
    record Reply(int status, JsonNode body) {

        String message() {
            return body.path("message").asText(body.toString());
        }
    }

    /** How a connector is: RUNNING where it and all its tasks are; else why not. */
    public record Status(boolean running, boolean failed, String detail) {}

    /**
     * Waits until the worker answers and can be told what to do.
     *
     * @param alive whether there is still somebody to wait for
     */
    public void awaitReady(Duration limit, BooleanSupplier alive) throws TimeoutException {
        // The list needs the worker's group, the address alone does not.
        await("the Connect worker at " + url + " answers", limit, () -> {
            if (!alive.getAsBoolean()) {
                throw new IllegalStateException("the Connect worker ended");
            }
            return send("GET", "/connectors", null).status() == 200;
        });
    }

    /**
     * What is wrong with a configuration, each as key and reason; empty where nothing is. Keys that neither the connector
     * nor its converters and transforms know count as wrong: Connect itself would ignore them.
     */
    public List<String> problems(Map<String, String> config) throws IOException {
        String plugin = config.get("connector.class");
        Reply reply = send("PUT", "/connector-plugins/" + plugin + "/config/validate", json.valueToTree(config));
        if (reply.status() != 200) {
            throw new IOException("the worker cannot check the configuration: " + reply.message());
        }
        List<String> problems = new ArrayList<>();
        Set<String> known = new HashSet<>();
        for (JsonNode entry : reply.body().path("configs")) {
            JsonNode value = entry.path("value");
            String key = value.path("name").asText();
            known.add(key);
            // Some of a connector's own checks name the key themselves.
            value.path("errors")
                    .forEach(error -> problems.add(
                            error.asText().startsWith(key + ": ") ? error.asText() : key + ": " + error.asText()));
        }
        WORDS.forEach((key, words) -> {
            String word = config.get(key);
            if (known.contains(key) && word != null && !words.contains(word)) {
                problems.add(key + ": '" + word + "' is none of " + String.join(", ", new TreeSet<>(words)));
            }
        });
        config.keySet().stream()
                .filter(key -> !known.contains(key) && !key.matches(NOT_LISTED))
                .sorted()
                .forEach(key -> problems.add(
                        key + ": neither the connector nor a converter or transform of it knows this key"));
        return problems;
    }

    /**
     * Creates a connector or changes it, and lets it run.
     *
     * @param replay whether it is to read its topics from their beginning again
     */
    public void run(String name, Map<String, String> config, boolean replay) throws IOException, TimeoutException {
        String path = "/connectors/" + name;
        if (send("GET", path, null).status() == 404) {
            ObjectNode connector = json.createObjectNode();
            connector.put("name", name).put("initial_state", "STOPPED").set("config", json.valueToTree(config));
            expect(send("POST", "/connectors", connector), "creating " + name);
        } else {
            stop(name);
            expect(send("PUT", path + "/config", json.valueToTree(config)), "configuring " + name);
        }
        if (replay) {
            forgetOffsets(name);
        }
        resume(name);
    }

    /** Lets a stopped connector run, from where it was. */
    public void resume(String name) throws IOException {
        expect(send("PUT", "/connectors/" + name + "/resume", null), "starting " + name);
    }

    /** Stops a connector's tasks; its configuration and how far it came stay. */
    public void stop(String name) throws IOException, TimeoutException {
        expect(send("PUT", "/connectors/" + name + "/stop", null), "stopping " + name);
        await(name + " is stopped", REQUEST_LIMIT, () -> {
            Reply reply = send("GET", "/connectors/" + name + "/status", null);
            return reply.body().path("connector").path("state").asText().equals("STOPPED")
                    && reply.body().path("tasks").isEmpty();
        });
    }

    /** Lets a stopped connector forget how far it came. */
    private void forgetOffsets(String name) throws TimeoutException {
        // Refused as long as a task that was killed is still taken for a member of the group.
        await(
                "the offsets of " + name + " are reset",
                REQUEST_LIMIT,
                () -> send("DELETE", "/connectors/" + name + "/offsets", null).status() == 200);
    }

    /**
     * Waits until a connector and all of its tasks run.
     *
     * @throws IllegalStateException where one has failed; the message says why
     */
    public void awaitRunning(String name, Duration limit) throws TimeoutException {
        await(name + " runs", limit, () -> {
            Status status = status(name);
            if (status.failed()) {
                throw new IllegalStateException(name + " failed: " + status.detail());
            }
            return status.running();
        });
    }

    public Status status(String name) {
        Reply reply = send("GET", "/connectors/" + name + "/status", null);
        JsonNode tasks = reply.body().path("tasks");
        List<JsonNode> parts = new ArrayList<>();
        parts.add(reply.body().path("connector"));
        tasks.forEach(parts::add);
        for (JsonNode part : parts) {
            if (part.path("state").asText().equals("FAILED")) {
                return new Status(false, true, part.path("trace").asText().strip());
            }
        }
        boolean running = !tasks.isEmpty()
                && parts.stream().allMatch(part -> part.path("state").asText().equals("RUNNING"));
        return new Status(running, false, reply.body().toString());
    }

    private static void expect(Reply reply, String what) throws IOException {
        if (reply.status() / 100 != 2) {
            throw new IOException(what + " is refused: " + reply.message());
        }
    }

    private static void await(String what, Duration limit, BooleanSupplier condition) throws TimeoutException {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new TimeoutException(what + ": not within " + limit.toSeconds() + " s");
            }
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    private Reply send(String method, String path, JsonNode body) {
        try {
            HttpResponse<String> response = http.send(
                    HttpRequest.newBuilder(url.resolve(path))
                            .timeout(REQUEST_LIMIT)
                            .header("Content-Type", "application/json")
                            .method(
                                    method,
                                    body == null
                                            ? HttpRequest.BodyPublishers.noBody()
                                            : HttpRequest.BodyPublishers.ofString(body.toString()))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            String text = response.body();
            return new Reply(response.statusCode(), text.isBlank() ? json.createObjectNode() : json.readTree(text));
        } catch (IOException e) {
            return new Reply(0, json.createObjectNode().put("message", e.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
    }
}
