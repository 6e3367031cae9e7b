package io.spendstream.ingest;

import io.spendstream.schema.BytesDecoder;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import io.spendstream.v1.UsageEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaNormalization;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/**
 * Decodes the Avro binary of one writer schema. The writer's fields are read in the writer's order by one reader each,
 * straight into a {@link UsageRecord}, where their types are those of our schema; a writer that differs more than in
 * the order and choice of fields is first brought to our schema by Avro's own resolution, at a price. Not thread-safe.
 */
final class EventDecoder {

    /** Reads one field into the event. */
    @FunctionalInterface
    private interface FieldReader {
        void read(AvroInput in, UsageRecord event);
    }

    private static final Schema READER = UsageEvent.getClassSchema();
    private static final ServiceTier[] TIERS = ServiceTier.values();
    private static final Status[] STATUSES = Status.values();

    private final FieldReader[] fields;
    private final GenericDatumReader<GenericRecord> resolver;

    private EventDecoder(FieldReader[] fields, GenericDatumReader<GenericRecord> resolver) {
        this.fields = fields;
        this.resolver = resolver;
    }

    /**
     * @param writer the schema the bytes were written with
     * @throws IllegalArgumentException where it cannot be read as a usage event; the message says why
     */
    static EventDecoder of(Schema writer, NameCache names) {
        var compatibility = SchemaCompatibility.checkReaderWriterCompatibility(READER, writer);
        if (compatibility.getType() != SchemaCompatibility.SchemaCompatibilityType.COMPATIBLE) {
            throw new IllegalArgumentException("the schema " + writer.getFullName()
                    + " cannot be read as io.spendstream.v1.UsageEvent: "
                    + compatibility.getResult().getIncompatibilities().stream()
                            .map(i -> i.getLocation() + " " + i.getMessage())
                            .toList());
        }
        boolean direct = writer.getType() == Schema.Type.RECORD
                && writer.getFields().stream().allMatch(EventDecoder::isOurs);
        return direct
                ? new EventDecoder(readersFor(writer, names), null)
                : new EventDecoder(readersFor(READER, names), new GenericDatumReader<>(writer, READER));
    }

    /**
     * @param bytes Avro binary from {@code from} to the end
     * @throws AvroInput.Malformed where they do not follow the writer's schema
     */
    UsageRecord decode(byte[] bytes, int from) {
        return resolver == null ? decodeDirect(bytes, from) : decodeDirect(resolved(bytes, from), 0);
    }

    private UsageRecord decodeDirect(byte[] bytes, int from) {
        AvroInput in = new AvroInput(bytes, from);
        UsageRecord event = new UsageRecord();
        event.dimension(Dimension.TENANT, "default");
        event.dimension(Dimension.OPERATION, "chat");
        for (FieldReader field : fields) {
            field.read(in, event);
        }
        if (in.remaining() != 0) {
            throw new AvroInput.Malformed(in.remaining() + " bytes are left over after the last field");
        }
        event.dimension(Dimension.SERVICE_TIER, event.serviceTier.name());
        return event;
    }

    private byte[] resolved(byte[] bytes, int from) {
        try {
            BytesDecoder decoder = new BytesDecoder(bytes, from);
            GenericRecord event = resolver.read(null, decoder);
            if (decoder.remaining() != 0) {
                throw new AvroInput.Malformed(decoder.remaining() + " bytes are left over after the last field");
            }
            ByteArrayOutputStream ours = new ByteArrayOutputStream(bytes.length + 64);
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(ours, null);
            new GenericDatumWriter<GenericRecord>(READER).write(event, encoder);
            return ours.toByteArray();
        } catch (AvroInput.Malformed e) {
            throw e;
        } catch (IOException | RuntimeException | StackOverflowError e) {
            // Such bytes surface as many things: an end too early, an index out of bounds, a type that does not
            // resolve,
            // for a writer schema that refers to itself also nesting without end.
            throw new AvroInput.Malformed("the bytes do not follow their schema: " + e);
        }
    }

    private static boolean isOurs(Schema.Field field) {
        Schema.Field ours = READER.getField(field.name());
        return ours != null && canonical(ours.schema()).equals(canonical(field.schema()));
    }

    private static String canonical(Schema schema) {
        return SchemaNormalization.toParsingForm(schema);
    }

