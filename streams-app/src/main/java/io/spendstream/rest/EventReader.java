package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.spendstream.rest.EventJson.Form;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.Texts;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Reads the events of one request, field by field, and notes what is wrong with them. For one thread. */
final class EventReader {

    /** Reads the value that the parser is at into an event. */
    @FunctionalInterface
    private interface ValueReader {
        void read(EventReader in, JsonParser parser, JsonToken token, UsageRecord event) throws IOException;
    }

    private record Field(String name, long bit, ValueReader reader) {}

    /** Takes a text where it goes. */
    @FunctionalInterface
    private interface Text {
        void set(UsageRecord event, String value);
    }

    /** Takes a number where it goes. */
    @FunctionalInterface
    private interface Whole {
        void set(UsageRecord event, long value);
    }

    private static final Map<String, Field> FIELDS = new HashMap<>();

    static {
        text("id", (event, value) -> event.id = value);
        add("time", EventReader::readTime);
        for (Dimension dimension : List.of(Dimension.TENANT, Dimension.FEATURE, Dimension.MODEL, Dimension.OPERATION)) {
            text(dimension.field(), (event, value) -> event.dimension(dimension, value));
        }
        for (Dimension dimension : List.of(
                Dimension.PROVIDER, Dimension.TEAM, Dimension.PROJECT, Dimension.ENVIRONMENT, Dimension.USER_TIER)) {
            optionalText(dimension.field(), (event, value) -> event.dimension(dimension, value));
        }
        optionalText("user", (event, value) -> event.user = value);
        optionalText("session", (event, value) -> event.session = value);
        optionalText("endpoint", (event, value) -> event.endpoint = value);
        optionalText("request_id", (event, value) -> event.requestId = value);
        optionalText("escalated_from", (event, value) -> event.escalatedFrom = value);
        add("service_tier", (in, parser, token, event) -> {
            ServiceTier tier = in.symbol("service_tier", ServiceTier.values(), parser, token);
            event.serviceTier = tier == null ? event.serviceTier : tier;
        });
        add("status", (in, parser, token, event) -> {
            Status status = in.symbol("status", Status.values(), parser, token);
            event.status = status == null ? event.status : status;
        });
        for (Meter meter : Meter.values()) {
            whole(meter.field(), (event, value) -> event.meters[meter.ordinal()] = value);
        }
        whole("work_units", (event, value) -> event.workUnits = value);
        // An attempt that no int can hold is refused by the rules like any other that is too high.
        whole("attempt", (event, value) -> event.attempt = (int) Math.max(-1, Math.min(value, Integer.MAX_VALUE)));
        add("latency_ms", (in, parser, token, event) -> {
            if (token != JsonToken.VALUE_NULL) {
                in.readLatency(parser, token, event);
            }
        });
        add("quality_score", EventReader::readQuality);
        add("response_cached", EventReader::readResponseCached);
        add("other_units", (in, parser, token, event) -> event.otherUnits = in.longs("other_units", parser, token));
        add(
                "prompt_tokens",
                (in, parser, token, event) -> event.promptTokens = in.longs("prompt_tokens", parser, token));
        add("tags", (in, parser, token, event) -> event.tags = in.texts("tags", parser, token));
    }

    private static final long ID = FIELDS.get("id").bit;
    private static final long TIME = FIELDS.get("time").bit;
    private static final long FEATURE = FIELDS.get("feature").bit;
    private static final long MODEL = FIELDS.get("model").bit;

    private final Form form;
    private final CloudEnvelope headers;
    private final String prefix;
    private final List<Problem.Fault> faults = new ArrayList<>();
    private Integer index;
    private long seen;

    /** @param headers the envelope that came in headers, or null */
    EventReader(Form form, CloudEnvelope headers) {
        this.form = form;
        this.headers = headers;
        this.prefix = form == Form.PLAIN || form == Form.CLOUD_EVENT_DATA ? "" : "data.";
    }

    /** The event that faults belong to from now on. */
    void index(int index) {
        this.index = index;
    }

