package io.spendstream.schema;

/** The Confluent wire format: byte 0, the schema id in 4 bytes with the highest first, then Avro binary. */
public final class WireFormat {

    public static final byte MAGIC = 0;
    /** Bytes before the Avro binary. */
    public static final int HEADER_LENGTH = 5;

    private WireFormat() {}

    /**
     * The schema id of a record.
     *
     * @throws WireFormatException where the bytes are too few or the first is not 0
     */
    public static int schemaId(byte[] record) {
        if (record.length < HEADER_LENGTH) {
            throw new WireFormatException("The record has " + record.length + " bytes; the Confluent wire format starts"
                    + " with " + HEADER_LENGTH + ": byte 0 and a 4-byte schema id");
        }
        if (record[0] != MAGIC) {
            throw new WireFormatException(
                    "The record starts with byte 0x%02x; the Confluent wire format starts with 0x00"
                            .formatted(record[0]));
        }
        return (record[1] & 0xff) << 24 | (record[2] & 0xff) << 16 | (record[3] & 0xff) << 8 | record[4] & 0xff;
    }

    /** Writes byte 0 and the id to the first {@link #HEADER_LENGTH} bytes. */
    public static void writeHeader(byte[] record, int schemaId) {
        record[0] = MAGIC;
        record[1] = (byte) (schemaId >>> 24);
        record[2] = (byte) (schemaId >>> 16);
        record[3] = (byte) (schemaId >>> 8);
        record[4] = (byte) schemaId;
    }

    /** A record of an id and Avro binary. */
    public static byte[] record(int schemaId, byte[] avro) {
        byte[] record = new byte[HEADER_LENGTH + avro.length];
        writeHeader(record, schemaId);
        System.arraycopy(avro, 0, record, HEADER_LENGTH, avro.length);
        return record;
    }
}
