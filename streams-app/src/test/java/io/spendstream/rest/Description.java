package io.spendstream.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import com.networknt.schema.ValidationMessage;
import io.spendstream.usage.Texts;
import java.io.IOException;
import java.io.InputStream;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/** What {@code openapi.json} says, and whether an answer is one that it says. */
final class Description {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String IRI = "https://spendstream.test/openapi.json";
    private static final Set<String> METHODS = Set.of("get", "put", "post", "delete");
    /** Answers of every address, which the description tells in its first paragraph or of HTTP itself. */
    private static final Set<Integer> OF_ANY_ADDRESS = Set.of(405, 414, 431);
    /** Reading it takes longer than asking it. */
    static final Description WHOLE = read();

    /**
     * An operation.
     *
     * @param pointer where it is in the description
     * @param parameters of it and its path
     */
    record Operation(String method, String template, String pointer, JsonNode node, List<JsonNode> parameters) {

        @Override
        public String toString() {
            return method + " " + template;
        }
    }

    private final JsonNode root;
    private final JsonSchemaFactory schemas;
    private final SchemaValidatorsConfig config = SchemaValidatorsConfig.builder()
            .formatAssertionsEnabled(true)
            .cacheRefs(true)
            .build();
    private final Map<String, JsonSchema> byPointer = new ConcurrentHashMap<>();
    private final Map<String, Pattern> patterns = new LinkedHashMap<>();
    private final List<Operation> operations = new ArrayList<>();

    private Description(JsonNode root) {
        this.root = root;
        schemas = JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder -> builder.schemaLoaders(loaders -> loaders.schemas(Map.of(IRI, root.toString()))));
        root.get("paths").properties().forEach(path -> {
            patterns.put(path.getKey(), pattern(path.getKey()));
            path.getValue().properties().forEach(entry -> {
                if (METHODS.contains(entry.getKey())) {
                    operations.add(operation(path.getKey(), path.getValue(), entry.getKey(), entry.getValue()));
                }
            });
        });
    }

    private static Description read() {
        try (InputStream in = Description.class.getResourceAsStream("/openapi.json")) {
            return new Description(MAPPER.readTree(in));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Operation operation(String template, JsonNode path, String method, JsonNode node) {
        List<JsonNode> parameters = new ArrayList<>();
        path.path("parameters").forEach(parameters::add);
        node.path("parameters").forEach(parameters::add);
        String pointer = "/paths/" + escaped(template) + "/" + method;
        return new Operation(method.toUpperCase(Locale.ROOT), template, pointer, node, parameters);
    }

    private static String escaped(String key) {
        return key.replace("~", "~0").replace("/", "~1");
    }

    /** Only the name of a model holds slashes. */
    private static Pattern pattern(String template) {
        String regex = template.replace(".", "\\.").replace("{model}", ".+").replaceAll("\\{[a-z]+}", "[^/]+");
        return Pattern.compile(regex);
    }

    JsonNode at(String pointer) {
        return root.at(pointer);
    }

    List<Operation> operations() {
        return operations;
    }

    /** The methods of an address. */
    Set<String> methods(String template) {
        Set<String> methods = new TreeSet<>();
        operations.stream().filter(o -> o.template().equals(template)).forEach(o -> methods.add(o.method()));
        return methods;
    }

    /** The operation at an address; the more exact one where two templates fit. */
    Optional<Operation> find(String method, String path) {
        String asked = method.equals("HEAD") ? "GET" : method;
        return patterns.entrySet().stream()
                .filter(entry -> entry.getValue().matcher(path).matches())
                .map(Map.Entry::getKey)
                .max((a, b) -> Integer.compare(a.length(), b.length()))
                .flatMap(template -> operations.stream()
                        .filter(o -> o.template().equals(template) && o.method().equals(asked))
                        .findFirst());
    }

    /** What is behind a reference, or the node itself. */
    JsonNode resolved(JsonNode node) {
        return node.has("$ref") ? resolved(root.at(node.get("$ref").asText().substring(1))) : node;
    }

    /** Whether a value is one that the schema at a place describes. */
    Set<ValidationMessage> faults(String pointer, JsonNode value) {
        return schema(pointer).validate(value);
    }

    private JsonSchema schema(String pointer) {
        return byPointer.computeIfAbsent(pointer, p -> schemas.getSchema(SchemaLocation.of(IRI + "#" + p), config));
    }

    /** Where in an answer the description is left; empty where it is as described, or of an address that is not. */
    List<String> faults(HttpResponse<?> answer, byte[] body) throws IOException {
        HttpRequest request = answer.request();
        Optional<Operation> operation = find(request.method(), request.uri().getRawPath());
        return operation.isEmpty() ? List.of() : faults(operation.get(), answer, body);
    }

    /** The same for an operation. */
    List<String> faults(Operation operation, HttpResponse<?> answer, byte[] body) throws IOException {
        int status = answer.statusCode();
        JsonNode described = operation.node().at("/responses/" + status);
        boolean ofAny = OF_ANY_ADDRESS.contains(status);
        if (described.isMissingNode() && !ofAny) {
            return List.of(status + " is not described");
        }
        String pointer = operation.pointer() + "/responses/" + status;
        if (described.has("$ref")) {
            pointer = described.get("$ref").asText().substring(1);
        }
        if (ofAny && described.isMissingNode()) {
            pointer = "/components/responses/Invalid";
        }
        List<String> faults = new ArrayList<>();
        JsonNode response = root.at(pointer);
        response.path("headers").properties().forEach(header -> {
            boolean required = header.getValue().path("required").asBoolean();
            if (required && answer.headers().firstValue(header.getKey()).isEmpty()) {
                faults.add("has no header " + header.getKey());
            }
        });
        faults.addAll(bodyFaults(pointer, response, answer, body));
        return faults;
    }

    private List<String> bodyFaults(String pointer, JsonNode response, HttpResponse<?> answer, byte[] bytes)
            throws IOException {
        boolean isHead = answer.request().method().equals("HEAD");
        String type = mediaType(answer.headers());
        if (!response.has("content")) {
            return bytes.length == 0 ? List.of() : List.of("has a body, and none is described");
        }
        JsonNode content = response.get("content").get(type);
        if (content == null) {
            return List.of("is " + type + ", and described are " + response.get("content"));
        }
        if (isHead) {
            return bytes.length == 0 ? List.of() : List.of("is an answer to HEAD and has a body");
        }
        if (!type.endsWith("json")) {
            return List.of();
        }
        JsonNode body = MAPPER.readTree(bytes);
        List<String> faults = new ArrayList<>();
        collectIllFormed(body, faults);
        for (ValidationMessage message : faults(pointer + "/content/" + escaped(type) + "/schema", body)) {
            faults.add(message.getMessage());
        }
        return faults;
    }

    private static void collectIllFormed(JsonNode node, List<String> faults) {
        if (node.isTextual() && !Texts.wellFormed(node.textValue()).equals(node.textValue())) {
            faults.add("holds half a surrogate pair: " + node);
        }
        node.forEach(child -> collectIllFormed(child, faults));
    }

    static String mediaType(HttpHeaders headers) {
        return headers.firstValue("Content-Type")
                .map(t -> t.split(";")[0].trim())
                .orElse("nothing");
    }
}
