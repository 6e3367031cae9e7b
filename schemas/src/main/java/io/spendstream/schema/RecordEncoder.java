package io.spendstream.schema;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificDatumWriter;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.SerializationException;

/**
 * Encodes records of one generated class under one schema id: no registry, no producer. Safe for use by several
 * threads, each of which keeps its own buffer.
 */
public final class RecordEncoder<T extends SpecificRecord> {

    private static final int BUFFER_LENGTH = 1024;
    /** A buffer that one large record made grow beyond this is given back, not kept for ever by every thread. */
    private static final int BUFFER_LENGTH_KEPT_MAX = 64 * 1024;

    private final int schemaId;
    private final String typeName;
    private final SpecificDatumWriter<T> writer;
    private final ThreadLocal<Buffer> buffers;

    /** @param schemaId the id of the plain schema of {@code type}, see {@link SchemaText#plain} */
    public RecordEncoder(Class<T> type, int schemaId) {
        SpecificData model = SpecificData.getForClass(type);
        this.schemaId = schemaId;
        this.typeName = type.getSimpleName();
        this.writer = new SpecificDatumWriter<>(model.getSchema(type), model);
        this.buffers = ThreadLocal.withInitial(() -> new Buffer(schemaId));
    }

    /** The id that every record starts with. */
    public int schemaId() {
        return schemaId;
    }

    /**
     * A record in the wire format.
     *
     * @throws SerializationException where a field that must have a value has none, or a value of the wrong type
     */
    public byte[] encode(T value) {
        Buffer buffer = buffers.get();
        BinaryEncoder encoder = EncoderFactory.get().binaryEncoder(buffer.reset(), buffer.encoder);
        try {
            writer.write(value, encoder);
            encoder.flush();
            buffer.encoder = encoder;
        } catch (IOException | RuntimeException e) {
            // Used again, it would put what it still holds of this record before the next one.
            buffer.encoder = null;
            throw new SerializationException(typeName + " cannot be encoded: " + e.getMessage(), e);
        }
        return buffer.take();
    }

    /** A byte array that grows; unlike {@link java.io.ByteArrayOutputStream} it is not synchronized. */
    private static final class Buffer extends OutputStream {

        private byte[] bytes = new byte[BUFFER_LENGTH];
        private int length;
        private BinaryEncoder encoder;

        Buffer(int schemaId) {
            WireFormat.writeHeader(bytes, schemaId);
        }

        Buffer reset() {
            length = WireFormat.HEADER_LENGTH;
            return this;
        }

        byte[] take() {
            byte[] record = Arrays.copyOf(bytes, length);
            if (bytes.length > BUFFER_LENGTH_KEPT_MAX) {
                bytes = Arrays.copyOf(bytes, BUFFER_LENGTH);
            }
            return record;
        }

        @Override
        public void write(int b) {
            room(1);
            bytes[length++] = (byte) b;
        }

        @Override
        public void write(byte[] source, int offset, int count) {
            room(count);
            System.arraycopy(source, offset, bytes, length, count);
            length += count;
        }

        private void room(int count) {
            int needed = Math.addExact(length, count);
            if (needed > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
            }
        }
    }
}
