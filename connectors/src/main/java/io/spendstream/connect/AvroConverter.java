package io.spendstream.connect;

import io.apicurio.registry.utils.converter.avro.AvroData;
import io.apicurio.registry.utils.converter.avro.AvroDataConfig;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.BytesDecoder;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.SchemaRejectedException;
import io.spendstream.schema.SchemaText;
import io.spendstream.schema.UnknownSchemaException;
import io.spendstream.schema.WireFormat;
import io.spendstream.schema.WireFormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DatumReader;
import org.apache.avro.io.EncoderFactory;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.errors.DataException;
import org.apache.kafka.connect.errors.RetriableException;
import org.apache.kafka.connect.storage.Converter;

/**
 * Avro records in the Confluent wire format as Connect data, and back. A null value is a tombstone both ways. Types map
 * as those of Confluent's own converter do: {@code timestamp-millis}, {@code date}, {@code time-millis} and
 * {@code decimal} are Connect's logical types, enums are texts that know their Avro symbols, a union with null is
 * optional.
 *
 * <p>Values are records, as on every topic of Spendstream; keys are text there, for Connect's {@code StringConverter}.
 * What Connect hands over to be written is registered under {@code <topic>-value} where that is allowed; a record that
 * came through this converter has the schema that it had, so that nothing new is registered for it.
 */
public final class AvroConverter implements Converter {

    /** Schemas kept ready each way; past it all are forgotten and worked out again as they come. */
    private static final int SCHEMAS_MAX = 1_000;

    private final Map<Integer, Writer> writers = new HashMap<>();
    private final Map<Target, Registered> targets = new HashMap<>();
    private SchemaRegistry registry;
    private AvroData data;

    /** How records of one writer's schema are read. */
    private record Writer(Schema schema, DatumReader<Object> reader) {}

    private record Target(String topic, org.apache.kafka.connect.data.Schema schema) {}

    /** How records of one Connect schema are written. */
    private record Registered(int id, Schema schema, GenericDatumWriter<Object> writer) {}

    @Override
    public ConfigDef config() {
        return AvroConverterConfig.DEFINITION;
    }

    /** @throws org.apache.kafka.common.config.ConfigException names the key that is wrong or not known, and why */
    @Override
    public void configure(Map<String, ?> configs, boolean isKey) {
        AvroConverterConfig config = AvroConverterConfig.of(configs, isKey);
        open(new ConfluentSchemaRegistry(config.url(), config.clientProperties()));
    }

    void open(SchemaRegistry schemas) {
        registry = schemas;
        // Enums and names survive the way there and back; what only Connect knows is not written into Avro schemas.
        data = new AvroData(new AvroDataConfig(Map.of(
                AvroDataConfig.ENHANCED_AVRO_SCHEMA_SUPPORT_CONFIG, true,
                AvroDataConfig.CONNECT_META_DATA_CONFIG, false,
                AvroDataConfig.SCHEMAS_CACHE_SIZE_CONFIG, SCHEMAS_MAX)));
    }

    /**
     * @throws DataException where the bytes are not such a record: trying again is useless
     * @throws RetriableException where the registry does not answer
     */
    @Override
    public SchemaAndValue toConnectData(String topic, byte[] record) {
        if (record == null) {
            return SchemaAndValue.NULL;
        }
        Writer writer = writerOf(topic, record);
        BytesDecoder decoder = new BytesDecoder(record, WireFormat.HEADER_LENGTH);
        try {
            Object value = writer.reader.read(null, decoder);
            if (decoder.remaining() != 0) {
                throw new DataException(decoder.remaining() + " bytes of the record of " + topic + " follow its "
                        + writer.schema.getFullName());
            }
            return data.toConnectData(writer.schema, value);
        } catch (IOException | RuntimeException e) {
            if (e instanceof DataException known) {
                throw known;
            }
            throw new DataException(
                    "The record of " + topic + " does not follow its schema " + writer.schema.getFullName()
                            + ", near byte " + decoder.position() + ": " + e,
                    e);
        }
    }

