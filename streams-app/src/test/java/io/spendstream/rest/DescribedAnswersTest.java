package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.Mutations;
import io.spendstream.access.Scope;
import io.spendstream.query.FakeCells;
import io.spendstream.rest.Description.Operation;
import java.io.IOException;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Every operation of {@code openapi.json} is asked with what it describes and with what it does not: each answer's
 * status, headers, media type and body are described, none is a fault of the server, and what the description forbids is
 * not taken. {@code -Dfuzz.seed} and {@code -Dfuzz.each} ask for others and for more.
 */
@Timeout(300)
class DescribedAnswersTest {

    private static final long SEED = Long.getLong("fuzz.seed", 1);
    private static final int EACH = Integer.getInteger("fuzz.each", 80);
    private static final JsonMapper MAPPER = new JsonMapper();
    private static final List<String> ACCEPTS =
            List.of("*/*", "application/json", "text/csv", "application/vnd.apache.parquet", "image/png", "", ";q=x,,");
    private static final List<String> TYPES = List.of("application/json", "text/plain", "application/xml", "", "a/b/c");
    private static final List<String> OTHER_METHODS =
            List.of("GET", "PUT", "POST", "DELETE", "PATCH", "TRACE", "PROPFIND");
    /** From here on it is the server that is at fault, whatever was asked. */
    private static final int FAULT = 500;

    private final Description description = Description.WHOLE;
    private final Mutations random = new Mutations(SEED);
    private final SchemaValues values = new SchemaValues(description, random);
    private final Map<String, Map<Integer, Integer>> answers = new TreeMap<>();
    private final List<String> faults = new ArrayList<>();
    private final Callers callers = new Callers();
    private List<String> keys;

    /** A request that was made up. */
    private record Asked(Operation operation, String path, String type, byte[] body, boolean bodyFits) {}

    @BeforeEach
    void makeKeys() {
        String all = callers.key("all", Set.of(Scope.values()), "*");
        keys = List.of(
                all,
                all,
                callers.key("acme", Set.of(Scope.values()), "acme"),
                callers.key("reader", Set.of(Scope.READ), "*"),
                "sk_nobody_x");
    }

    @Test
    void every_answer_is_described_where_anyone_may_ask() throws Exception {
        try (TestInstance instance = new TestInstance()) {
            askAll(instance, EACH, null);
        }
    }

    @Test
    void every_answer_is_described_where_callers_show_keys() throws Exception {
        try (TestInstance instance = new TestInstance(RestConfig.on("127.0.0.1", 0), callers.security())) {
            askAll(instance, EACH / 2, keys);
        }
    }

    @Test
    void an_address_takes_only_the_methods_that_are_described() throws Exception {
        try (TestInstance instance = new TestInstance()) {
            for (Operation operation : description.operations()) {
                String path = operation.template().replaceAll("\\{[a-z]+}", "x");
                for (String method : OTHER_METHODS) {
                    if (description.methods(operation.template()).contains(method)) {
                        continue;
                    }
                    HttpResponse<String> answer =
                            instance.send(instance.request(path).method(method, HttpRequest.BodyPublishers.noBody()));
                    assertThat(answer.statusCode()).as(method + " " + path).isEqualTo(405);
                    assertThat(answer.headers().firstValue("Allow").orElse("").split(", "))
                            .as(method + " " + path)
                            .containsAll(description.methods(operation.template()))
                            .doesNotContain(method);
                }
            }
        }
    }

    private void askAll(TestInstance instance, int each, List<String> shown) throws Exception {
        // Given
        instance.cells.add(new FakeCells(0)
                .spend(
                        "2026-11-21T00:00:00Z",
                        Map.of("feature", "chat", "model", "gpt-4o", "service_tier", "STANDARD"),
                        null,
                        1));

        // When
        for (Operation operation : description.operations()) {
            for (int i = 0; i < each; i++) {
                ask(instance, operation, shown);
            }
        }

        // Then
        answers.forEach((what, statuses) -> System.out.printf("described %s: %s (seed %d)%n", what, statuses, SEED));
        assertThat(faults).as("with seed " + SEED).isEmpty();
        assertThat(instance.get("/health/live").statusCode()).isEqualTo(200);
    }

