package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.rest.Description.Operation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;

/** {@code docs/api.md}: {@code openapi.json} as people read it. */
final class ApiDoc {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final String FIRST = """
            # API

            Made of [`openapi.json`](../streams-app/src/main/resources/openapi.json), which a running instance answers at
            `/openapi.json`; do not edit it here. How to begin is in the [README](../README.md#the-first-query).

            """;
    /** So many values are told in a table; of more the description tells. */
    private static final int VALUES_MAX = 20;

    private final Description description;
    private final StringBuilder text = new StringBuilder(FIRST);

    private ApiDoc(Description description) {
        this.description = description;
    }

    static String of(Description description) {
        ApiDoc doc = new ApiDoc(description);
        doc.write();
        return doc.text.toString();
    }

    private void write() {
        line(description.at("/info/description").asText());
        line("");
        line(
                "What a route takes: a key or token with the scope that is named, in `Authorization: Bearer` or `X-API-Key`;"
                        + " see [security](security.md#who-may-do-what).");
        line("");
        writeContents();
        description.at("/tags").forEach(tag -> {
            line("## " + capital(tag.get("description").asText()));
            line("");
            operations(tag).forEach(this::writeOperation);
        });
        writeErrors();
        line("## Schemas");
        line("");
        description.at("/components/schemas").properties().forEach(s -> writeSchema(s.getKey(), s.getValue()));
        text.setLength(text.length() - 1);
    }

    private void writeContents() {
        line("| call | does | takes |");
        line("|---|---|---|");
        for (Operation operation : description.operations()) {
            row("[`" + operation + "`](#" + anchor(operation.toString()) + ")", summary(operation), access(operation));
        }
        line("");
    }

    private List<Operation> operations(JsonNode tag) {
        return description.operations().stream()
                .filter(operation -> operation.node().at("/tags/0").equals(tag.get("name")))
                .toList();
    }

    private static String summary(Operation operation) {
        return operation.node().get("summary").asText();
    }

    private static String access(Operation operation) {
        RouteAccess.Need need = RouteAccess.of(operation.method(), operation.template());
        String scope = need.scope() == null
                ? "nothing"
                : "`" + need.scope().id() + "`" + (need.allTenants() ? ", all tenants" : "");
        return need.door() == RouteAccess.Door.METRICS ? scope + ", or nothing where configured" : scope;
    }

    private void writeOperation(Operation operation) {
        line("### " + operation);
        line("");
        String more = operation.node().path("description").asText();
        line(summary(operation) + "." + (more.isEmpty() ? "" : " " + more) + " Takes " + access(operation) + ".");
        line("");
        writeParameters(operation.parameters());
        writeBody(operation.node().path("requestBody"));
        writeAnswers(operation.node().get("responses"));
    }

    private void writeParameters(List<JsonNode> parameters) {
        if (parameters.isEmpty()) {
            return;
        }
        line("| parameter | in | takes | meaning |");
        line("|---|---|---|---|");
        for (JsonNode parameter : parameters) {
            JsonNode schema = parameter.get("schema");
            String example = parameter.has("example") ? " Such as `" + shown(parameter.get("example")) + "`." : "";
            row(
                    "`" + parameter.get("name").asText() + "`"
                            + (parameter.path("required").asBoolean() ? "" : "?"),
                    parameter.get("in").asText(),
                    type(schema),
                    parameter.path("description").asText() + example);
        }
        line("");
    }

    private void writeBody(JsonNode body) {
        body.path("content").properties().forEach(form -> {
            JsonNode schema = form.getValue().get("schema");
            line("Body, `" + form.getKey() + "`: " + type(schema) + told(schema));
            line("");
            writeExample(form.getValue().path("example"));
        });
    }

