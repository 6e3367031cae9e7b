package io.spendstream.combine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;

/** A growing array of bytes with the few forms that deltas and cells are written in. */
public final class ByteSink {

    private byte[] bytes;
    private int size;

    public ByteSink(int capacity) {
        bytes = new byte[capacity];
    }

    public int size() {
        return size;
    }

    /** What is written is its first {@link #size()} bytes, until something else is written. */
    public byte[] buffer() {
        return bytes;
    }

    public byte[] toBytes() {
        return Arrays.copyOf(bytes, size);
    }

    public ByteSink clear() {
        size = 0;
        return this;
    }

    public ByteSink writeByte(int value) {
        ensure(1);
        bytes[size++] = (byte) value;
        return this;
    }

    public ByteSink writeBytes(byte[] more) {
        return writeBytes(more, more.length);
    }

    ByteSink writeBytes(byte[] more, int length) {
        ensure(length);
        System.arraycopy(more, 0, bytes, size, length);
        size += length;
        return this;
    }

    ByteSink writeAll(ByteSink other) {
        return writeBytes(other.bytes, other.size);
    }

    /** Seven bits a byte, the lowest first; small numbers are short, negative ones take ten bytes. */
    public ByteSink writeVarint(long value) {
        ensure(10);
        long rest = value;
        while ((rest & ~0x7fL) != 0) {
            bytes[size++] = (byte) (rest & 0x7f | 0x80);
            rest >>>= 7;
        }
        bytes[size++] = (byte) rest;
        return this;
    }

    /** As a varint, with numbers near zero on both sides short. */
    public ByteSink writeSigned(long value) {
        return writeVarint(value << 1 ^ value >> 63);
    }

    public ByteSink writeText(String text) {
        return writeSized(text.getBytes(StandardCharsets.UTF_8));
    }

    /** How many bytes there are, and the bytes. */
    public ByteSink writeSized(byte[] some) {
        return writeVarint(some.length).writeBytes(some);
    }

    /** The bytes of a text alone, without their count. */
    public ByteSink writeUtf8(String text) {
        return writeBytes(text.getBytes(StandardCharsets.UTF_8));
    }

    /** A bit for each measure that is not zero, then these; then the other units. */
    public ByteSink writeMeasures(long[] measures, Map<String, long[]> otherUnits) {
        long present = 0;
        for (int i = 0; i < measures.length; i++) {
            if (measures[i] != 0) {
                present |= 1L << i;
            }
        }
        writeVarint(present);
        for (long rest = present; rest != 0; rest &= rest - 1) {
            writeSigned(measures[Long.numberOfTrailingZeros(rest)]);
        }
        return writeUnits(otherUnits);
    }

    ByteSink writeUnits(Map<String, long[]> otherUnits) {
        writeVarint(otherUnits.size());
        if (!otherUnits.isEmpty()) {
            otherUnits.forEach(
                    (name, sum) -> writeText(name).writeSigned(sum[0]).writeSigned(sum[1]));
        }
        return this;
    }

    private void ensure(int more) {
        if (size + more > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }
}
