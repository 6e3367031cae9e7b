package io.spendstream.definition;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.usage.Texts;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Reads the fields of a definition from JSON, and writes them. Numbers are decimals, never floating point; times are RFC 3339
 * and cut to milliseconds. What cannot be read is a fault, told with its path, what was found and what would be right; reading
 * goes on with the next field.
 */
public class JsonFields {

    private static final int EXPONENT_MAX = 40;

    private static final ObjectMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(16)
                            .maxNumberLength(100)
                            .build())
                    .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
                    .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                    .build())
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    protected final Faults faults;

    protected JsonFields(Faults faults) {
        this.faults = faults;
    }

    /** The text as JSON; null, and a fault, where it is none. */
    public static JsonNode parse(String json, Faults faults) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (!node.isMissingNode()) {
                return node;
            }
            faults.add("", "is empty; it takes a JSON object");
        } catch (JsonProcessingException e) {
            faults.add("", "is not JSON: " + e.getOriginalMessage() + position(e));
        }
        return null;
    }

    private static String position(JsonProcessingException e) {
        JsonLocation at = e.getLocation();
        return at == null ? "" : " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
    }

    /** JSON as text. */
    public static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON nodes cannot be written", e);
        }
    }

    /** An empty object. */
    public static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** Patterns by field, in the order of the fields. */
    public static ObjectNode patterns(Map<String, List<String>> patterns) {
        ObjectNode node = object();
        new TreeMap<>(patterns).forEach((field, values) -> {
            ArrayNode array = node.putArray(field);
            values.forEach(array::add);
        });
        return node;
    }

    /** The field that says which one it is: it may be left out, or must be as in the address, which is null where there is none. */
    protected final String nameOf(JsonNode node, String field, String address) {
        String named = text(node, "", field);
        if (address != null && named != null && !address.equals(named)) {
            faults.add(
                    field,
                    "'" + Texts.shortened(named) + "' is not the " + field + " of the address, '"
                            + Texts.shortened(address) + "'; leave it out or make them equal");
        }
        return named == null ? address : named;
    }

    protected final Map<String, List<String>> patterns(JsonNode node, String field) {
        Map<String, List<String>> patterns = new TreeMap<>();
        JsonNode value = node.get(field);
        if (value != null && !value.isNull() && isObject(value, field)) {
            value.properties()
                    .forEach(entry -> patterns.put(
                            entry.getKey(), texts(entry.getValue(), field + "." + Texts.shortened(entry.getKey()))));
        }
        return patterns;
    }

    protected final Instant time(JsonNode node, String path, String field) {
        String text = text(node, path, field);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
        } catch (DateTimeException e) {
            faults.add(
                    at(path, field),
                    "'" + Texts.shortened(text) + "' is no time; it takes one such as 2026-12-01T00:00:00Z");
            return null;
        }
    }

    protected final boolean flag(JsonNode node, String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull() || value.isBoolean()) {
            return value == null || value.isNull() || value.booleanValue();
        }
        faults.add(field, "is " + kind(value) + "; it takes true or false");
        return true;
    }

    protected final <E extends Enum<E>> E named(JsonNode node, String path, String field, E[] values, E otherwise) {
        String name = text(node, path, field);
        if (name == null) {
            return otherwise;
        }
        for (E value : values) {
            if (name(value).equals(name)) {
                return value;
            }
        }
        List<String> names = Arrays.stream(values).map(JsonFields::name).toList();
        faults.add(at(path, field), "'" + Texts.shortened(name) + "' is none of " + String.join(", ", names));
        return otherwise == null ? values[0] : otherwise;
    }

    protected final BigDecimal number(JsonNode node, String path, String field) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isNumber()) {
            faults.add(at(path, field), "is " + kind(value) + "; it takes a number");
            return null;
        }
        BigDecimal number = value.decimalValue();
        if (Math.abs((long) number.scale()) > EXPONENT_MAX) {
            faults.add(
                    at(path, field),
                    Texts.shortened(number.toString()) + " is out of all proportion; numbers have at most "
                            + EXPONENT_MAX + " digits before or after the point");
            return null;
        }
        return number;
    }

    protected final String text(JsonNode node, String path, String field) {
        JsonNode value = node.get(field);
        return value == null || value.isNull() ? null : text(value, at(path, field));
    }

    protected final String text(JsonNode value, String path) {
        if (!value.isTextual()) {
            faults.add(path, "is " + kind(value) + "; it takes a text");
            return null;
        }
        return value.textValue();
    }

    protected final List<String> texts(JsonNode value, String path) {
        List<String> texts = new ArrayList<>();
        List<JsonNode> nodes = array(value, path);
        for (int i = 0; i < nodes.size(); i++) {
            texts.add(text(nodes.get(i), path + "[" + i + "]"));
        }
        return texts;
    }

    protected final List<JsonNode> array(JsonNode value, String path) {
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            faults.add(path, "is " + kind(value) + "; it takes an array");
            return List.of();
        }
        List<JsonNode> items = new ArrayList<>(value.size());
        value.forEach(items::add);
        return items;
    }

    protected final JsonNode object(JsonNode node, String field, Set<String> known) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull() || !isObject(value, field)) {
            return null;
        }
        refuseUnknown(value, field, known);
        return value;
    }

    protected final boolean isObject(JsonNode node, String path) {
        if (!node.isObject()) {
            faults.add(path, "is " + kind(node) + "; it takes an object");
        }
        return node.isObject();
    }

    protected final void refuseUnknown(JsonNode node, String path, Set<String> known) {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                faults.add(
                        at(path, Texts.shortened(name)),
                        "is not known here; known are "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        });
    }

    /** Null says that there is none of something; where there is always one, the default, only leaving it out does. */
    protected final void refuseNull(JsonNode node, Set<String> neverNull) {
        node.properties().forEach(field -> {
            if (field.getValue().isNull() && neverNull.contains(field.getKey())) {
                faults.add(field.getKey(), "is null; leave it out to have its default");
            }
        });
    }

    protected static String at(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    protected static String orElse(String text, String otherwise) {
        return text == null ? otherwise : text;
    }

    /** The name of an enum's value in JSON. */
    private static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case NULL, MISSING -> "null";
            case BOOLEAN -> "a boolean";
            case NUMBER -> "a number";
            case STRING -> "a text";
            case ARRAY -> "an array";
            default -> "an object";
        };
    }
}