    private Writer writerOf(String topic, byte[] record) {
        try {
            int id = WireFormat.schemaId(record);
            Writer known = writers.get(id);
            return known != null ? known : remember(writers, id, newWriter(topic, id));
        } catch (WireFormatException e) {
            throw new DataException("A record of " + topic + " is not for this converter: " + e.getMessage(), e);
        }
    }

    private Writer newWriter(String topic, int id) {
        try {
            Schema schema = parsed(registry.schemaById(id));
            if (schema.getType() != Schema.Type.RECORD) {
                throw new DataException("Schema " + id + " of " + topic + " is " + schema.getType()
                        + "; this converter takes records: use StringConverter for text");
            }
            // Without conversions of logical types: AvroData makes Connect's own of the plain values.
            return new Writer(schema, new GenericDatumReader<>(schema, schema, new GenericData()));
        } catch (UnknownSchemaException e) {
            throw new DataException("A record of " + topic + " names a schema that is not there: " + e.getMessage(), e);
        } catch (RegistryUnavailableException e) {
            throw new RetriableException(e.getMessage(), e);
        }
    }

    /**
     * @throws DataException where the value is no record with a schema, or the registry refuses that schema
     * @throws RetriableException where the registry does not answer
     */
    @Override
    public byte[] fromConnectData(String topic, org.apache.kafka.connect.data.Schema schema, Object value) {
        if (value == null) {
            return null;
        }
        if (schema == null || !(value instanceof Struct)) {
            throw new DataException("A value for " + topic + " is "
                    + (schema == null ? "without a schema" : schema.type())
                    + "; this converter writes records with a schema, so put a source or transform before it that"
                    + " makes them");
        }
        Registered target = targetOf(new Target(topic, schema));
        try {
            ByteArrayOutputStream avro = new ByteArrayOutputStream(256);
            BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(avro, null);
            target.writer.write(data.fromConnectData(schema, value), encoder);
            encoder.flush();
            return WireFormat.record(target.id, avro.toByteArray());
        } catch (IOException | RuntimeException e) {
            throw new DataException(
                    "A value for " + topic + " does not follow " + target.schema.getFullName() + ": " + e, e);
        }
    }

    private Registered targetOf(Target target) {
        Registered known = targets.get(target);
        return known != null ? known : remember(targets, target, register(target));
    }

    private Registered register(Target target) {
        try {
            Schema avro = data.fromConnectSchema(target.schema);
            int id = register(AvroSerde.valueSubject(target.topic), SchemaText.plain(avro));
            return new Registered(id, avro, new GenericDatumWriter<>(avro, new GenericData()));
        } catch (SchemaRejectedException e) {
            throw new DataException(e.getMessage(), e);
        } catch (RegistryUnavailableException e) {
            throw new RetriableException(e.getMessage(), e);
        }
    }

    /**
     * The id of a version that says the same, where there is one: what Connect knows of a schema has no documentation, and
     * registries take a schema without it for another one.
     */
    private int register(String subject, String text) {
        Schema wanted = parsed(text);
        int id = -1;
        for (Map.Entry<Integer, String> version : registry.versions(subject).entrySet()) {
            if (parsed(version.getValue()).equals(wanted)) {
                id = version.getKey();
            }
        }
        return id >= 0 ? id : registry.register(subject, text);
    }

    private static Schema parsed(String text) {
        return new Schema.Parser().setValidateDefaults(false).parse(text);
    }

    private static <K, V> V remember(Map<K, V> all, K key, V value) {
        if (all.size() >= SCHEMAS_MAX) {
            all.clear();
        }
        all.put(key, value);
        return value;
    }

    @Override
    public void close() {
        if (registry != null) {
            registry.close();
        }
    }
}
