package io.spendstream.schema;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Serde of a generated class in the Confluent wire format. Safe for use by several threads, as Kafka Streams does with
 * one serde. A null value is a tombstone both ways. Closing it closes nothing: the registry belongs to whoever made it.
 *
 * <p>The serializer registers the class's plain schema under {@code <topic>-value} with the first record of each topic
 * and throws what {@link SchemaRegistry#register} and {@link RecordEncoder#encode} throw. The deserializer reads any
 * writer's schema and throws what {@link RecordDecoder#decode} throws.
 */
public final class AvroSerde<T extends SpecificRecord> implements Serde<T> {

    private final Class<T> type;
    private final SchemaRegistry registry;
    private final RecordDecoder<T> decoder;
    private final Map<String, RecordEncoder<T>> encoders = new ConcurrentHashMap<>();
    private final Serializer<T> serializer = this::serialize;
    private final Deserializer<T> deserializer = this::deserialize;

    public AvroSerde(Class<T> type, SchemaRegistry registry) {
        this.type = type;
        this.registry = registry;
        this.decoder = new RecordDecoder<>(type, registry);
    }

    /** The subject of a topic's values. */
    public static String valueSubject(String topic) {
        return topic + "-value";
    }

    /**
     * Registers the schema for a topic now and prepares for all writer schemas it has had, so that neither reading nor
     * writing needs the registry later for what is known today.
     */
    public void warm(String topic) {
        encoderOf(topic);
        decoder.warm(valueSubject(topic));
    }

    @Override
    public Serializer<T> serializer() {
        return serializer;
    }

    @Override
    public Deserializer<T> deserializer() {
        return deserializer;
    }

    private byte[] serialize(String topic, T value) {
        return value == null ? null : encoderOf(topic).encode(value);
    }

    private T deserialize(String topic, byte[] record) {
        return record == null ? null : decoder.decode(record);
    }

    private RecordEncoder<T> encoderOf(String topic) {
        RecordEncoder<T> encoder = encoders.get(topic);
        if (encoder == null) {
            String schema = SchemaText.plain(SpecificData.getForClass(type).getSchema(type));
            encoder = new RecordEncoder<>(type, registry.register(valueSubject(topic), schema));
            encoders.put(topic, encoder);
        }
        return encoder;
    }
}
