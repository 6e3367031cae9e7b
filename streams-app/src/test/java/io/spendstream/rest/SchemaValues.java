package io.spendstream.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.Mutations;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/** Makes values of what a schema describes, the same for the same seed. */
final class SchemaValues {

    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final int DEPTH_MAX = 6;
    private static final List<String> TIMES = List.of(
            "2026-11-21T11:59:00Z", "2026-11-21T12:00:00.123+01:00", "2000-02-29T23:59:59Z", "9999-12-31T23:59:59Z");
    /** Texts that patterns of the description take, and those that go anywhere. */
    private static final List<String> TEXTS = List.of(
            "chat",
            "input_tokens",
            "tags.region",
            "gpt-4o",
            "a",
            "daily",
            "über 🦊 ﷽",
            "' OR 1=1 --",
            "</script>",
            "%00",
            "..",
            "a/b",
            "=cmd()",
            "z".repeat(256));

    private final Description description;
    private final Mutations random;

    SchemaValues(Description description, Mutations random) {
        this.description = description;
        this.random = random;
    }

    JsonNode value(JsonNode schema) {
        return value(schema, 0);
    }

    private JsonNode value(JsonNode described, int depth) {
        JsonNode schema = description.resolved(described);
        for (String choice : List.of("oneOf", "anyOf")) {
            // Beside a type it only says which fields go together.
            if (schema.has(choice) && !schema.has("type")) {
                return value(any(schema.get(choice)), depth);
            }
        }
        if (schema.has("const")) {
            return schema.get("const");
        }
        if (schema.has("enum")) {
            return any(schema.get("enum"));
        }
        return switch (type(schema)) {
            case "object" -> object(schema, depth);
            case "array" -> array(schema, depth);
            case "integer" -> whole(schema);
            case "number" -> number(schema);
            case "boolean" -> NODES.booleanNode(random.below(2) == 0);
            case "null" -> NODES.nullNode();
            default -> text(schema);
        };
    }

    private String type(JsonNode schema) {
        JsonNode type = schema.path("type");
        if (type.isArray()) {
            return any(type).asText();
        }
        return type.asText("object");
    }

    private JsonNode object(JsonNode schema, int depth) {
        ObjectNode object = NODES.objectNode();
        List<String> required = new ArrayList<>();
        schema.path("required").forEach(field -> required.add(field.asText()));
        schema.path("properties").properties().forEach(property -> {
            if (required.contains(property.getKey()) || depth < DEPTH_MAX && random.below(3) == 0) {
                object.set(property.getKey(), value(property.getValue(), depth + 1));
            }
        });
        if (schema.path("additionalProperties").isObject()) {
            for (int i = random.below(3); i > 0; i--) {
                object.set(random.anyOf(TEXTS.subList(0, 3)), value(schema.get("additionalProperties"), depth + 1));
            }
        }
        return object;
    }

    private JsonNode array(JsonNode schema, int depth) {
        ArrayNode array = NODES.arrayNode();
        for (int i = schema.path("minItems").asInt() + random.below(3); i > 0; i--) {
            array.add(value(schema.path("items"), depth + 1));
        }
        return array;
    }

    private JsonNode whole(JsonNode schema) {
        long min = schema.path("minimum").asLong(-1_000_000);
        long max = schema.path("maximum").asLong(1_000_000);
        return NODES.numberNode(random.anyOf(List.of(min, max, min + (max - min) / 2, Math.min(max, min + 1))));
    }

    private JsonNode number(JsonNode schema) {
        double min = schema.path("minimum").asDouble(0);
        double max = schema.path("maximum").asDouble(1_000);
        return NODES.numberNode(random.anyOf(List.of(min, max, 0.5, 0.000001, 1.0)));
    }

    private JsonNode text(JsonNode schema) {
        return NODES.textNode(
                schema.path("format").asText().equals("date-time")
                        ? random.anyOf(TIMES)
                        : schema.has("example") && random.below(2) == 0
                                ? schema.get("example").asText()
                                : random.anyOf(TEXTS));
    }

    private JsonNode any(JsonNode array) {
        return random.anyOf(StreamSupport.stream(array.spliterator(), false).toList());
    }
}
