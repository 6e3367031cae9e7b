package io.spendstream.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A cursor over Avro binary. Reads primitives only, allocates nothing but the texts asked for, and never reads past the
 * end.
 */
final class AvroInput {

    /** The bytes do not follow the schema. Carries no stack trace: poison may come in floods. */
    static final class Malformed extends RuntimeException {
        Malformed(String message) {
            super(message, null, false, false);
        }
    }

    private final byte[] bytes;
    private final int end;
    private int at;

    AvroInput(byte[] bytes, int from) {
        this.bytes = bytes;
        this.at = from;
        this.end = bytes.length;
    }

    int remaining() {
        return end - at;
    }

    long readLong() {
        long value = 0;
        int shift = 0;
        while (true) {
            if (at == end) {
                throw endOfBytes();
            }
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return (value >>> 1) ^ -(value & 1);
            }
            shift += 7;
            if (shift > 63) {
                throw new Malformed("a number has more than ten bytes");
            }
        }
    }

    int readInt() {
        long value = readLong();
        if (value != (int) value) {
            throw new Malformed("the number " + value + " does not fit an int");
        }
        return (int) value;
    }

    boolean readBoolean() {
        if (at == end) {
            throw endOfBytes();
        }
        return bytes[at++] == 1;
    }

    double readDouble() {
        if (remaining() < Double.BYTES) {
            throw endOfBytes();
        }
        long bits = 0;
        for (int i = Double.BYTES - 1; i >= 0; i--) {
            bits = bits << 8 | bytes[at + i] & 0xff;
        }
        at += Double.BYTES;
        return Double.longBitsToDouble(bits);
    }

    String readText() {
        int length = readLength();
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        requireUtf8(text, length);
        at += length;
        return text;
    }

    /** A text that is likely to have been seen before. */
    String readName(NameCache names) {
        int length = readLength();
        String text = names.text(bytes, at, length);
        requireUtf8(text, length);
        at += length;
        return text;
    }

    /** The number of entries in the next block of a map or an array; 0 at its end. */
    int readBlockCount() {
        long count = readLong();
        if (count < 0) {
            count = -count;
            readLong(); // the block's size in bytes, for those who skip it
        }
        if (count < 0 || count > remaining()) {
            throw new Malformed("a block claims " + count + " entries in " + remaining() + " bytes");
        }
        return (int) count;
    }

    /** Bytes that are no text are read as the replacement character, all alike: different ids would become one. */
    private void requireUtf8(String text, int length) {
        if (text.indexOf('\uFFFD') < 0) {
            return; // nearly always, and found out at a glance where a text is Latin
        }
        byte[] again = text.getBytes(StandardCharsets.UTF_8);
        if (!Arrays.equals(again, 0, again.length, bytes, at, at + length)) {
            throw new Malformed("a text is not UTF-8");
        }
    }

    private int readLength() {
        long length = readLong();
        if (length < 0 || length > remaining()) {
            throw new Malformed("a text claims " + length + " bytes where " + remaining() + " are left");
        }
        return (int) length;
    }

    private static Malformed endOfBytes() {
        return new Malformed("the bytes end in the middle of a field");
    }
}
