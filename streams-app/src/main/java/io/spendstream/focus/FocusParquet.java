package io.spendstream.focus;

import static org.apache.parquet.schema.LogicalTypeAnnotation.decimalType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.stringType;
import static org.apache.parquet.schema.LogicalTypeAnnotation.timestampType;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.BINARY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.FIXED_LEN_BYTE_ARRAY;
import static org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName.INT64;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.ParquetConfiguration;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation.TimeUnit;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/**
 * A FOCUS dataset as Parquet: texts as strings, times as UTC timestamps in milliseconds, numbers as decimals of 38 digits,
 * so that nothing is rounded. Compressed with Snappy, which every reader knows.
 */
public final class FocusParquet implements FocusWriter {

    public static final String MEDIA_TYPE = "application/vnd.apache.parquet";

    private static final int DECIMAL_DIGITS = 38;
    /** Bytes that so many digits take. */
    private static final int DECIMAL_BYTES = 16;

    private static final MessageType SCHEMA = new MessageType(
            "focus", Arrays.stream(FocusColumn.values()).map(FocusParquet::type).toList());

    private final ParquetWriter<FocusRow> writer;

    /** @param out closed with the dataset */
    public FocusParquet(OutputStream out) throws IOException {
        writer = new Builder(new Output(out))
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .build();
    }

    @Override
    public void write(FocusRow row) {
        try {
            writer.write(row);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes the footer, without which there is no dataset. */
    @Override
    public void close() throws IOException {
        writer.close();
    }

    private static Type type(FocusColumn column) {
        Type.Repetition repetition = column.isNullable() ? Type.Repetition.OPTIONAL : Type.Repetition.REQUIRED;
        Types.PrimitiveBuilder<PrimitiveType> type = switch (column.type()) {
            case TEXT -> Types.primitive(BINARY, repetition).as(stringType());
            case TIME -> Types.primitive(INT64, repetition).as(timestampType(true, TimeUnit.MILLIS));
            case COST, PRICE, QUANTITY ->
                Types.primitive(FIXED_LEN_BYTE_ARRAY, repetition)
                        .length(DECIMAL_BYTES)
                        .as(decimalType(column.type().scale(), DECIMAL_DIGITS));
        };
        return type.named(column.id());
    }

    /** A stream from its beginning, with a count of what went by. */
    private record Output(OutputStream out) implements OutputFile {

        @Override
        public PositionOutputStream create(long blockSizeHint) {
            return new PositionOutputStream() {
                private long position;

                @Override
                public long getPos() {
                    return position;
                }

                @Override
                public void write(int b) throws IOException {
                    out.write(b);
                    position++;
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    out.write(bytes, offset, length);
                    position += length;
                }

                @Override
                public void close() throws IOException {
                    out.close();
                }
            };
        }

        @Override
        public PositionOutputStream createOrOverwrite(long blockSizeHint) {
            return create(blockSizeHint);
        }

        @Override
        public boolean supportsBlockSize() {
            return false;
        }

        @Override
        public long defaultBlockSize() {
            return 0;
        }
    }

    private static final class Builder extends ParquetWriter.Builder<FocusRow, Builder> {

        Builder(OutputFile file) {
            super(file);
        }

        @Override
        protected Builder self() {
            return this;
        }

        /** Has to be there, though Parquet asks the other one. */
        @Override
        @SuppressWarnings("deprecation")
        protected WriteSupport<FocusRow> getWriteSupport(Configuration configuration) {
            return new Rows();
        }

        @Override
        protected WriteSupport<FocusRow> getWriteSupport(ParquetConfiguration configuration) {
            return new Rows();
        }
    }

    private static final class Rows extends WriteSupport<FocusRow> {

        private RecordConsumer consumer;

        /** Has to be there, though Parquet asks the other one. */
        @Override
        @SuppressWarnings("deprecation")
        public WriteContext init(Configuration configuration) {
            return init((ParquetConfiguration) null);
        }

        @Override
        public WriteContext init(ParquetConfiguration configuration) {
            return new WriteContext(SCHEMA, Map.of("focus.version", "1.2"));
        }

        @Override
        public void prepareForWrite(RecordConsumer recordConsumer) {
            consumer = recordConsumer;
        }

        @Override
        public void write(FocusRow row) {
            consumer.startMessage();
            for (FocusColumn column : FocusColumn.values()) {
                Object value = row.values().get(column);
                if (value != null) {
                    consumer.startField(column.id(), column.ordinal());
                    write(column, value);
                    consumer.endField(column.id(), column.ordinal());
                }
            }
            consumer.endMessage();
        }

        private void write(FocusColumn column, Object value) {
            switch (column.type()) {
                case TEXT -> consumer.addBinary(Binary.fromString((String) value));
                case TIME -> consumer.addLong(((Instant) value).toEpochMilli());
                case COST, PRICE, QUANTITY ->
                    consumer.addBinary(decimal((BigDecimal) value, column.type().scale()));
            }
        }

        private static Binary decimal(BigDecimal number, int scale) {
            byte[] digits = number.setScale(scale, RoundingMode.UNNECESSARY)
                    .unscaledValue()
                    .toByteArray();
            byte[] bytes = new byte[DECIMAL_BYTES];
            Arrays.fill(bytes, (byte) (digits[0] < 0 ? -1 : 0));
            System.arraycopy(digits, 0, bytes, DECIMAL_BYTES - digits.length, digits.length);
            return Binary.fromConstantByteArray(bytes);
        }
    }
}
