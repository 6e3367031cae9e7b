package io.spendstream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.sun.management.ThreadMXBean;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.usage.UsageRecords;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaBuilder;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.specific.SpecificDatumReader;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventDecoderTest {

    private static final Schema OURS = UsageEvent.getClassSchema();
    /** A record of a kilobyte never needs more; a claim of gigabytes would stand out. */
    private static final long ALLOCATED_BYTES_MAX = 4 << 20;

    private final NameCache names = new NameCache();

    /** The same fields with another name or type, or others; null leaves one out. */
    private static Schema writer(
            String name, String namespace, UnaryOperator<Schema.Field> change, Schema.Field... more) {
        List<Schema.Field> fields = new ArrayList<>();
        for (Schema.Field field : OURS.getFields()) {
            Schema.Field changed = change.apply(field);
            if (changed != null) {
                fields.add(new Schema.Field(changed.name(), changed.schema()));
            }
        }
        fields.addAll(Arrays.asList(more));
        return Schema.createRecord(name, null, namespace, false, fields);
    }

    private static Schema writer(UnaryOperator<Schema.Field> change, Schema.Field... more) {
        return writer("UsageEvent", "io.spendstream.v1", change, more);
    }

    private static UnaryOperator<Schema.Field> retyped(String field, Schema type) {
        return f -> f.name().equals(field) ? new Schema.Field(field, type) : f;
    }

    private static Schema shuffled(long seed) {
        List<Schema.Field> fields = new ArrayList<>(OURS.getFields());
        Collections.shuffle(fields, new Random(seed));
        return Schema.createRecord(
                "UsageEvent",
                null,
                "io.spendstream.v1",
                false,
                fields.stream().map(f -> new Schema.Field(f.name(), f.schema())).toList());
    }

    static Stream<Arguments> writers() {
        Schema node = SchemaBuilder.record("Node")
                .fields()
                .name("next")
                .type()
                .unionOf()
                .nullType()
                .and()
                .type("Node")
                .endUnion()
                .noDefault()
                .endRecord();
        return Stream.of(
                Arguments.of("ours", OURS),
                Arguments.of("fields in another order", shuffled(1)),
                Arguments.of("fields in yet another order", shuffled(2)),
                Arguments.of(
                        "only what is required",
                        writer(f -> List.of("id", "time", "feature", "model").contains(f.name()) ? f : null)),
                Arguments.of("some left out", writer(f -> f.pos() % 3 == 2 && f.hasDefaultValue() ? null : f)),
                Arguments.of(
                        "an extra text", writer(f -> f, new Schema.Field("extra", Schema.create(Schema.Type.STRING)))),
                Arguments.of(
                        "an extra record and arrays",
                        writer(
                                f -> f,
                                new Schema.Field("node", node),
                                new Schema.Field("longs", Schema.createArray(Schema.create(Schema.Type.LONG))),
                                new Schema.Field("texts", Schema.createMap(Schema.create(Schema.Type.STRING))))),
                Arguments.of("an int for a long", writer(retyped("input_tokens", Schema.create(Schema.Type.INT)))),
                Arguments.of(
                        "a text for a text or null", writer(retyped("provider", Schema.create(Schema.Type.STRING)))),
                Arguments.of(
                        "null last in a union",
                        writer(retyped(
                                "user",
                                Schema.createUnion(
                                        Schema.create(Schema.Type.STRING), Schema.create(Schema.Type.NULL))))),
                Arguments.of(
                        "a float for a double",
                        writer(retyped(
                                "quality_score",
                                Schema.createUnion(
                                        Schema.create(Schema.Type.NULL), Schema.create(Schema.Type.FLOAT))))),
                Arguments.of(
                        "symbols in another order, with a new one",
                        writer(retyped(
                                "status",
                                Schema.createEnum(
                                        "Status",
                                        null,
                                        "io.spendstream.v1",
                                        List.of("REFUSED", "ABORTED", "SUCCESS", "ERROR"))))));
    }

    /** What Avro itself makes of the bytes, by way of the generated class. */
    private static UsageRecord byAvro(byte[] bytes, Schema writer) throws IOException {
        UsageEvent event = new SpecificDatumReader<UsageEvent>(writer, OURS)
                .read(null, DecoderFactory.get().binaryDecoder(bytes, null));
        UsageRecord record = UsageRecords.of(event);
        if (event.getLatencyMs() != null && event.getLatencyMs() == UsageRecord.NO_LATENCY) {
            record.latencyMs = Long.MIN_VALUE; // a latency of -1 is wrong, not absent
        }
        return record;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writers")
    void eventsOfAnyCompatibleWriterAreReadAsAvroReadsThem(String what, Schema writer) throws IOException {
        EventDecoder decoder = EventDecoder.of(writer, names);
        RandomEvents random = new RandomEvents(11);
        for (int i = 0; i < 500; i++) {
            // Given
            byte[] bytes = RandomEvents.encode(random.of(writer), i % 2 == 0);

            // When
            UsageRecord event = decoder.decode(withHeader(bytes), 5);

            // Then
            assertThat(RandomEvents.describe(event)).isEqualTo(RandomEvents.describe(byAvro(bytes, writer)));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void thousandsOfRandomEventsAreReadAsAvroReadsThem(long seed) throws IOException {
        EventDecoder decoder = EventDecoder.of(OURS, names);
        RandomEvents random = new RandomEvents(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] bytes = RandomEvents.encode(random.of(OURS), i % 2 == 0);
            assertThat(RandomEvents.describe(decoder.decode(bytes, 0)))
                    .isEqualTo(RandomEvents.describe(byAvro(bytes, OURS)));
        }
    }

    private static byte[] withHeader(byte[] bytes) {
        byte[] record = new byte[bytes.length + 5];
        System.arraycopy(bytes, 0, record, 5, bytes.length);
        return record;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writers")
    void everyTruncationIsMalformed(String what, Schema writer) {
        // Given
        EventDecoder decoder = EventDecoder.of(writer, names);
        byte[] whole = RandomEvents.encode(new RandomEvents(5).of(writer), false);

        for (int length = 0; length < whole.length; length++) {
            byte[] cut = Arrays.copyOf(whole, length);

            // When, Then
            assertThatExceptionOfType(AvroInput.Malformed.class)
                    .as("%d of %d bytes", length, whole.length)
                    .isThrownBy(() -> decoder.decode(cut, 0));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writers")
    void bytesLeftOverAreMalformed(String what, Schema writer) {
        byte[] whole = RandomEvents.encode(new RandomEvents(6).of(writer), false);
        assertThatExceptionOfType(AvroInput.Malformed.class)
                .isThrownBy(() -> EventDecoder.of(writer, names).decode(Arrays.copyOf(whole, whole.length + 1), 0))
                .withMessageContaining("left over");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("writers")
    void damagedBytesAreDecodedOrMalformedAndNeverAskForMuchMemory(String what, Schema writer) {
        Random random = new Random(what.hashCode());
        RandomEvents events = new RandomEvents(random.nextLong());
        EventDecoder decoder = EventDecoder.of(writer, names);
        for (int i = 0; i < 2_000; i++) {
            // Given
            byte[] bytes = RandomEvents.encode(events.of(writer), i % 2 == 0);
            for (int n = 1 + random.nextInt(4); n > 0; n--) {
                int at = random.nextInt(bytes.length);
                bytes[at] = (byte) (random.nextBoolean() ? random.nextInt() : bytes[at] ^ 1 << random.nextInt(8));
            }

            // When, Then
            decodeOrMalformed(decoder, bytes);
        }
    }

    private static void decodeOrMalformed(EventDecoder decoder, byte[] bytes) {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        try {
            decoder.decode(bytes, 0);
        } catch (AvroInput.Malformed e) {
            assertThat(e.getMessage()).isNotEmpty();
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before)
                .as("bytes allocated for a record of %d", bytes.length)
                .isLessThan(ALLOCATED_BYTES_MAX);
    }

    /** The varint of 2,147,483,639 as the length of the id, of an array, of a map: a dozen bytes claim gigabytes. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("writers")
    void aClaimOfGigabytesAllocatesNothing(String what, Schema writer) {
        // Given
        EventDecoder decoder = EventDecoder.of(writer, names);
        byte[] whole = RandomEvents.encode(new RandomEvents(7).of(writer), false);
        byte[] twoGigabytes = {(byte) 0xee, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x0f};

        for (int at = 0; at + twoGigabytes.length <= whole.length; at++) {
            byte[] claim = whole.clone();
            System.arraycopy(twoGigabytes, 0, claim, at, twoGigabytes.length);

            // When, Then
            Assertions.assertTimeout(Duration.ofSeconds(5), () -> decodeOrMalformed(decoder, claim));
        }
    }

    /** A million levels in a megabyte: whoever reads them one inside the other runs out of stack. */
    @Test
    void nestingWithoutEndIsMalformedOrPassedOver() {
        // Given
        Schema node = SchemaBuilder.record("Node")
                .fields()
                .name("next")
                .type()
                .unionOf()
                .nullType()
                .and()
                .type("Node")
                .endUnion()
                .noDefault()
                .endRecord();
        Schema writer = writer(f -> f, new Schema.Field("node", node));
        GenericRecord event = new RandomEvents(8).of(writer);
        event.put("node", new GenericData.Record(node)); // next: null
        byte[] shallow = RandomEvents.encode(event, false);
        byte[] deep = Arrays.copyOf(shallow, shallow.length + 1_000_000);
        Arrays.fill(deep, shallow.length - 1, deep.length - 1, (byte) 2);
        deep[deep.length - 1] = 0;

        // When, Then
        EventDecoder decoder = EventDecoder.of(writer, names);
        try {
            assertThat(decoder.decode(deep, 0).id).isEqualTo(decoder.decode(shallow, 0).id);
        } catch (AvroInput.Malformed e) {
            assertThat(e).hasMessageContaining("StackOverflow");
        }
    }

    @Test
    void whatAWriterDoesNotSayHasItsDefault() {
        // Given
        Schema writer = writer(f -> List.of("id", "time", "feature", "model").contains(f.name()) ? f : null);
        GenericRecord event = new GenericData.Record(writer);
        event.put("id", "e");
        event.put("time", 5L);
        event.put("feature", "chat");
        event.put("model", "m");

        // When
        UsageRecord read = EventDecoder.of(writer, names).decode(RandomEvents.encode(event, false), 0);

        // Then
        UsageRecord expected = new UsageRecord();
        expected.id = "e";
        expected.timeMs = 5;
        expected.dimension(Dimension.TENANT, "default");
        expected.dimension(Dimension.FEATURE, "chat");
        expected.dimension(Dimension.MODEL, "m");
        expected.dimension(Dimension.OPERATION, "chat");
        expected.dimension(Dimension.SERVICE_TIER, "STANDARD");
        assertThat(RandomEvents.describe(read)).isEqualTo(RandomEvents.describe(expected));
        assertThat(read.quantity(Meter.INPUT_TOKENS)).isZero();
    }

    @Test
    void anUnknownStatusOfANewerWriterIsTheDefaultAndATierOfItsOwnToo() {
        // Given
        Schema writer = writer(retyped(
                "service_tier",
                Schema.createEnum("ServiceTier", null, "io.spendstream.v1", List.of("TURBO", "BATCH"))));
        GenericRecord event = new RandomEvents(9).of(writer);
        event.put(
                "service_tier",
                new GenericData.EnumSymbol(writer.getField("service_tier").schema(), "TURBO"));

        // Then
        assertThat(EventDecoder.of(writer, names)
                        .decode(RandomEvents.encode(event, false), 0)
                        .dimension(Dimension.SERVICE_TIER))
                .isEqualTo("STANDARD");
    }

    /** Registered by hand as a union of one: odd, and readable. */
    @Test
    void aUnionOfOneRecordIsRead() throws IOException {
        Schema writer = Schema.createUnion(OURS);
        GenericRecord event = new RandomEvents(10).of(OURS);
        byte[] record = RandomEvents.encode(event, false);
        byte[] branchAndRecord = new byte[record.length + 1];
        System.arraycopy(record, 0, branchAndRecord, 1, record.length);

        assertThat(RandomEvents.describe(EventDecoder.of(writer, names).decode(branchAndRecord, 0)))
                .isEqualTo(RandomEvents.describe(byAvro(record, OURS)));
    }

    static Stream<Arguments> incompatible() {
        return Stream.of(
                Arguments.of("no id", writer(f -> f.name().equals("id") ? null : f)),
                Arguments.of("no model", writer(f -> f.name().equals("model") ? null : f)),
                Arguments.of("a text for a count", writer(retyped("input_tokens", Schema.create(Schema.Type.STRING)))),
                Arguments.of("another record's name", writer("Invoice", "io.spendstream.v1", f -> f)),
                Arguments.of("a text", Schema.create(Schema.Type.STRING)),
                Arguments.of("an enum", Schema.createEnum("UsageEvent", null, "io.spendstream.v1", List.of("A"))),
                Arguments.of("a union with null", Schema.createUnion(Schema.create(Schema.Type.NULL), OURS)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("incompatible")
    void aWriterThatCannotBeReadIsRefusedWithAReason(String what, Schema writer) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventDecoder.of(writer, names))
                .withMessageContaining("cannot be read as io.spendstream.v1.UsageEvent");
    }

    @Test
    void aWriterOfAnotherNamespaceIsReadItsEnumsToo() {
        // Given
        Schema withoutEnums =
                writer("UsageEvent", "com.acme", f -> f.schema().getType() == Schema.Type.ENUM ? null : f);
        Schema withEnums = writer(
                "UsageEvent",
                "com.acme",
                retyped("status", Schema.createEnum("Status", null, "com.acme", List.of("SUCCESS", "ERROR"))));

        // Then
        GenericRecord event = new RandomEvents(12).of(withoutEnums);
        assertThat(EventDecoder.of(withoutEnums, names).decode(RandomEvents.encode(event, false), 0).id)
                .isEqualTo(event.get("id"));
        for (long seed = 0; seed < 6; seed++) {
            GenericRecord other = new RandomEvents(seed).of(withEnums);
            assertThat(EventDecoder.of(withEnums, names).decode(RandomEvents.encode(other, false), 0).status)
                    .hasToString(other.get("status").toString());
        }
    }
}
