package io.spendstream.ingest;

import io.spendstream.usage.UsageRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericData;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;

/** Records of any schema with random values of every kind it allows; the seed decides them all. */
final class RandomEvents {

    private static final int[] ALPHABET =
            "aZ09 -_\u00e9\u4e2d\ud83d\ude00".codePoints().toArray();

    private final Random random;

    RandomEvents(long seed) {
        this.random = new Random(seed);
    }

    GenericRecord of(Schema schema) {
        GenericRecord record = new GenericData.Record(schema);
        for (Schema.Field field : schema.getFields()) {
            record.put(field.pos(), value(field.schema()));
        }
        return record;
    }

    private Object value(Schema schema) {
        return switch (schema.getType()) {
            case NULL -> null;
            case BOOLEAN -> random.nextBoolean();
            case INT -> random.nextInt() >> random.nextInt(32);
            case LONG -> random.nextLong() >> random.nextInt(64);
            case FLOAT -> random.nextFloat();
            case DOUBLE -> random.nextGaussian();
            case STRING -> text();
            case ENUM ->
                new GenericData.EnumSymbol(
                        schema,
                        schema.getEnumSymbols()
                                .get(random.nextInt(schema.getEnumSymbols().size())));
            case ARRAY -> {
                List<Object> items = new ArrayList<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    items.add(value(schema.getElementType()));
                }
                yield items;
            }
            case MAP -> {
                Map<String, Object> entries = new HashMap<>();
                for (int i = random.nextInt(4); i > 0; i--) {
                    entries.put(text(), value(schema.getValueType()));
                }
                yield entries;
            }
            case UNION ->
                value(schema.getTypes().get(random.nextInt(schema.getTypes().size())));
            case RECORD -> of(schema);
            default -> throw new IllegalArgumentException("no random value for " + schema.getType());
        };
    }

    String text() {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(20); i > 0; i--) {
            text.appendCodePoint(ALPHABET[random.nextInt(ALPHABET.length)]);
        }
        return text.toString();
    }

    /** Avro binary, with maps in one block or, where {@code blocking}, in blocks that say their size. */
    static byte[] encode(GenericRecord record, boolean blocking) {
        try {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            BinaryEncoder encoder = blocking
                    ? new EncoderFactory().configureBlockSize(64).blockingBinaryEncoder(bytes, null)
                    : EncoderFactory.get().binaryEncoder(bytes, null);
            new GenericDatumWriter<GenericRecord>(record.getSchema()).write(record, encoder);
            encoder.flush();
            return bytes.toByteArray();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every field of an event, as text: two events with the same text are the same. */
    static String describe(UsageRecord e) {
        return String.join(
                "|",
                e.id,
                Long.toString(e.timeMs),
                Arrays.toString(e.dimensions),
                Arrays.toString(e.meters),
                e.serviceTier + "/" + e.status,
                e.user + "/" + e.session + "/" + e.endpoint + "/" + e.requestId + "/" + e.escalatedFrom,
                e.attempt + "/" + e.responseCached + "/" + e.latencyMs + "/" + e.qualityScore + "/" + e.workUnits,
                new TreeMap<>(e.otherUnits).toString(),
                new TreeMap<>(e.promptTokens).toString(),
                new TreeMap<>(e.tags).toString());
    }
}