    private static FieldReader[] readersFor(Schema writer, NameCache names) {
        Map<String, FieldReader> readers = new HashMap<>();
        readers.put("id", (in, e) -> e.id = in.readText());
        readers.put("time", (in, e) -> e.timeMs = in.readLong());
        for (Dimension dimension : List.of(Dimension.TENANT, Dimension.FEATURE, Dimension.MODEL, Dimension.OPERATION)) {
            int i = dimension.ordinal();
            readers.put(dimension.field(), (in, e) -> e.dimensions[i] = in.readName(names));
        }
        for (Dimension dimension : List.of(
                Dimension.PROVIDER, Dimension.TEAM, Dimension.PROJECT, Dimension.ENVIRONMENT, Dimension.USER_TIER)) {
            int i = dimension.ordinal();
            readers.put(dimension.field(), (in, e) -> e.dimensions[i] = isNull(in) ? null : in.readName(names));
        }
        for (int m = 0; m < Meter.COUNT; m++) {
            int i = m;
            readers.put(Meter.at(m).field(), (in, e) -> e.meters[i] = in.readLong());
        }
        readers.put("user", (in, e) -> e.user = isNull(in) ? null : in.readText());
        readers.put("session", (in, e) -> e.session = isNull(in) ? null : in.readText());
        readers.put("endpoint", (in, e) -> e.endpoint = isNull(in) ? null : in.readName(names));
        readers.put("service_tier", (in, e) -> e.serviceTier = symbol(TIERS, in));
        readers.put("other_units", (in, e) -> e.otherUnits = longs(in, names));
        readers.put("status", (in, e) -> e.status = symbol(STATUSES, in));
        readers.put("request_id", (in, e) -> e.requestId = isNull(in) ? null : in.readText());
        readers.put("attempt", (in, e) -> e.attempt = in.readInt());
        readers.put("escalated_from", (in, e) -> e.escalatedFrom = isNull(in) ? null : in.readName(names));
        readers.put("response_cached", (in, e) -> e.responseCached = in.readBoolean());
        readers.put("latency_ms", (in, e) -> e.latencyMs = isNull(in) ? UsageRecord.NO_LATENCY : latency(in));
        readers.put("quality_score", (in, e) -> e.qualityScore = isNull(in) ? null : (Double) in.readDouble());
        readers.put("work_units", (in, e) -> e.workUnits = in.readLong());
        readers.put("prompt_tokens", (in, e) -> e.promptTokens = longs(in, names));
        readers.put("tags", (in, e) -> e.tags = texts(in, names));
        return writer.getFields().stream()
                .map(field -> readerOf(readers, field.name()))
                .toArray(FieldReader[]::new);
    }

    private static FieldReader readerOf(Map<String, FieldReader> readers, String field) {
        FieldReader reader = readers.get(field);
        if (reader == null) {
            throw new IllegalStateException("UsageEvent has the field " + field + ", which the decoder does not know");
        }
        return reader;
    }

    /** All unions of the schema are of null and one other type, in this order. */
    private static boolean isNull(AvroInput in) {
        long branch = in.readLong();
        if (branch < 0 || branch > 1) {
            throw new AvroInput.Malformed("branch " + branch + " of a union of two");
        }
        return branch == 0;
    }

    /** A latency of -1 would read as "not given", which it is not: keep it negative, so that it is rejected. */
    private static long latency(AvroInput in) {
        long latency = in.readLong();
        return latency == UsageRecord.NO_LATENCY ? Long.MIN_VALUE : latency;
    }

    private static <T> T symbol(T[] symbols, AvroInput in) {
        long index = in.readLong();
        if (index < 0 || index >= symbols.length) {
            throw new AvroInput.Malformed("symbol " + index + " of an enum of " + symbols.length);
        }
        return symbols[(int) index];
    }

    private static Map<String, Long> longs(AvroInput in, NameCache names) {
        Map<String, Long> entries = Map.of();
        for (int n = in.readBlockCount(); n != 0; n = in.readBlockCount()) {
            entries = entries.isEmpty() ? new HashMap<>() : entries;
            for (int i = 0; i < n; i++) {
                entries.put(in.readName(names), in.readLong());
            }
        }
        return entries;
    }

    private static Map<String, String> texts(AvroInput in, NameCache names) {
        Map<String, String> entries = Map.of();
        for (int n = in.readBlockCount(); n != 0; n = in.readBlockCount()) {
            entries = entries.isEmpty() ? new HashMap<>() : entries;
            for (int i = 0; i < n; i++) {
                entries.put(in.readName(names), in.readName(names));
            }
        }
        return entries;
    }
}
