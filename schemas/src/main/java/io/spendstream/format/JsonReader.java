package io.spendstream.format;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.format.FormatFault.Reason;
import java.io.IOException;

/**
 * Reads JSON of strangers: of an object only the fields that are asked for are kept, never more than some values at a
 * time, so that a body of 10 MB costs no more memory than a small one. A field that comes twice is a fault, as nobody
 * can say which of the two counts.
 */
final class JsonReader {

    /** Of one object, kept ones; a response has a few dozen. */
    static final int VALUES_MAX = 50_000;

    private static final int NESTING_MAX = 200;

    private static final JsonFactory FACTORY = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(NESTING_MAX)
                    .maxStringLength(UsageFormat.BYTES_MAX)
                    .maxNameLength(10_000)
                    .build())
            .build();

    /** What is wrong with a value. */
    static final class Fault extends IOException {

        private static final long serialVersionUID = 1;

        private final transient Reason reason;

        Fault(Reason reason, String message) {
            super(message);
            this.reason = reason;
        }
    }

    /** Reads from a parser. */
    @FunctionalInterface
    interface Body {
        void read(JsonParser parser) throws IOException;
    }

    private int left;

    private JsonReader(int valuesMax) {
        this.left = valuesMax;
    }

    /** Reads a body to its end; what is wrong with it is among the findings then. */
    static void parse(byte[] body, Findings findings, Body reader) {
        if (body == null || body.length > UsageFormat.BYTES_MAX) {
            findings.fault(
                    null,
                    null,
                    body == null ? Reason.MISSING_FIELD : Reason.TOO_LARGE,
                    body == null
                            ? "there is no body"
                            : body.length + " bytes are more than " + UsageFormat.BYTES_MAX + "; send it in parts");
            return;
        }
        try (JsonParser parser = FACTORY.createParser(body)) {
            parser.nextToken();
            reader.read(parser);
            if (!findings.isFull() && parser.nextToken() != null) {
                findings.fault(null, null, Reason.INVALID_BODY, at(parser) + "something follows the end of the body");
            }
        } catch (Fault e) {
            findings.fault(null, null, e.reason, e.getMessage());
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            findings.fault(
                    null,
                    null,
                    Reason.INVALID_BODY,
                    (at == null ? "" : "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ")
                            + e.getOriginalMessage());
        } catch (IOException e) {
            findings.fault(null, null, Reason.INVALID_BODY, String.valueOf(e.getMessage()));
        }
    }

    /**
     * The object that the parser is at the start of; afterwards it is at its end.
     *
     * @param kept what of it is kept
     */
    static ObjectNode object(JsonParser parser, Kept kept) throws IOException {
        return new JsonReader(VALUES_MAX).readObject(parser, kept);
    }

    static String describe(JsonToken token) {
        return token == null
                ? "nothing"
                : switch (token) {
                    case START_OBJECT -> "an object";
                    case START_ARRAY -> "an array";
                    case VALUE_STRING -> "a text";
                    case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
                    case VALUE_TRUE, VALUE_FALSE -> "true or false";
                    default -> "null";
                };
    }

    private ObjectNode readObject(JsonParser parser, Kept kept) throws IOException {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            Kept ofField = kept.field(name);
            if (ofField == null) {
                parser.skipChildren();
            } else if (object.replace(name, read(parser, ofField)) != null) {
                throw new Fault(Reason.DUPLICATE_FIELD, at(parser) + "'" + Texts.shortened(name) + "' is there twice");
            }
        }
        return object;
    }

    private JsonNode read(JsonParser parser, Kept kept) throws IOException {
        if (--left < 0) {
            throw new Fault(Reason.TOO_LARGE, at(parser) + "more than " + VALUES_MAX + " values in one object");
        }
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        return switch (parser.currentToken()) {
            case START_OBJECT -> readObject(parser, kept);
            case START_ARRAY -> {
                ArrayNode array = nodes.arrayNode();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    array.add(read(parser, kept));
                }
                yield array;
            }
            case VALUE_STRING -> nodes.textNode(parser.getText());
            case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> nodes.numberNode(parser.getDecimalValue());
            case VALUE_TRUE, VALUE_FALSE -> nodes.booleanNode(parser.getBooleanValue());
            default -> nodes.nullNode();
        };
    }

    private static String at(JsonParser parser) {
        var at = parser.currentTokenLocation();
        return "line " + at.getLineNr() + ", column " + at.getColumnNr() + ": ";
    }
}
