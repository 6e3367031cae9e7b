package io.spendstream.rest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.spendstream.budget.Attributes;
import io.spendstream.ingest.EventRules;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.Texts;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.ServiceTier;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what a call that asks for admission says, token by token, and tells of everything that is wrong at once. */
final class AdmissionReader {

    private static final String INPUT_TOKENS = "input_tokens";
    private static final String MAX_OUTPUT_TOKENS = "max_output_tokens";
    private static final String KNOWN = String.join(", ", Dimension.fields()) + ", user, session, endpoint, tags, "
            + INPUT_TOKENS + ", " + MAX_OUTPUT_TOKENS;
    private static final int FAULTS_MAX = 100;

    private static final Map<String, Dimension> DIMENSIONS = dimensions();

    private final UsageRecord call = new UsageRecord();
    private List<Problem.Fault> faults = List.of();

    private AdmissionReader(long nowMs) {
        call.timeMs = nowMs;
        call.dimension(Dimension.TENANT, "default");
        call.dimension(Dimension.OPERATION, "chat");
        call.dimension(Dimension.SERVICE_TIER, ServiceTier.STANDARD.name());
    }

    /**
     * The call as an event that has not happened yet, with its maximal output as its output.
     *
     * @throws Problem.ProblemException 400 where it is not valid
     */
    static UsageRecord read(byte[] json, long nowMs) {
        AdmissionReader reader = new AdmissionReader(nowMs);
        try (JsonParser parser = Json.FACTORY.createParser(json)) {
            reader.read(parser);
        } catch (JsonProcessingException e) {
            reader.fault(null, "not_json", "is not JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw new UncheckedIOException("reading from memory failed", e);
        }
        if (!reader.faults.isEmpty()) {
            throw Problem.badRequest("The call is not described as it should be", reader.faults)
                    .exception();
        }
        return reader.call;
    }

    private void read(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            fault(null, "bad_type", "takes a JSON object");
            return;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            readField(parser, field);
        }
        if (parser.nextToken() != null) {
            fault(null, "not_json", "has something after its object");
        }
        if (call.model() == null) {
            fault("model", "missing", "is missing; the price depends on it");
        }
    }

    private void readField(JsonParser parser, String field) throws IOException {
        Dimension dimension = DIMENSIONS.get(field);
        if (dimension != null) {
            readDimension(parser, field, dimension);
            return;
        }
        switch (field) {
            case Attributes.USER -> call.user = text(parser, field);
            case Attributes.SESSION -> call.session = text(parser, field);
            case Attributes.ENDPOINT -> call.endpoint = text(parser, field);
            case INPUT_TOKENS -> call.meters[Meter.INPUT_TOKENS.ordinal()] = count(parser, field);
            case MAX_OUTPUT_TOKENS -> call.meters[Meter.OUTPUT_TOKENS.ordinal()] = count(parser, field);
            case "tags" -> call.tags = tags(parser);
            default -> {
                parser.skipChildren();
                fault(field, "unknown_field", "is not known here; known are " + KNOWN);
            }
        }
    }

    private void readDimension(JsonParser parser, String field, Dimension dimension) throws IOException {
        String value = text(parser, field);
        if (value == null) {
            return;
        }
        call.dimension(dimension, value);
        if (dimension == Dimension.SERVICE_TIER) {
            for (ServiceTier tier : ServiceTier.values()) {
                if (tier.name().equals(value)) {
                    call.serviceTier = tier;
                    return;
                }
            }
            fault(
                    field,
                    "bad_value",
                    "'" + Texts.shortened(value) + "' is none of " + Arrays.toString(ServiceTier.values()));
        }
    }

    /** Null where the value is null, or is at fault. */
    private String text(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return null;
        }
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            parser.skipChildren();
            fault(field, "bad_type", "takes a text");
            return null;
        }
        String text = parser.getText();
        if (text.isEmpty() || text.length() > EventRules.TEXT_LENGTH_MAX) {
            fault(
                    field,
                    "bad_value",
                    text.isEmpty() ? "is empty" : "has more than " + EventRules.TEXT_LENGTH_MAX + " characters");
            return null;
        }
        return text;
    }

    private long count(JsonParser parser, String field) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            boolean fits = parser.getNumberType() != JsonParser.NumberType.BIG_INTEGER;
            if (fits && parser.getLongValue() >= 0 && parser.getLongValue() <= EventRules.AMOUNT_MAX) {
                return parser.getLongValue();
            }
        }
        parser.skipChildren();
        fault(field, "bad_value", "is no whole number from 0 to " + EventRules.AMOUNT_MAX);
        return 0;
    }

    private Map<String, String> tags(JsonParser parser) throws IOException {
        if (parser.currentToken() == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            fault("tags", "bad_type", "takes an object of texts");
            return Map.of();
        }
        Map<String, String> tags = new HashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String key = parser.currentName();
            parser.nextToken();
            String value = text(parser, Attributes.TAGS + key);
            if (value != null) {
                tags.put(key, value);
            }
        }
        if (tags.size() > EventRules.TAGS_MAX) {
            fault("tags", "bad_value", tags.size() + " tags are more than " + EventRules.TAGS_MAX);
        }
        return tags;
    }

    private void fault(String field, String reason, String detail) {
        if (faults.isEmpty()) {
            faults = new ArrayList<>();
        }
        if (faults.size() < FAULTS_MAX) {
            faults.add(new Problem.Fault(null, field == null ? null : Texts.shortened(field), reason, detail));
        }
    }

    private static Map<String, Dimension> dimensions() {
        Map<String, Dimension> byField = new HashMap<>();
        for (Dimension dimension : Dimension.values()) {
            byField.put(dimension.field(), dimension);
        }
        return Map.copyOf(byField);
    }
}