    private void writeExample(JsonNode example) {
        if (example.isMissingNode()) {
            return;
        }
        line("```json");
        try {
            line(MAPPER.writeValueAsString(example));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
        line("```");
        line("");
    }

    private void writeAnswers(JsonNode responses) {
        line("| answer | body | meaning |");
        line("|---|---|---|");
        responses.properties().forEach(entry -> {
            JsonNode response = description.resolved(entry.getValue());
            row(
                    entry.getKey(),
                    forms(response.path("content")),
                    response.get("description").asText() + headers(response));
        });
        line("");
    }

    private String forms(JsonNode content) {
        return StreamSupport.stream(content.properties().spliterator(), false)
                .map(form -> form.getKey().endsWith("json")
                        ? type(form.getValue().get("schema"))
                        : "`" + form.getKey() + "`")
                .collect(Collectors.joining(", "));
    }

    private static String headers(JsonNode response) {
        String names = StreamSupport.stream(
                        response.path("headers").properties().spliterator(), false)
                .map(header -> "`" + header.getKey() + "`")
                .collect(Collectors.joining(", "));
        return names.isEmpty() ? "" : " Headers: " + names + ".";
    }

    private void writeErrors() {
        line("## Errors");
        line("");
        line("Every answer from 400 on is a [Problem](#problem). The last part of its `type`:");
        line("");
        description.at("/components/schemas/Problem/properties/type/enum").forEach(type -> {
            String urn = type.asText();
            line("- `" + urn.substring(urn.lastIndexOf(':') + 1) + "`");
        });
        line("");
    }

    private void writeSchema(String name, JsonNode schema) {
        line("### " + name);
        line("");
        if (schema.has("description")) {
            line(schema.get("description").asText());
            line("");
        }
        List<String[]> rows = new ArrayList<>();
        schema.path("allOf").forEach(part -> rows.add(new String[] {"all of", type(part), "Its fields as well."}));
        collect(rows, "", schema, 0);
        if (rows.isEmpty()) {
            line(type(schema) + ".");
        } else {
            line("| field | is | meaning |");
            line("|---|---|---|");
            rows.forEach(this::row);
        }
        line("");
    }

    /** The fields, and under an object without a name of its own the fields of that. */
    private void collect(List<String[]> rows, String path, JsonNode schema, int depth) {
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(field -> required.add(field.asText()));
        schema.path("properties").properties().forEach(property -> {
            String field = path + property.getKey();
            JsonNode node = property.getValue();
            rows.add(new String[] {
                "`" + field + "`" + (required.contains(property.getKey()) ? "" : "?"),
                type(node),
                told(node).strip()
            });
            JsonNode below = node.has("items") ? node.get("items") : node;
            if (depth < 2 && below.has("properties")) {
                collect(rows, field + (node.has("items") ? "[]." : "."), below, depth + 1);
            }
            JsonNode values = node.path("additionalProperties");
            if (depth < 2 && values.has("properties")) {
                collect(rows, field + ".*.", values, depth + 1);
            }
        });
    }

    private static String told(JsonNode schema) {
        String described = schema.path("description").asText();
        return described.isEmpty() ? "" : " " + described;
    }

    private String type(JsonNode schema) {
        if (schema.has("$ref")) {
            String pointer = schema.get("$ref").asText().substring(1);
            String name = pointer.substring(pointer.lastIndexOf('/') + 1);
            return pointer.startsWith("/components/schemas/" + name)
                    ? "[" + name + "](#" + anchor(name) + ")"
                    : type(description.resolved(schema));
        }
        for (String choice : List.of("oneOf", "anyOf")) {
            if (schema.has(choice) && !schema.has("type")) {
                return StreamSupport.stream(schema.get(choice).spliterator(), false)
                        .map(this::type)
                        .collect(Collectors.joining(" or "));
            }
        }
        if (schema.has("const")) {
            return "`" + schema.get("const").asText() + "`";
        }
        return kinds(schema) + limits(schema);
    }

    private String kinds(JsonNode schema) {
        List<String> kinds = new ArrayList<>();
        if (schema.path("type").isArray()) {
            schema.get("type").forEach(kind -> kinds.add(kind.asText()));
        } else {
            kinds.add(schema.path("type").asText("object"));
        }
        return kinds.stream().map(kind -> kind(schema, kind)).collect(Collectors.joining(" or "));
    }

    private String kind(JsonNode schema, String kind) {
        return switch (kind) {
            case "string" ->
                schema.has("enum")
                        ? values(schema.get("enum"))
                        : schema.path("format").asText().equals("date-time") ? "time" : "text";
            case "integer" -> "whole number";
            case "array" -> "array of " + type(schema.path("items"));
            case "object" ->
                schema.path("additionalProperties").isObject()
                        ? "object of " + type(schema.get("additionalProperties"))
                        : "object";
            default -> kind;
        };
    }

    private static String values(JsonNode values) {
        List<String> named = new ArrayList<>();
        values.forEach(value -> {
            if (!value.isNull()) {
                named.add("`" + value.asText() + "`");
            }
        });
        return named.size() > VALUES_MAX ? "text" : String.join(" ", named);
    }

    private static String limits(JsonNode schema) {
        List<String> limits = new ArrayList<>();
        limit(limits, schema, "minimum", "from %s");
        limit(limits, schema, "exclusiveMinimum", "above %s");
        limit(limits, schema, "maximum", "up to %s");
        limit(limits, schema, "maxLength", "up to %s characters");
        limit(limits, schema, "maxItems", "up to %s");
        limit(limits, schema, "maxProperties", "up to %s");
        String all = limits.isEmpty() ? "" : " " + String.join(" ", limits);
        return schema.has("default")
                        && !schema.get("default").isNull()
                        && !schema.get("default").isContainerNode()
                ? all + ", default `" + schema.get("default").asText() + "`"
                : all;
    }

    private static void limit(List<String> limits, JsonNode schema, String key, String words) {
        if (schema.has(key)) {
            limits.add(words.formatted(
                    String.format(Locale.ROOT, "%,d", schema.get(key).asLong())));
        }
    }

    private static String shown(JsonNode example) {
        return example.isValueNode() ? example.asText() : example.toString();
    }

    /** As GitHub makes it of a heading. */
    static String anchor(String heading) {
        return heading.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9 _-]", "").replace(' ', '-');
    }

    private static String capital(String words) {
        return words.substring(0, 1).toUpperCase(Locale.ROOT) + words.substring(1);
    }

    private void row(String... cells) {
        line("| "
                + String.join(
                        " | ",
                        List.of(cells).stream().map(c -> c.replace("|", "\\|")).toList()) + " |");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }
}
