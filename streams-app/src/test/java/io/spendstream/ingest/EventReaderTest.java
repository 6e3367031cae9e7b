package io.spendstream.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.FakeRegistry;
import io.spendstream.Usages;
import io.spendstream.schema.WireFormat;
import io.spendstream.topic.Topics;
import io.spendstream.v1.UsageEvent;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericRecord;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventReaderTest {

    private static final Schema OURS = UsageEvent.getClassSchema();
    private static final byte[] KEY = "e".getBytes(StandardCharsets.UTF_8);
    private static final int ID = 7;

    private final FakeRegistry registry = new FakeRegistry();
    private long nowMs;
    private final EventReader reader =
            new EventReader(new WriterSchemas(registry, () -> nowMs), new EventRules(Horizon.DEFAULT));

    @BeforeEach
    void register() {
        registry.put(ID, OURS.toString());
    }

    private static byte[] event(int schemaId, String id) {
        UsageEvent event = UsageEvent.newBuilder()
                .setId(id)
                .setTime(Instant.ofEpochMilli(Usages.MIDNIGHT_MS))
                .setFeature("chat")
                .setModel("m")
                .build();
        return WireFormat.record(schemaId, encode(event));
    }

    private static byte[] encode(UsageEvent event) {
        GenericRecord generic = new GenericData.Record(OURS);
        for (Schema.Field field : OURS.getFields()) {
            Object value = event.get(field.pos());
            generic.put(
                    field.pos(),
                    value instanceof Instant time
                            ? (Object) time.toEpochMilli()
                            : value instanceof Enum<?> symbol
                                    ? new GenericData.EnumSymbol(field.schema(), symbol.name())
                                    : value);
        }
        return RandomEvents.encode(generic, false);
    }

    private Verdict read(byte[] value) {
        return reader.read(KEY, value, Usages.MIDNIGHT_MS);
    }

    private static void assertRejected(Verdict verdict, Rejection reason, String... words) {
        assertThat(verdict).isInstanceOfSatisfying(Verdict.Rejected.class, rejected -> {
            assertThat(rejected.fault().reason()).isEqualTo(reason);
            assertThat(rejected.fault().toString()).isNotEmpty();
            Arrays.stream(words)
                    .forEach(word -> assertThat(rejected.fault().toString()).contains(word));
        });
    }

    @Test
    void aValidEventIsAccepted() {
        assertThat(read(event(ID, "e")))
                .isInstanceOfSatisfying(
                        Verdict.Accepted.class,
                        accepted -> assertThat(accepted.event().id).isEqualTo("e"));
    }

    @Test
    void theKeyMustBeThereAndIsNotComparedWithTheId() {
        assertRejected(reader.read(null, event(ID, "e"), 0), Rejection.MISSING_KEY, "no key");
        assertRejected(reader.read(new byte[0], event(ID, "e"), 0), Rejection.MISSING_KEY);
        assertThat(read(event(ID, "another"))).isInstanceOf(Verdict.Accepted.class);
    }

    /** Before anything else is asked: it can neither wait nor be passed on whole. */
    @Test
    void aRecordLargerThanAnyEventIsRejectedAsSuch() {
        int most = Topics.RECORD_BYTES_MAX;
        byte[] key = new byte[most];
        registry.down(true);
        assertRejected(read(new byte[most]), Rejection.RECORD_TOO_LARGE, (most + 1) + " bytes, more than " + most);
        assertRejected(reader.read(null, new byte[most + 1], 0), Rejection.RECORD_TOO_LARGE);
        assertRejected(reader.read(key, new byte[1], 0), Rejection.RECORD_TOO_LARGE);
        assertThat(read(new byte[most - 1])).isInstanceOf(Verdict.Undecided.class);
    }

    @Test
    void whatIsNotTheWireFormatIsRejectedAsSuch() {
        assertRejected(read(null), Rejection.WIRE_FORMAT, "no value");
        assertRejected(read(new byte[0]), Rejection.WIRE_FORMAT, "0 bytes");
        assertRejected(read(new byte[4]), Rejection.WIRE_FORMAT, "4 bytes");
        assertRejected(read("{\"id\":\"e\"}".getBytes(StandardCharsets.UTF_8)), Rejection.WIRE_FORMAT, "byte 123");
    }

    @Test
    void bytesAfterAGoodHeaderThatAreNoEventAreUndecodable() {
        assertRejected(read(new byte[] {0, 0, 0, 0, ID}), Rejection.UNDECODABLE, "end");
        byte[] good = event(ID, "e");
        assertRejected(read(Arrays.copyOf(good, good.length - 1)), Rejection.UNDECODABLE);
        assertRejected(read(Arrays.copyOf(good, good.length + 1)), Rejection.UNDECODABLE, "left over");
        assertThat(read(good)).as("the next event").isInstanceOf(Verdict.Accepted.class);
    }

    /** Read as replacement characters, both would be one event. */
    @Test
    void bytesThatAreNoTextAreUndecodable() {
        byte[] value = event(ID, "??\ufffd");
        int at = indexOf(value, "??");
        assertThat(read(value)).as("the replacement character itself").isInstanceOf(Verdict.Accepted.class);
        value[at] = (byte) 0xff;
        assertRejected(read(value), Rejection.UNDECODABLE, "not UTF-8");
        value[at] = (byte) 0xfe;
        assertRejected(read(value), Rejection.UNDECODABLE, "not UTF-8");

        byte[] feature = event(ID, "e");
        feature[indexOf(feature, "chat")] = (byte) 0xff;
        assertRejected(read(feature), Rejection.UNDECODABLE, "not UTF-8");
    }

    private static int indexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).indexOf(text);
    }

    @Test
    void anIdThatTheRegistryDoesNotKnowIsRejected() {
        assertRejected(read(event(8, "e")), Rejection.UNKNOWN_SCHEMA, "8");
    }

    /** No registry gives such ids; to ask for one may look like an outage, which would park what comes after it. */
    @Test
    void aNegativeIdIsRejectedWithoutAQuestion() {
        registry.down(true);
        assertRejected(read(event(-5, "e")), Rejection.UNKNOWN_SCHEMA, "-5");
        assertThat(registry.asked()).isEmpty();
    }

    @Test
    void aSchemaThatIsNoUsageEventIsRejectedEveryTime() {
        registry.put(9, "\"string\"");
        registry.put(10, "{\"type\":\"record\",\"name\":\"UsageEvent\",\"fields\":[]}");
        for (int i = 0; i < 2; i++) {
            assertRejected(read(event(9, "e")), Rejection.INCOMPATIBLE_SCHEMA, "io.spendstream.v1.UsageEvent");
            assertRejected(read(event(10, "e")), Rejection.INCOMPATIBLE_SCHEMA, "model");
            assertThat(read(event(ID, "e"))).isInstanceOf(Verdict.Accepted.class);
        }
    }

    @Test
    void nothingIsDecidedAboutAnUnknownSchemaWhileTheRegistryIsDown() {
        // Given
        registry.down(true);
        assertThat(read(event(ID, "e"))).isEqualTo(new Verdict.Undecided("the registry is down"));
        assertRejected(read(new byte[4]), Rejection.WIRE_FORMAT); // that needs no registry

        // When
        registry.down(false);
        nowMs += 100;

        // Then
        assertThat(read(event(ID, "e"))).isInstanceOf(Verdict.Accepted.class);
        registry.down(true);
        assertThat(read(event(ID, "f"))).as("its schema is known now").isInstanceOf(Verdict.Accepted.class);
    }

    @Test
    void theRulesDecideByWhenTheRecordWasReceived() {
        byte[] value = event(ID, "e");
        long day = 86_400_000L;
        assertThat(reader.read(KEY, value, Usages.MIDNIGHT_MS + 35 * day)).isInstanceOf(Verdict.Accepted.class);
        assertRejected(reader.read(KEY, value, Usages.MIDNIGHT_MS + 35 * day + 1), Rejection.TIME_TOO_OLD, "time: ");
        assertRejected(reader.read(KEY, value, Usages.MIDNIGHT_MS - 300_001), Rejection.TIME_IN_FUTURE, "time: ");
    }

    @Test
    void writersOfDifferentSchemasMayTakeTurns() {
        registry.put(
                11,
                OURS.toString()
                        .replace("{\"name\":\"id\"", "{\"name\":\"extra\",\"type\":\"boolean\"},{\"name\":\"id\""));
        byte[] ours = event(ID, "e");
        byte[] other = new byte[ours.length + 1];
        System.arraycopy(ours, 0, other, 0, 5);
        other[4] = 11;
        other[5] = 1;
        System.arraycopy(ours, 5, other, 6, ours.length - 5);
        for (int i = 0; i < 3; i++) {
            assertThat(read(ours)).isInstanceOf(Verdict.Accepted.class);
            assertThat(read(other)).isInstanceOf(Verdict.Accepted.class);
        }
    }
}
