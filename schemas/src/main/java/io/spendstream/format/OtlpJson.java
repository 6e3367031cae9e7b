package io.spendstream.format;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.format.FormatFault.Reason;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Spans in OTLP's JSON: {@code TracesData}, as the OpenTelemetry Collector's Kafka exporter writes it with the encoding
 * {@code otlp_json} and its file exporter a line. Ids are hexadecimal, 64-bit numbers are texts or numbers.
 *
 * <p>Source: "JSON Protobuf Encoding" of the OpenTelemetry protocol's specification, 1.9.
 */
final class OtlpJson implements UsageFormat {

    private static final Kept RESOURCE = Kept.of("attributes");
    private static final Kept SPAN =
            Kept.of("traceId", "spanId", "startTimeUnixNano", "endTimeUnixNano", "attributes", "status.code");
    private static final int STATUS_ERROR = 2;

    @Override
    public String name() {
        return "otlp-json";
    }

    @Override
    public Reading read(byte[] body, CallDetails details) {
        Findings findings = new Findings();
        List<Map<String, Object>> resources = new ArrayList<>();
        // Fields have no order in JSON, so the resources are read first: a span needs its own.
        JsonReader.parse(body, findings, parser -> eachResourceSpans(parser, () -> resources.add(resource(parser))));
        Findings ofSpans = new Findings();
        if (findings.reading(details).faults().isEmpty()) {
            Spans spans = new Spans(details, ofSpans);
            JsonReader.parse(body, ofSpans, parser -> {
                int[] at = {0};
                eachResourceSpans(parser, () -> spans.read(parser, resources.get(at[0]++)));
            });
            return ofSpans.reading(details);
        }
        return findings.reading(details);
    }

    /** Reads the value that the parser is at. */
    @FunctionalInterface
    private interface Value {
        void read() throws IOException;
    }

    private static void eachResourceSpans(JsonParser parser, Value reader) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            throw wrongType("the body", "an object with resourceSpans", parser);
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            if (name.equals("resourceSpans")) {
                each(parser, name, reader);
            } else {
                parser.skipChildren();
            }
        }
    }

    /** The objects of the array that the parser is at. */
    private static void each(JsonParser parser, String name, Value reader) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            throw wrongType(name, "an array", parser);
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                throw wrongType(name, "objects", parser);
            }
            reader.read();
        }
    }

    private static Map<String, Object> resource(JsonParser parser) throws IOException {
        Map<String, Object> attributes = Map.of();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            if (parser.nextToken() == JsonToken.START_OBJECT && name.equals("resource")) {
                attributes = attributes(JsonReader.object(parser, RESOURCE));
            } else {
                parser.skipChildren();
            }
        }
        return attributes;
    }

    /** Reads spans one by one: a batch may have many. */
    private static final class Spans {

        private final CallDetails details;
        private final Findings findings;
        private int index;

        Spans(CallDetails details, Findings findings) {
            this.details = details;
            this.findings = findings;
        }

        void read(JsonParser parser, Map<String, Object> resource) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("scopeSpans")) {
                    each(parser, name, () -> readScope(parser, resource));
                } else {
                    parser.skipChildren();
                }
            }
        }

        private void readScope(JsonParser parser, Map<String, Object> resource) throws IOException {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                if (name.equals("spans")) {
                    each(parser, name, () -> readSpan(parser, resource));
                } else {
                    parser.skipChildren();
                }
            }
        }

        private void readSpan(JsonParser parser, Map<String, Object> resource) throws IOException {
            ObjectNode node = JsonReader.object(parser, SPAN);
            int at = index++;
            if (findings.isFull()) {
                return;
            }
            SpanUsage.map(
                    new Span(
                            node.path("traceId").asText(),
                            node.path("spanId").asText(),
                            nanos(node.path("startTimeUnixNano")),
                            nanos(node.path("endTimeUnixNano")),
                            isError(node.path("status").path("code")),
                            attributes(node),
                            resource),
                    at,
                    details,
                    findings);
        }
    }

    private static boolean isError(JsonNode code) {
        return code.asInt() == STATUS_ERROR || code.asText().equals("STATUS_CODE_ERROR");
    }

    /** Unsigned, as in the protocol; all ones where it is none that fits, which is no time. */
    private static long nanos(JsonNode value) {
        if (value.isMissingNode() || value.isNull()) {
            return 0;
        }
        try {
            return value.isTextual() ? Long.parseUnsignedLong(value.textValue()) : required(whole(value));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    private static long required(Long whole) {
        return whole == null ? -1 : whole;
    }

    /** Null where it is none that fits. */
    private static Long whole(JsonNode value) {
        try {
            if (value.isNumber()) {
                return value.decimalValue().precision() > 40
                        ? null
                        : value.decimalValue().longValueExact();
            }
            return value.isTextual() ? Long.valueOf(value.textValue()) : null;
        } catch (ArithmeticException | NumberFormatException e) {
            return null;
        }
    }

    private static Map<String, Object> attributes(ObjectNode of) {
        Map<String, Object> attributes = new HashMap<>();
        for (JsonNode attribute : of.path("attributes")) {
            Object value = value(attribute.path("value"));
            if (value != null) {
                Span.put(attributes, attribute.path("key").asText(), value);
            }
        }
        return attributes;
    }

    /** Null where it is neither a text, a number nor a truth value. */
    private static Object value(JsonNode value) {
        if (value.has("stringValue")) {
            return value.get("stringValue").asText();
        }
        if (value.has("intValue")) {
            Long whole = whole(value.get("intValue"));
            return whole == null ? value.get("intValue").asText() : whole;
        }
        if (value.has("doubleValue")) {
            return value.get("doubleValue").isNumber()
                    ? (Object) value.get("doubleValue").doubleValue()
                    : "NaN";
        }
        return value.has("boolValue") ? (Object) value.get("boolValue").asBoolean() : null;
    }

    private static JsonReader.Fault wrongType(String name, String takes, JsonParser parser) {
        return new JsonReader.Fault(
                Reason.WRONG_TYPE, name + " takes " + takes + ", not " + JsonReader.describe(parser.currentToken()));
    }
}
