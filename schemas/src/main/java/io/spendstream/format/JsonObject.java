package io.spendstream.format;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.format.FormatFault.Reason;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * An object of a response, and where it is in it. A field that is null counts as missing, and a missing count as 0; a
 * value of the wrong kind is a fault of the draft.
 */
final class JsonObject {

    private final ObjectNode node;
    private final String path;
    private final Draft draft;

    JsonObject(ObjectNode node, String path, Draft draft) {
        this.node = node;
        this.path = path;
        this.draft = draft;
    }

    boolean has(String name) {
        return node.hasNonNull(name);
    }

    boolean isObject(String name) {
        return has(name) && node.get(name).isObject();
    }

    boolean isText(String name) {
        return has(name) && node.get(name).isTextual();
    }

    /** The path of a field. */
    String path(String name) {
        return path + name;
    }

    /** The same object, read for another event. */
    JsonObject with(Draft other) {
        return new JsonObject(node, path, other);
    }

    /** An object within; an empty one where there is none. */
    JsonObject object(String name) {
        JsonNode value = node.get(name);
        if (value != null && value.isObject()) {
            return new JsonObject((ObjectNode) value, path(name) + ".", draft);
        }
        if (has(name)) {
            wrongType(name, "an object");
        }
        return new JsonObject(JsonNodeFactory.instance.objectNode(), path(name) + ".", draft);
    }

    /** An object within that must be there; else null, and a fault that says where it is to be had. */
    JsonObject needed(String name, String where) {
        if (!has(name)) {
            draft.fault(path(name), Reason.MISSING_FIELD, "is missing; " + where);
            return null;
        }
        JsonObject object = object(name);
        return isObject(name) ? object : null;
    }

    /** The objects of an array; none where there is none. */
    List<JsonObject> objects(String name) {
        List<JsonObject> objects = new ArrayList<>();
        JsonNode value = node.get(name);
        if (value != null && value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                if (value.get(i).isObject()) {
                    objects.add(new JsonObject((ObjectNode) value.get(i), path(name) + "." + i + ".", draft));
                } else {
                    wrongType(name, "an array of objects");
                }
            }
        } else if (has(name)) {
            wrongType(name, "an array of objects");
        }
        return objects;
    }

    /** The texts of an array; none where there is none. */
    List<String> texts(String name) {
        List<String> texts = new ArrayList<>();
        JsonNode value = node.get(name);
        if (value != null && value.isArray()) {
            value.forEach(text -> texts.add(text.isTextual() ? text.textValue() : text.toString()));
        }
        return texts;
    }

    /** Null where there is none. */
    String text(String name) {
        JsonNode value = node.get(name);
        if (value != null && value.isTextual()) {
            return value.textValue();
        }
        if (has(name)) {
            wrongType(name, "a text");
        }
        return null;
    }

    /** The first text of some fields, or null. */
    String text(String first, String second) {
        String text = text(first);
        return text == null || text.isEmpty() ? text(second) : text;
    }

    /** Whether it is there and true. */
    boolean isTrue(String name) {
        return has(name) && node.get(name).booleanValue();
    }

    /** A count; 0 where there is none. */
    long count(String name) {
        JsonNode value = node.get(name);
        if (value == null || value.isNull()) {
            return 0;
        }
        if (!value.isNumber()) {
            wrongType(name, "a whole number");
            return 0;
        }
        return whole(name, value.decimalValue());
    }

    /** A count; a fault where there is none. */
    long required(String name) {
        if (!has(name)) {
            draft.fault(path(name), Reason.MISSING_FIELD, "is missing; it takes a count of tokens");
        }
        return count(name);
    }

    /** Seconds since 1970; null where there are none. */
    Instant epochSeconds(String name) {
        if (!has(name)) {
            return null;
        }
        JsonNode value = node.get(name);
        if (!value.isNumber()) {
            wrongType(name, "seconds since 1970");
            return null;
        }
        try {
            return Times.ofEpochSeconds(value.decimalValue());
        } catch (DateTimeException e) {
            draft.fault(
                    path(name),
                    Reason.BAD_TIME,
                    Texts.shortened(value.decimalValue().toString()) + " is no time in seconds since 1970");
            return null;
        }
    }

    /** A time of RFC 3339; null where there is none. */
    Instant rfc3339(String name) {
        String text = text(name);
        if (text == null) {
            return null;
        }
        try {
            return Times.instant(text);
        } catch (DateTimeException e) {
            draft.fault(path(name), Reason.BAD_TIME, "'" + Texts.shortened(text) + "' is not a time of RFC 3339");
            return null;
        }
    }

    private long whole(String name, BigDecimal value) {
        // Bounds first: a number such as 1e999999999 must not be written out to be looked at.
        if (value.signum() < 0) {
            draft.fault(
                    path(name),
                    Reason.NEGATIVE_AMOUNT,
                    shown(value) + " is negative; it takes 0 to " + Draft.AMOUNT_MAX);
            return 0;
        }
        if (value.compareTo(BigDecimal.valueOf(Draft.AMOUNT_MAX)) > 0) {
            draft.fault(path(name), Reason.AMOUNT_TOO_LARGE, shown(value) + " is more than " + Draft.AMOUNT_MAX);
            return 0;
        }
        if (value.signum() != 0 && value.stripTrailingZeros().scale() > 0) {
            draft.fault(path(name), Reason.NOT_WHOLE, shown(value) + " has a fraction; it takes a whole number");
            return 0;
        }
        return value.longValue();
    }

    private static String shown(BigDecimal value) {
        return Texts.shortened(value.toString());
    }

    private void wrongType(String name, String takes) {
        draft.fault(
                path(name),
                Reason.WRONG_TYPE,
                "takes " + takes + ", not " + JsonReader.describe(node.get(name).asToken()));
    }
}
