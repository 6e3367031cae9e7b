package io.spendstream.schema;

import io.spendstream.schema.DecodeException.Reason;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.AvroTypeException;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.FastReaderBuilder;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;

/**
 * Decodes records of any writer schema to one generated class. The way from a writer's schema to the class is worked
 * out once per schema id. Safe for use by several threads.
 */
public final class RecordDecoder<T extends SpecificRecord> {

    /** Writer schemas kept ready; past it all are forgotten and worked out again as they come. */
    private static final int READERS_MAX = 1_000;

    private final SchemaRegistry registry;
    private final SpecificData model;
    private final Schema readerSchema;
    private final String typeName;
    private final Map<Integer, Reader<T>> readers = new ConcurrentHashMap<>();
    /** The last one used: nearly every record of a topic has the same writer schema. */
    private volatile Reader<T> last;

    /** @param registry asked once per schema id; not closed here */
    public RecordDecoder(Class<T> type, SchemaRegistry registry) {
        this.registry = registry;
        this.model = SpecificData.getForClass(type);
        this.readerSchema = model.getSchema(type);
        this.typeName = type.getSimpleName();
    }

    /**
     * One record in the wire format.
     *
     * @throws DecodeException where these bytes are not such a record; its reason says why
     * @throws RegistryUnavailableException where the schema id is new and the registry does not answer
     */
    public T decode(byte[] record) {
        Reader<T> reader = readerOf(WireFormat.schemaId(record));
        BytesDecoder decoder = new BytesDecoder(record, WireFormat.HEADER_LENGTH);
        T value;
        try {
            value = reader.avro.read(null, decoder);
        } catch (IOException | RuntimeException e) {
            // Avro finds out what it cannot resolve when it meets it, so records of a schema that is not compatible on
            // paper are read as long as their values fit.
            if (e instanceof AvroTypeException && !reader.compatible) {
                throw incompatible(reader.id, e);
            }
            // Bytes that do not follow the schema surface as many things: an end too early, an index out of bounds, ...
            throw new DecodeException(
                    Reason.BAD_AVRO,
                    "The " + record.length + " bytes do not follow schema " + reader.id + " (" + typeName
                            + "), near byte " + decoder.position() + ": " + e,
                    e);
        }
        if (decoder.remaining() != 0) {
            throw new DecodeException(
                    Reason.TRAILING_BYTES,
                    decoder.remaining() + " bytes follow the " + typeName + " of schema " + reader.id
                            + ", which ends at byte " + decoder.position() + " of " + record.length);
        }
        return value;
    }

    /**
     * Prepares for every schema registered under a subject, so that none of them needs the registry later.
     *
     * @throws RegistryUnavailableException where the registry does not answer
     */
    public void warm(String subject) {
        registry.versions(subject).forEach((id, schema) -> readers.computeIfAbsent(id, i -> newReader(i, schema)));
    }

    private Reader<T> readerOf(int id) {
        Reader<T> recent = last;
        if (recent != null && recent.id == id) {
            return recent;
        }
        Reader<T> reader = readers.get(id);
        if (reader == null) {
            reader = newReader(id, schemaOf(id));
            if (readers.size() >= READERS_MAX) {
                readers.clear();
            }
            readers.put(id, reader);
        }
        last = reader;
        return reader;
    }

    private String schemaOf(int id) {
        try {
            return registry.schemaById(id);
        } catch (UnknownSchemaException e) {
            throw new DecodeException(Reason.UNKNOWN_SCHEMA, e.getMessage(), e);
        }
    }

    private Reader<T> newReader(int id, String schemaJson) {
        try {
            // A writer's defaults are never used, so wrong ones are no reason to lose its records.
            Schema writerSchema = new Schema.Parser().setValidateDefaults(false).parse(schemaJson);
            boolean compatible = SchemaCompatibility.checkReaderWriterCompatibility(readerSchema, writerSchema)
                            .getType()
                    == SchemaCompatibilityType.COMPATIBLE;
            return new Reader<>(
                    id, compatible, new FastReaderBuilder(model).createDatumReader(writerSchema, readerSchema));
        } catch (IOException | RuntimeException e) {
            throw incompatible(id, e);
        }
    }

    private DecodeException incompatible(int id, Exception cause) {
        return new DecodeException(
                Reason.INCOMPATIBLE_SCHEMA,
                "Schema " + id + " cannot be read as " + typeName + ": " + cause.getMessage(),
                cause);
    }

    private record Reader<T>(int id, boolean compatible, DatumReader<T> avro) {}
}
