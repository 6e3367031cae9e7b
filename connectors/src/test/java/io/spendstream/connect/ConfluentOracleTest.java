package io.spendstream.connect;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.sandbox.registry.DevelopmentRegistry;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.WireFormat;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.connect.data.Field;
import org.apache.kafka.connect.data.Schema;
import org.apache.kafka.connect.data.SchemaAndValue;
import org.apache.kafka.connect.data.Struct;
import org.apache.kafka.connect.storage.Converter;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Confluent's own converter 7.7.0, with its serializer and its client of the registry, reads what is written here and
 * writes what is read here. Its classes are alone in a loader of their own, with an Avro and a Jackson of their own.
 */
class ConfluentOracleTest {

    private static final Path ORACLE = Path.of("target", "oracle", "snowflake-kafka-connector.jar");
    private static final String CONVERTER = "io.confluent.connect.avro.AvroConverter";

    @TempDir
    static Path directory;

    private static DevelopmentRegistry server;
    private static SchemaRegistry registry;
    private static URLClassLoader classes;
    private static Converter confluents;
    private static final AvroConverter OURS = new AvroConverter();

    static Stream<SpecificRecord> records() {
        return AvroConverterTest.records();
    }

    @BeforeAll
    static void start() throws Exception {
        assertThat(Files.exists(ORACLE))
                .as("the build puts it there: " + ORACLE)
                .isTrue();
        server = new DevelopmentRegistry(directory.resolve("registry.json"), 0);
        registry = new ConfluentSchemaRegistry(server.url().toString());
        classes = new URLClassLoader(new URL[] {ORACLE.toUri().toURL()}, new OnlyKafka());
        confluents = (Converter)
                classes.loadClass(CONVERTER).getDeclaredConstructor().newInstance();
        Map<String, String> config = Map.of("schema.registry.url", server.url().toString());
        // As a worker does around a plugin: defaults of its configuration are names of its classes.
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(classes);
        try {
            confluents.configure(
                    Map.of(
                            "schema.registry.url",
                            server.url().toString(),
                            // Without it, it writes enums as texts, which no reader of our topics takes for them.
                            "enhanced.avro.schema.support",
                            "true",
                            "connect.meta.data",
                            "false"),
                    false);
        } finally {
            thread.setContextClassLoader(before);
        }
        OURS.configure(config, false);
    }

    @AfterAll
    static void stop() throws Exception {
        OURS.close();
        registry.close();
        server.close();
        classes.close();
    }

    /** What both know: Java, Kafka's interfaces, and the log. */
    private static final class OnlyKafka extends ClassLoader {

        private final ClassLoader all = ConfluentOracleTest.class.getClassLoader();

        OnlyKafka() {
            super(ClassLoader.getPlatformClassLoader());
        }

        @Override
        protected Class<?> findClass(String name) throws ClassNotFoundException {
            if (name.startsWith("org.apache.kafka.") || name.startsWith("org.slf4j.")) {
                return all.loadClass(name);
            }
            throw new ClassNotFoundException(name);
        }
    }

    @ParameterizedTest
    @MethodSource("records")
    void its_converter_reads_our_records_as_ours_does(SpecificRecord record) {
        String topic = "read-" + record.getSchema().getName();
        byte[] bytes = written(topic, record);

        SchemaAndValue its = confluents.toConnectData(topic, bytes);
        SchemaAndValue ours = OURS.toConnectData(topic, bytes);

        assertThat(plain(its.value())).isEqualTo(plain(ours.value()));
        assertThat(shape(its.schema())).isEqualTo(shape(ours.schema()));
    }

    @ParameterizedTest
    @MethodSource("records")
    void what_its_serializer_writes_is_read_here(SpecificRecord record) {
        String topic = "written-" + record.getSchema().getName();
        SchemaAndValue data = confluents.toConnectData(topic, written(topic, record));

        byte[] bytes = confluents.fromConnectData(topic, data.schema(), data.value());

        assertThat(plain(OURS.toConnectData(topic, bytes).value())).isEqualTo(plain(data.value()));
        assertThat(new AvroSerde<>(record.getClass(), registry).deserializer().deserialize(topic, bytes))
                .isEqualTo(record);
    }

    @ParameterizedTest
    @MethodSource("records")
    void what_our_converter_writes_it_reads(SpecificRecord record) {
        String topic = "through-" + record.getSchema().getName();
        byte[] bytes = written(topic, record);
        SchemaAndValue data = OURS.toConnectData(topic, bytes);

        byte[] again = OURS.fromConnectData(topic, data.schema(), data.value());

        assertThat(WireFormat.schemaId(again)).isEqualTo(WireFormat.schemaId(bytes));
        assertThat(plain(confluents.toConnectData(topic, again).value())).isEqualTo(plain(data.value()));
    }

    @SuppressWarnings("unchecked")
    private static <T extends SpecificRecord> byte[] written(String topic, T record) {
        return new AvroSerde<>((Class<T>) record.getClass(), registry)
                .serializer()
                .serialize(topic, record);
    }

    /** A value without its schema, whose parameters and documentation differ by converter. */
    private static Object plain(Object value) {
        if (value instanceof Struct struct) {
            Map<String, Object> fields = new TreeMap<>();
            for (Field field : struct.schema().fields()) {
                fields.put(field.name(), plain(struct.get(field)));
            }
            return fields;
        }
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> entries = new TreeMap<>();
            map.forEach((key, entry) -> entries.put(key, plain(entry)));
            return entries;
        }
        if (value instanceof List<?> list) {
            List<Object> entries = new ArrayList<>();
            list.forEach(entry -> entries.add(plain(entry)));
            return entries;
        }
        return value;
    }

    private static String shape(Schema schema) {
        String optional = schema.isOptional() ? "?" : "";
        return switch (schema.type()) {
            case STRUCT ->
                schema.name()
                        + optional
                        + schema.fields().stream()
                                .map(field -> field.name() + ": " + shape(field.schema()))
                                .toList();
            case MAP -> "map" + optional + "<" + shape(schema.valueSchema()) + ">";
            case ARRAY -> "array" + optional + "<" + shape(schema.valueSchema()) + ">";
            case INT32, INT64 -> schema.type() + optional + (schema.name() == null ? "" : " " + schema.name());
            default -> schema.type() + optional;
        };
    }
}