    List<Problem.Fault> faults() {
        return faults;
    }

    /** Whether another fault would still be told. */
    boolean hasRoom() {
        return faults.size() < EventJson.ERRORS_MAX;
    }

    void fault(String field, String reason, String detail) {
        if (hasRoom()) {
            faults.add(new Problem.Fault(index, field, reason, detail));
        }
    }

    /** A fault in a field of the event, wherever that is in the body. */
    void eventFault(String field, String reason, String detail) {
        fault(field == null ? null : prefix + field, reason, detail);
    }

    /** Reads the event that the parser is at the start of; what is wrong with it is among the faults then. */
    UsageRecord read(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            fault(null, "wrong_type", "takes an object, not " + describe(parser.currentToken()));
            parser.skipChildren();
            return new UsageRecord();
        }
        return switch (form) {
            case PLAIN -> complete(readEvent(parser));
            case CLOUD_EVENT_DATA -> {
                UsageRecord event = readEvent(parser);
                merge(headers, event);
                yield complete(event);
            }
            case CLOUD_EVENT, CLOUD_EVENT_BATCH -> readCloudEvent(parser);
        };
    }

    /** Reads an event that stands for one to come: what it lacks is made up, and the model is the one given here. */
    UsageRecord readForQuote(JsonParser parser, String model, long nowMs) throws IOException {
        UsageRecord event = readEvent(parser);
        if ((seen & ID) == 0) {
            event.id = "quote";
        }
        if ((seen & FEATURE) == 0) {
            event.dimension(Dimension.FEATURE, "quote");
        }
        if ((seen & TIME) == 0) {
            event.timeMs = nowMs;
        }
        if ((seen & MODEL) != 0 && event.model() != null && !event.model().equals(model)) {
            fault("model", "differs", "is not the model in the address, '" + Texts.shortened(model) + "'");
        }
        event.dimension(Dimension.MODEL, model);
        return event;
    }

    private UsageRecord readEvent(JsonParser parser) throws IOException {
        UsageRecord event = new UsageRecord();
        event.dimension(Dimension.TENANT, "default");
        event.dimension(Dimension.OPERATION, "chat");
        seen = 0;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            Field field = FIELDS.get(name);
            JsonToken token = parser.nextToken();
            if (field == null) {
                fault(
                        prefix + Texts.shortened(name),
                        "unknown_field",
                        "is not a field of a usage event; free attribution goes into tags");
            } else if ((seen & field.bit) != 0) {
                fault(prefix + name, "duplicate_field", "is there twice");
            } else {
                seen |= field.bit;
                field.reader.read(this, parser, token, event);
            }
            // Whatever was not read, a wrong type too, is passed over, to tell of all the faults at once.
            parser.skipChildren();
        }
        event.dimension(Dimension.SERVICE_TIER, event.serviceTier.name());
        return event;
    }

    private UsageRecord complete(UsageRecord event) {
        require(ID, "id", "a text, unique per model call");
        require(TIME, "time", "when the call ended, such as 2026-11-21T10:15:30.123Z");
        require(FEATURE, "feature", "a text, what the call was for");
        require(MODEL, "model", "a text, the model as the provider names it");
        return event;
    }

    private void require(long bit, String field, String takes) {
        if ((seen & bit) == 0) {
            fault(prefix + field, "missing_field", "is missing; it takes " + takes);
        }
    }

    private UsageRecord readCloudEvent(JsonParser parser) throws IOException {
        CloudEnvelope envelope = new CloudEnvelope();
        Map<String, Boolean> attributes = new HashMap<>();
        UsageRecord event = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            JsonToken token = parser.nextToken();
            if (attributes.put(name, true) != null) {
                fault(Texts.shortened(name), "duplicate_field", "is there twice");
            } else if (!name.equals("data")) {
                readAttribute(name, parser, token, envelope);
            } else if (token == JsonToken.START_OBJECT) {
                event = readEvent(parser);
            } else {
                fault("data", "wrong_type", "takes an event, not " + describe(token));
                event = new UsageRecord();
            }
            parser.skipChildren();
        }
        if (event == null) {
            fault("data", "missing_field", "is missing; it takes an event");
            return new UsageRecord();
        }
        merge(envelope, event);
        return complete(event);
    }

    /** Attributes that are not named here are extensions, which any CloudEvent may carry. */
    private void readAttribute(String name, JsonParser parser, JsonToken token, CloudEnvelope envelope)
            throws IOException {
        switch (name) {
            case "specversion" -> envelope.specversion = textOf(name, parser, token);
            case "id" -> envelope.id = textOf(name, parser, token);
            case "source" -> envelope.source = textOf(name, parser, token);
            case "type" -> envelope.type = textOf(name, parser, token);
            case "time" -> envelope.time = token == JsonToken.VALUE_NULL ? null : textOf(name, parser, token);
            case "datacontenttype" ->
                envelope.dataContentType = token == JsonToken.VALUE_NULL ? null : textOf(name, parser, token);
            case "data_base64" -> fault(name, "unknown_field", "is not taken; put the event into data, as JSON");
            default -> {}
        }
    }

    /** Fills in id and time from the envelope; where both have one, they must be the same. */
    private void merge(CloudEnvelope envelope, UsageRecord event) {
        if (!"1.0".equals(envelope.specversion)) {
            fault(
                    "specversion",
                    "bad_value",
                    "must be 1.0, not " + Texts.shortened(String.valueOf(envelope.specversion)));
        }
        requireAttribute("id", envelope.id);
        requireAttribute("source", envelope.source);
        requireAttribute("type", envelope.type);
        if (envelope.dataContentType != null && !isJson(envelope.dataContentType)) {
            fault(
                    "datacontenttype",
                    "bad_value",
                    "must be application/json, not " + Texts.shortened(envelope.dataContentType));
        }
        if ((seen & ID) == 0) {
            event.id = envelope.id;
        } else if (event.id != null && envelope.id != null && !event.id.equals(envelope.id)) {
            fault("id", "differs", "is not the id of the event in data");
        }
        mergeTime(envelope.time, event);
        seen |= ID;
    }

    private void mergeTime(String time, UsageRecord event) {
        if (time == null) {
            return;
        }
        long timeMs = Rfc3339.epochMs(time);
        if (timeMs == Rfc3339.INVALID) {
            badTime("time", time);
        } else if ((seen & TIME) == 0) {
            event.timeMs = timeMs;
        } else if (event.timeMs != timeMs) {
            fault("time", "differs", "is not the time of the event in data");
        }
        seen |= TIME;
    }

    private void requireAttribute(String name, String value) {
        if (value == null || value.isEmpty()) {
            fault(name, "missing_field", "is missing; a CloudEvent has a text there");
        }
    }

    private static boolean isJson(String mediaType) {
        String type = mediaType.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
        return type.equals("application/json") || type.endsWith("+json");
    }

    // --- values ---

    private static void readTime(EventReader in, JsonParser parser, JsonToken token, UsageRecord event)
            throws IOException {
        String text = in.textOf(in.prefix + "time", parser, token);
        if (text != null) {
            long timeMs = Rfc3339.epochMs(text);
            if (timeMs == Rfc3339.INVALID) {
                in.badTime(in.prefix + "time", text);
            } else {
                event.timeMs = timeMs;
            }
        }
    }

    private void badTime(String field, String text) {
        fault(
                field,
                "bad_time",
                "'" + Texts.shortened(text)
                        + "' is not a time of RFC 3339 with its offset, such as 2026-11-21T10:15:30.123Z");
    }

    private void readLatency(JsonParser parser, JsonToken token, UsageRecord event) throws IOException {
        long latencyMs = longOf(prefix + "latency_ms", parser, token);
        if (latencyMs < 0) {
            fault(prefix + "latency_ms", "negative_amount", latencyMs + " is negative");
        } else {
            event.latencyMs = latencyMs;
        }
    }

    private static void readQuality(EventReader in, JsonParser parser, JsonToken token, UsageRecord event)
            throws IOException {
        if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
            event.qualityScore = parser.getDoubleValue();
        } else if (token != JsonToken.VALUE_NULL) {
            in.wrongType(in.prefix + "quality_score", "a number", token);
        }
    }

    private static void readResponseCached(EventReader in, JsonParser parser, JsonToken token, UsageRecord event) {
        if (token == JsonToken.VALUE_TRUE || token == JsonToken.VALUE_FALSE) {
            event.responseCached = token == JsonToken.VALUE_TRUE;
        } else {
            in.wrongType(in.prefix + "response_cached", "true or false", token);
        }
    }

    private String textOf(String field, JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_STRING) {
            return parser.getText();
        }
        wrongType(field, "a text", token);
        return null;
    }

    /** 0 where it is none. */
    private long longOf(String field, JsonParser parser, JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_NUMBER_INT) {
            wrongType(field, "a whole number", token);
            return 0;
        }
        if (parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER) {
            fault(field, "amount_too_large", "does not fit 64 bits");
            return 0;
        }
        return parser.getLongValue();
    }

    private <E extends Enum<E>> E symbol(String field, E[] symbols, JsonParser parser, JsonToken token)
            throws IOException {
        String text = textOf(prefix + field, parser, token);
        if (text == null) {
            return null;
        }
        for (E symbol : symbols) {
            if (symbol.name().equals(text)) {
                return symbol;
            }
        }
        fault(
                prefix + field,
                "bad_value",
                "'" + Texts.shortened(text) + "' is not one of "
                        + Arrays.stream(symbols).map(Enum::name).collect(Collectors.joining(", ")));
        return null;
    }

    private Map<String, Long> longs(String field, JsonParser parser, JsonToken token) throws IOException {
        Map<String, Long> entries = new LinkedHashMap<>();
        if (!isObject(field, token)) {
            return entries;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            String path = prefix + field + "." + Texts.shortened(name);
            if (entries.put(name, longOf(path, parser, parser.nextToken())) != null) {
                fault(path, "duplicate_field", "is there twice");
            }
            parser.skipChildren();
        }
        return entries;
    }

    private Map<String, String> texts(String field, JsonParser parser, JsonToken token) throws IOException {
        Map<String, String> entries = new LinkedHashMap<>();
        if (!isObject(field, token)) {
            return entries;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            String path = prefix + field + "." + Texts.shortened(name);
            if (entries.containsKey(name)) {
                fault(path, "duplicate_field", "is there twice");
            }
            entries.put(name, textOf(path, parser, parser.nextToken()));
            parser.skipChildren();
        }
        return entries;
    }

    private boolean isObject(String field, JsonToken token) {
        if (token != JsonToken.START_OBJECT) {
            wrongType(prefix + field, "an object", token);
        }
        return token == JsonToken.START_OBJECT;
    }

    private void wrongType(String field, String takes, JsonToken token) {
        fault(field, "wrong_type", "takes " + takes + ", not " + describe(token));
    }

    static String describe(JsonToken token) {
        if (token == null) {
            return "nothing";
        }
        return switch (token) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a text";
            case VALUE_NUMBER_INT -> "a whole number";
            case VALUE_NUMBER_FLOAT -> "a number with decimals";
            case VALUE_TRUE, VALUE_FALSE -> "true or false";
            case VALUE_NULL -> "null";
            default -> token.name();
        };
    }

    // --- the table of fields ---

    private static void add(String name, ValueReader reader) {
        FIELDS.put(name, new Field(name, 1L << FIELDS.size(), reader));
    }

    private static void text(String name, Text text) {
        add(name, (in, parser, token, event) -> text.set(event, in.textOf(in.prefix + name, parser, token)));
    }

    private static void optionalText(String name, Text text) {
        add(name, (in, parser, token, event) -> {
            if (token != JsonToken.VALUE_NULL) {
                text.set(event, in.textOf(in.prefix + name, parser, token));
            }
        });
    }

    private static void whole(String name, Whole whole) {
        add(name, (in, parser, token, event) -> whole.set(event, in.longOf(in.prefix + name, parser, token)));
    }
}