    private void ask(TestInstance instance, Operation operation, List<String> shown) throws Exception {
        Asked asked = asked(operation);
        HttpRequest.Builder request = instance.request(asked.path());
        String method = operation.method();
        if (method.equals("GET") && random.below(10) == 0) {
            method = "HEAD";
        }
        request.method(
                method,
                asked.body() == null
                        ? HttpRequest.BodyPublishers.noBody()
                        : HttpRequest.BodyPublishers.ofByteArray(asked.body()));
        if (asked.type() != null) {
            request.header("Content-Type", asked.type());
        }
        if (random.below(3) == 0) {
            request.header("Accept", random.anyOf(ACCEPTS));
        }
        if (shown != null && random.below(8) != 0) {
            request.header("Authorization", "Bearer " + random.anyOf(shown));
        }
        check(asked, instance.sendForBytes(request));
    }

    private Asked asked(Operation operation) {
        String path = operation.template();
        StringBuilder query = new StringBuilder();
        for (JsonNode parameter : operation.parameters()) {
            String name = parameter.get("name").asText();
            if (parameter.get("in").asText().equals("path")) {
                path = path.replace("{" + name + "}", encoded(inPath(parameter)));
            } else if (random.below(4) == 0) {
                append(query, name, parameter);
            }
        }
        if (random.below(12) == 0) {
            append(query, random.word());
        }
        JsonNode content = operation.node().at("/requestBody/content");
        String whole = query.isEmpty() ? path : path + "?" + query;
        if (content.isMissingNode()) {
            return new Asked(operation, whole, null, null, true);
        }
        List<String> types = new ArrayList<>();
        content.fieldNames().forEachRemaining(types::add);
        String type = random.anyOf(types);
        JsonNode body = content.get(type).has("example") && random.below(3) == 0
                ? content.get(type).get("example")
                : values.value(content.get(type).get("schema"));
        byte[] bytes = random.below(2) == 0
                ? random.json(body.toString())
                : body.toString().getBytes(StandardCharsets.UTF_8);
        boolean fits = fits(operation, type, bytes);
        return new Asked(operation, whole, random.below(12) == 0 ? random.anyOf(TYPES) : type, bytes, fits);
    }

    /** Whether the body is what the description says of its type; what is no JSON is left to the server to judge. */
    private boolean fits(Operation operation, String type, byte[] body) {
        if (!type.endsWith("json")) {
            return true;
        }
        String pointer = operation.pointer() + "/requestBody/content/" + type.replace("/", "~1") + "/schema";
        try {
            return description.faults(pointer, MAPPER.readTree(body)).isEmpty();
        } catch (IOException e) {
            return true;
        }
    }

    private String inPath(JsonNode parameter) {
        if (random.below(4) == 0) {
            String word = shortened(random.word());
            return word.isEmpty() ? "x" : word;
        }
        String text = parameter.has("example") && random.below(2) == 0
                ? parameter.get("example").asText()
                : values.value(parameter.get("schema")).asText();
        // That would be another address.
        return text.equals("..") ? "x" : text;
    }

    private void append(StringBuilder query, String name, JsonNode parameter) {
        JsonNode value = random.below(4) == 0
                ? MAPPER.getNodeFactory().textNode(shortened(random.word()))
                : values.value(parameter.get("schema"));
        if (value.isArray()) {
            value.forEach(item -> append(query, name + "=" + item.asText()));
        } else if (value.isObject()) {
            value.properties()
                    .forEach(e -> append(query, e.getKey() + "=" + e.getValue().asText()));
        } else {
            append(query, name + "=" + value.asText());
        }
    }

    private static void append(StringBuilder query, String text) {
        int at = text.indexOf('=');
        query.append(query.isEmpty() ? "" : "&")
                .append(
                        at < 0
                                ? encoded(shortened(text))
                                : encoded(text.substring(0, at)) + "=" + encoded(text.substring(at + 1)));
    }

    private void check(Asked asked, HttpResponse<byte[]> answer) throws IOException {
        int status = answer.statusCode();
        String what = asked.operation().toString();
        answers.computeIfAbsent(what, w -> new TreeMap<>()).merge(status, 1, Integer::sum);
        List<String> found = new ArrayList<>(description.faults(asked.operation(), answer, answer.body()));
        if (status >= FAULT) {
            found.add("is a fault of the server");
        }
        if (status < 300 && !asked.bodyFits()) {
            found.add("took a body that the description does not take");
        }
        if (!found.isEmpty()) {
            faults.add("%s answered %d to %s %s%n   %s%n   %.600s%n"
                    .formatted(
                            what,
                            status,
                            asked.path(),
                            found,
                            asked.body() == null ? "" : new String(asked.body(), StandardCharsets.UTF_8),
                            new String(answer.body(), StandardCharsets.UTF_8)));
        }
    }

    /** A line of a request has a limit of its own. */
    private static String shortened(String word) {
        return word.substring(0, Math.min(300, word.length()));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
