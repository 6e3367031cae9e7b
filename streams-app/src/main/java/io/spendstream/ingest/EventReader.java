package io.spendstream.ingest;

import io.spendstream.topic.Topics;
import io.spendstream.usage.UsageRecord;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;

/** Reads records of {@code usage-events}: wire format, schema, Avro, rules. Not thread-safe; one a task. */
final class EventReader {

    private static final int HEADER_BYTES = 5;

    private final WriterSchemas schemas;
    private final EventRules rules;
    private final NameCache names = new NameCache();
    /** An {@link EventDecoder} or a {@link Fault}. */
    private final Map<Integer, Object> decoders = new HashMap<>();

    private int lastId;
    private EventDecoder lastDecoder;

    EventReader(WriterSchemas schemas, EventRules rules) {
        this.schemas = schemas;
        this.rules = rules;
    }

    /** @param receivedMs the record's timestamp */
    Verdict read(byte[] key, byte[] value, long receivedMs) {
        // First of all: neither the waiting room nor the sink of what is rejected takes it.
        long size = lengthOf(key) + lengthOf(value);
        if (size > Topics.RECORD_BYTES_MAX) {
            return rejected(
                    Rejection.RECORD_TOO_LARGE,
                    "key and value have " + size + " bytes, more than " + Topics.RECORD_BYTES_MAX + "; only the first "
                            + DecodeStage.LARGE_BYTES_KEPT + " of each are here");
        }
        if (key == null || key.length == 0) {
            return rejected(Rejection.MISSING_KEY, "the record has no key; it takes the event's id");
        }
        if (value == null || value.length < HEADER_BYTES || value[0] != 0) {
            return rejected(Rejection.WIRE_FORMAT, wireFault(value));
        }
        int id = ByteBuffer.wrap(value, 1, Integer.BYTES).getInt();
        if (lastDecoder != null && id == lastId) {
            return decode(lastDecoder, value, receivedMs);
        }
        if (id < 0) {
            // Registries do not give such ids, and may answer the question in ways that look like an outage.
            return rejected(Rejection.UNKNOWN_SCHEMA, "the schema id " + id + " is negative; ids are 0 or more");
        }
        WriterSchemas.Answer answer = schemas.of(id);
        if (answer instanceof WriterSchemas.Answer.Unknown unknown) {
            return rejected(Rejection.UNKNOWN_SCHEMA, unknown.why());
        }
        if (answer instanceof WriterSchemas.Answer.Waiting waiting) {
            return new Verdict.Undecided(waiting.why());
        }
        Object made = decoders.computeIfAbsent(id, i -> decoderOrFault(((WriterSchemas.Answer.Known) answer).schema()));
        if (made instanceof Fault fault) {
            return new Verdict.Rejected(fault);
        }
        lastId = id;
        lastDecoder = (EventDecoder) made;
        return decode(lastDecoder, value, receivedMs);
    }

    private Verdict decode(EventDecoder decoder, byte[] value, long receivedMs) {
        UsageRecord event;
        try {
            event = decoder.decode(value, HEADER_BYTES);
        } catch (AvroInput.Malformed e) {
            return rejected(Rejection.UNDECODABLE, e.getMessage());
        }
        Fault fault = rules.check(event, receivedMs);
        return fault == null ? new Verdict.Accepted(event) : new Verdict.Rejected(fault);
    }

    private Object decoderOrFault(Schema schema) {
        try {
            return EventDecoder.of(schema, names);
        } catch (IllegalArgumentException e) {
            return new Fault(Rejection.INCOMPATIBLE_SCHEMA, null, e.getMessage());
        }
    }

    private static long lengthOf(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static String wireFault(byte[] value) {
        String expected = "; it takes the Confluent wire format: byte 0, schema id in 4 bytes, Avro binary";
        if (value == null) {
            return "the record has no value" + expected;
        }
        return (value.length < HEADER_BYTES
                        ? "the value has only " + value.length + " bytes"
                        : "the value starts with byte " + value[0])
                + expected;
    }

    private static Verdict rejected(Rejection reason, String detail) {
        return new Verdict.Rejected(new Fault(reason, null, detail));
    }
}
