package io.spendstream.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.type;

import io.spendstream.schema.DecodeException.Reason;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.UsageEvent;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumReader;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AvroSerdeTest {

    private static final String TOPIC = "usage-events";
    private static final Instant TIME = Instant.parse("2026-11-22T10:00:00.123Z");

    private final SchemaRegistry registry = new ConfluentSchemaRegistry("mock://" + UUID.randomUUID());
    private final AvroSerde<UsageEvent> serde = new AvroSerde<>(UsageEvent.class, registry);

    static Stream<Schema> current() {
        return Schemas.current().stream();
    }

    @ParameterizedTest
    @MethodSource("current")
    void everyRecordTypeComesBackAsItWas(Schema schema) throws IOException {
        roundTrip(classOf(schema), schema);
    }

    private <T extends SpecificRecord> void roundTrip(Class<T> type, Schema schema) throws IOException {
        // Given
        AvroSerde<T> serde = new AvroSerde<>(type, registry);
        RandomRecords random = new RandomRecords(7);
        for (int i = 0; i < 200; i++) {
            T record = type.cast(random.of(schema));

            // When
            byte[] bytes = serde.serializer().serialize("t", record);

            // Then Avro's own reader agrees
            assertThat(serde.deserializer().deserialize("t", bytes)).isEqualTo(record);
            assertThat(new SpecificDatumReader<T>(schema, schema, SpecificData.getForClass(type))
                            .read(null, DecoderFactory.get().binaryDecoder(bytes, 5, bytes.length - 5, null)))
                    .isEqualTo(record);
        }
    }

    private static Class<? extends SpecificRecord> classOf(Schema schema) {
        try {
            return Class.forName(schema.getFullName()).asSubclass(SpecificRecord.class);
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void registersThePlainSchemaUnderTheTopicsSubjectAndWritesItsId() {
        // Given
        UsageEvent event = event();

        // When
        byte[] bytes = serde.serializer().serialize("p.usage-events", event);

        // Then
        Map<Integer, String> versions = registry.versions("p.usage-events-value");
        assertThat(versions).containsOnlyKeys(WireFormat.schemaId(bytes));
        assertThat(versions.values())
                .singleElement()
                .asString()
                .doesNotContain("avro.java.string")
                .contains("\"logicalType\":\"timestamp-millis\"")
                .contains("\"doc\":\"Whose money.\"");
    }

    @ParameterizedTest
    @MethodSource("current")
    void thePlainSchemaDiffersFromTheClassesInItsStringsOnly(Schema schema) {
        // When
        String plain = SchemaText.plain(schema);

        // Then
        Schema parsed = new Schema.Parser().parse(plain);
        assertThat(plain).doesNotContain("avro.java.string");
        assertThat(parsed.toString()).isEqualTo(plain);
        assertThat(org.apache.avro.SchemaNormalization.toParsingForm(parsed))
                .isEqualTo(org.apache.avro.SchemaNormalization.toParsingForm(schema));
    }

    @Test
    void aNullIsATombstoneBothWays() {
        assertThat(serde.serializer().serialize(TOPIC, null)).isNull();
        assertThat(serde.deserializer().deserialize(TOPIC, null)).isNull();
    }

    @Test
    void aWriterWithFewerAndReorderedFieldsIsReadWithDefaults() {
        // Given
        Schema writer = SchemaBuilder.record("io.spendstream.v1.UsageEvent")
                .fields()
                .requiredString("model")
                .requiredInt("output_tokens")
                .requiredLong("time")
                .requiredString("feature")
                .requiredString("id")
                .endRecord();
        GenericRecord record = new GenericData.Record(writer);
        record.put("model", "m");
        record.put("output_tokens", 7);
        record.put("time", TIME.toEpochMilli());
        record.put("feature", "f");
        record.put("id", "e1");

        // When
        UsageEvent event = serde.deserializer().deserialize(TOPIC, written(writer, record));

        // Then
        assertThat(event)
                .isEqualTo(UsageEvent.newBuilder()
                        .setId("e1")
                        .setTime(TIME)
                        .setFeature("f")
                        .setModel("m")
                        .setOutputTokens(7)
                        .build());
        assertThat(event.getTenant()).isEqualTo("default");
        assertThat(event.getAttempt()).isEqualTo(1);
        assertThat(event.getTags()).isEmpty();
    }

    @Test
    void aWriterWithExtraFieldsOfEveryKindAndNewEnumSymbolsIsRead() {
        // Given
        Schema writer = SchemaBuilder.record("acme.UsageEvent")
                .fields()
                .name("extra_map")
                .type()
                .map()
                .values()
                .array()
                .items()
                .stringType()
                .noDefault()
                .name("extra_bytes")
                .type()
                .bytesType()
                .noDefault()
                .requiredString("id")
                .requiredString("extra_text")
                .requiredLong("time")
                .name("extra_fixed")
                .type()
                .fixed("F")
                .size(3)
                .noDefault()
                .requiredString("feature")
                .optionalDouble("extra_number")
                .requiredString("model")
                .name("service_tier")
                .type()
                .enumeration("ServiceTier")
                .symbols("TURBO", "BATCH")
                .noDefault()
                .requiredString("tenant")
                .endRecord();
        GenericRecord record = new GenericData.Record(writer);
        record.put("extra_map", Map.of("k", List.of("a", "b")));
        record.put("extra_bytes", java.nio.ByteBuffer.wrap(new byte[] {1, 2}));
        record.put("id", "e1");
        record.put("extra_text", "x");
        record.put("time", TIME.toEpochMilli());
        record.put(
                "extra_fixed",
                new GenericData.Fixed(writer.getField("extra_fixed").schema(), new byte[3]));
        record.put("feature", "f");
        record.put("extra_number", 1.5);
        record.put("model", "m");
        record.put(
                "service_tier",
                new GenericData.EnumSymbol(writer.getField("service_tier").schema(), "TURBO"));
        record.put("tenant", "t");

        // When
        UsageEvent event = serde.deserializer().deserialize(TOPIC, written(writer, record));

        // Then
        assertThat(event.getId()).isEqualTo("e1");
        assertThat(event.getTime()).isEqualTo(TIME);
        assertThat(event.getTenant()).isEqualTo("t");
        assertThat(event.getServiceTier()).isEqualTo(ServiceTier.STANDARD);
    }

    @Test
    void writersWithDifferentSchemasMixInOneTopic() {
        // Given
        Schema writer = SchemaBuilder.record("UsageEvent")
                .fields()
                .requiredString("id")
                .requiredLong("time")
                .requiredString("feature")
                .requiredString("model")
                .endRecord();
        GenericRecord old = new GenericData.Record(writer);
        old.put("id", "old");
        old.put("time", 0L);
        old.put("feature", "f");
        old.put("model", "m");
        byte[] oldBytes = written(writer, old);
        byte[] newBytes = serde.serializer().serialize(TOPIC, event());

        // When / Then
        for (int i = 0; i < 3; i++) {
            assertThat(serde.deserializer().deserialize(TOPIC, oldBytes).getId())
                    .isEqualTo("old");
            assertThat(serde.deserializer().deserialize(TOPIC, newBytes)).isEqualTo(event());
        }
    }

    @Test
    void aWriterThatLacksARequiredFieldIsIncompatible() {
        // Given
        Schema writer =
                SchemaBuilder.record("UsageEvent").fields().requiredString("id").endRecord();
        GenericRecord record = new GenericData.Record(writer);
        record.put("id", "e1");

        // When / Then
        assertRefused(written(writer, record), Reason.INCOMPATIBLE_SCHEMA, "missing required field");
    }

    @Test
    void aWriterOfSomethingElseIsIncompatible() {
        // Given
        int id = registry.register("other-value", "\"string\"");

        // When / Then
        assertRefused(WireFormat.record(id, new byte[] {2, 'a'}), Reason.INCOMPATIBLE_SCHEMA, "as UsageEvent");
    }

    @Test
    void anUnknownIdIsNamed() {
        assertRefused(WireFormat.record(4711, new byte[3]), Reason.UNKNOWN_SCHEMA, "4711");
    }

    @Test
    void bytesOutsideTheWireFormatAreRefused() {
        assertRefused("{\"id\":\"e1\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8), Reason.WIRE_FORMAT, "0x7b");
        assertRefused(new byte[0], Reason.WIRE_FORMAT, "0 bytes");
    }

    @Test
    void everyCutOffRecordIsBadAvro() {
        // Given
        byte[] bytes = serde.serializer().serialize(TOPIC, event());

        // When / Then
        for (int length = WireFormat.HEADER_LENGTH; length < bytes.length; length++) {
            assertRefused(Arrays.copyOf(bytes, length), Reason.BAD_AVRO, "do not follow schema");
        }
    }

    @Test
    void bytesAfterTheRecordAreRefused() {
        // Given
        byte[] bytes = serde.serializer().serialize(TOPIC, event());

        // When / Then
        assertRefused(Arrays.copyOf(bytes, bytes.length + 2), Reason.TRAILING_BYTES, "2 bytes follow the UsageEvent");
    }

    @Test
    void garbageIsRefusedAndNothingElseHappens() {
        // Given
        byte[] bytes = serde.serializer().serialize(TOPIC, event());
        java.util.Random random = new java.util.Random(11);

        // When / Then
        for (int i = 0; i < 20_000; i++) {
            byte[] mangled = bytes.clone();
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                mangled[random.nextInt(WireFormat.HEADER_LENGTH, mangled.length)] = (byte) random.nextInt();
            }
            try {
                serde.deserializer().deserialize(TOPIC, mangled);
            } catch (DecodeException e) {
                assertThat(e.reason()).isIn(Reason.BAD_AVRO, Reason.TRAILING_BYTES);
            }
        }
    }

    @Test
    void aRecordThatCannotBeEncodedLeavesNothingForTheNext() {
        // Given
        UsageEvent broken = event();
        broken.setFeature(null);
        byte[] before = serde.serializer().serialize(TOPIC, event());

        // When
        assertThatThrownBy(() -> serde.serializer().serialize(TOPIC, broken))
                .isInstanceOf(SerializationException.class)
                .hasMessageContaining("UsageEvent cannot be encoded")
                .hasMessageContaining("feature");

        // Then
        assertThat(serde.serializer().serialize(TOPIC, event())).isEqualTo(before);
    }

    @Test
    void aLargeRecordIsEncodedWholeAndASmallOneAfterItToo() {
        // Given
        UsageEvent large = event();
        large.setTags(Map.of("k", "x".repeat(500_000)));
        byte[] small = serde.serializer().serialize(TOPIC, event());

        // When
        byte[] bytes = serde.serializer().serialize(TOPIC, large);

        // Then
        assertThat(serde.deserializer().deserialize(TOPIC, bytes)).isEqualTo(large);
        assertThat(serde.serializer().serialize(TOPIC, event())).isEqualTo(small);
    }

    @Test
    void onceWarmItNeedsTheRegistryNoMore() {
        // Given
        byte[] bytes = new AvroSerde<>(UsageEvent.class, registry).serializer().serialize(TOPIC, event());
        SwitchableRegistry switchable = new SwitchableRegistry(registry);
        AvroSerde<UsageEvent> warm = new AvroSerde<>(UsageEvent.class, switchable);
        warm.warm(TOPIC);

        // When
        switchable.down = true;

        // Then
        assertThat(warm.deserializer().deserialize(TOPIC, bytes)).isEqualTo(event());
        assertThat(warm.serializer().serialize(TOPIC, event())).isEqualTo(bytes);
    }

    @Test
    void anIdThatIsNewWhileTheRegistryIsDownIsNotAnUnknownSchema() {
        // Given
        byte[] bytes = serde.serializer().serialize(TOPIC, event());
        SwitchableRegistry switchable = new SwitchableRegistry(registry);
        AvroSerde<UsageEvent> cold = new AvroSerde<>(UsageEvent.class, switchable);
        switchable.down = true;

        // When / Then
        assertThatThrownBy(() -> cold.deserializer().deserialize(TOPIC, bytes))
                .isInstanceOf(RegistryUnavailableException.class);
        switchable.down = false;
        assertThat(cold.deserializer().deserialize(TOPIC, bytes)).isEqualTo(event());
    }

    @Test
    void oneSerdeServesManyThreads() throws Exception {
        // Given
        List<UsageEvent> events = IntStream.range(0, 500)
                .mapToObj(i -> {
                    UsageEvent event = event();
                    event.setId("e" + i);
                    event.setTags(Map.of("t", "x".repeat(i)));
                    return event;
                })
                .toList();
        Callable<Boolean> roundTrips = () -> events.stream()
                .allMatch(event -> serde.deserializer()
                        .deserialize(TOPIC, serde.serializer().serialize(TOPIC, event))
                        .equals(event));
        ExecutorService threads = Executors.newFixedThreadPool(4);

        // When
        List<Future<Boolean>> results = threads.invokeAll(List.of(roundTrips, roundTrips, roundTrips, roundTrips));
        threads.shutdown();

        // Then
        for (Future<Boolean> result : results) {
            assertThat(result.get()).isTrue();
        }
    }

    private void assertRefused(byte[] bytes, Reason reason, String message) {
        assertThatThrownBy(() -> serde.deserializer().deserialize(TOPIC, bytes))
                .asInstanceOf(type(DecodeException.class))
                .satisfies(e -> assertThat(e.reason()).isEqualTo(reason))
                .satisfies(e -> assertThat(e).hasMessageContaining(message));
    }

    private byte[] written(Schema writer, GenericRecord record) {
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
            new GenericDatumWriter<>(writer).write(record, encoder);
            String subject = "subject-" + writer.hashCode();
            return WireFormat.record(registry.register(subject, writer.toString()), out.toByteArray());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static UsageEvent event() {
        return UsageEvent.newBuilder()
                .setId("e1")
                .setTime(TIME)
                .setFeature("chat")
                .setModel("m")
                .setInputTokens(1_200)
                .setOutputTokens(300)
                .setTags(Map.of("env", "prod"))
                .build();
    }

    /** A registry that can be switched off. */
    private static final class SwitchableRegistry implements SchemaRegistry {

        private final SchemaRegistry registry;
        private boolean down;

        SwitchableRegistry(SchemaRegistry registry) {
            this.registry = registry;
        }

        @Override
        public int register(String subject, String schemaJson) {
            return up().register(subject, schemaJson);
        }

        @Override
        public String schemaById(int id) throws UnknownSchemaException {
            return up().schemaById(id);
        }

        @Override
        public Map<Integer, String> versions(String subject) {
            return up().versions(subject);
        }

        @Override
        public void setCompatibility(String subject, String level) {
            up().setCompatibility(subject, level);
        }

        @Override
        public void close() {
            registry.close();
        }

        private SchemaRegistry up() {
            if (down) {
                throw new RegistryUnavailableException("switched off", null);
            }
            return registry;
        }
    }
}
