package io.spendstream.acceptance;

import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryDecoder;
import org.apache.avro.io.DecoderFactory;

/**
 * Whether a record is a usage event that can be counted, and why not: the rules of the contract, read anew. It decodes
 * by Avro's own resolution and by nothing of the pipeline.
 */
final class Judgement {

    private static final Schema EVENT = UsageEvent.getClassSchema();
    private static final int TEXT_LENGTH_MAX = 256;
    private static final long AMOUNT_MAX = 1_000_000_000;
    private static final int ATTEMPT_MAX = 1_000;
    private static final int UNITS_MAX = 32;
    private static final int TAGS_MAX = 64;
    private static final Pattern UNIT_NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    private static final List<String> REQUIRED = List.of("id", "tenant", "feature", "model");
    private static final List<String> OPTIONAL = List.of(
            "provider",
            "team",
            "project",
            "environment",
            "user",
            "user_tier",
            "session",
            "endpoint",
            "operation",
            "request_id",
            "escalated_from");

    /** A verdict: an event, or the reason against it. */
    record Verdict(Usage event, String reason) {
        static Verdict rejected(String reason) {
            return new Verdict(null, reason);
        }
    }

    /** How to read what was written with a schema; a null reader where it cannot be read as an event. */
    private record Writer(GenericDatumReader<GenericRecord> reader) {

        static Writer of(String json) {
            Schema schema = new Schema.Parser().parse(json);
            boolean compatible = SchemaCompatibility.checkReaderWriterCompatibility(EVENT, schema)
                            .getType()
                    == SchemaCompatibilityType.COMPATIBLE;
            return new Writer(compatible ? new GenericDatumReader<>(schema, EVENT) : null);
        }
    }

    private final Map<Integer, String> schemas;
    private final Map<Integer, Writer> writers = new HashMap<>();
    private final Duration ahead;
    private final Duration age;

    /**
     * @param schemas what the registry holds, by id
     * @param ahead how far an event may lie in the future
     * @param age how far in the past
     */
    Judgement(Map<Integer, String> schemas, Duration ahead, Duration age) {
        this.schemas = schemas;
        this.ahead = ahead;
        this.age = age;
    }

    Verdict of(Delivery delivery) {
        byte[] value = delivery.value();
        if (delivery.key() == null || delivery.key().length == 0) {
            return Verdict.rejected("missing_key");
        }
        if (value == null || value.length < 5 || value[0] != 0) {
            return Verdict.rejected("wire_format");
        }
        int id = ByteBuffer.wrap(value, 1, 4).getInt();
        if (!schemas.containsKey(id)) {
            return Verdict.rejected("unknown_schema");
        }
        Writer writer = writers.computeIfAbsent(id, i -> Writer.of(schemas.get(i)));
        if (writer.reader == null) {
            return Verdict.rejected("incompatible_schema");
        }
        Usage event;
        try {
            BinaryDecoder bytes = DecoderFactory.get().binaryDecoder(value, 5, value.length - 5, null);
            event = new Usage(writer.reader.read(null, bytes));
            if (!bytes.isEnd()) {
                return Verdict.rejected("undecodable");
            }
        } catch (IOException | RuntimeException e) {
            return Verdict.rejected("undecodable");
        }
        String fault = fault(event, delivery.receivedMs());
        return fault == null ? new Verdict(event, null) : Verdict.rejected(fault);
    }

    private String fault(Usage event, long receivedMs) {
        String fault = textFault(event);
        fault = fault == null ? amountFault(event) : fault;
        fault = fault == null ? unitFault(event.numbers("other_units")) : fault;
        fault = fault == null ? unitFault(event.numbers("prompt_tokens")) : fault;
        fault = fault == null ? tagFault(event.texts("tags")) : fault;
        return fault == null ? timeFault(event.timeMs(), receivedMs) : fault;
    }

    private static String textFault(Usage event) {
        for (String field : REQUIRED) {
            if (event.text(field).isEmpty()) {
                return "empty_text";
            }
            String fault = textFault(event.text(field));
            if (fault != null) {
                return fault;
            }
        }
        for (String field : OPTIONAL) {
            String fault = event.text(field) == null ? null : textFault(event.text(field));
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private static String textFault(String text) {
        if (text.length() > TEXT_LENGTH_MAX) {
            return "text_too_long";
        }
        return text.chars().anyMatch(c -> c < 0x20) ? "control_character" : null;
    }

    private static String amountFault(Usage event) {
        for (String meter : Usage.METERS) {
            String fault = amountFault(event.number(meter));
            if (fault != null) {
                return fault;
            }
        }
        if (event.number("reasoning_tokens") > event.number("output_tokens")) {
            return "reasoning_exceeds_output";
        }
        if (event.number("attempt") < 1 || event.number("attempt") > ATTEMPT_MAX) {
            return "bad_attempt";
        }
        String fault = amountFault(event.number("work_units"));
        Number latency = event.numberOrNull("latency_ms");
        if (fault == null && latency != null) {
            fault = amountFault(latency.longValue());
        }
        Number quality = event.numberOrNull("quality_score");
        return fault == null && quality != null && !Double.isFinite(quality.doubleValue()) ? "not_finite" : fault;
    }

    private static String amountFault(long amount) {
        if (amount < 0) {
            return "negative_amount";
        }
        return amount > AMOUNT_MAX ? "amount_too_large" : null;
    }

    private static String unitFault(Map<String, Long> units) {
        if (units.size() > UNITS_MAX) {
            return "too_many_entries";
        }
        for (Map.Entry<String, Long> unit : units.entrySet()) {
            if (!UNIT_NAME.matcher(unit.getKey()).matches() || Usage.METERS.contains(unit.getKey())) {
                return "bad_unit_name";
            }
            String fault = amountFault(unit.getValue());
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private static String tagFault(Map<String, String> tags) {
        if (tags.size() > TAGS_MAX) {
            return "too_many_entries";
        }
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            String fault = tag.getKey().isEmpty() ? "empty_text" : textFault(tag.getKey());
            fault = fault == null ? textFault(tag.getValue()) : fault;
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private String timeFault(long timeMs, long receivedMs) {
        if (timeMs > receivedMs + ahead.toMillis()) {
            return "time_in_future";
        }
        return timeMs < receivedMs - age.toMillis() ? "time_too_old" : null;
    }
}
