package io.spendstream.combine;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Reads what {@link ByteSink} wrote. Bytes that it did not write end in an {@link IllegalStateException}. */
public final class ByteSource {

    private final byte[] bytes;
    private int at;

    public ByteSource(byte[] bytes) {
        this.bytes = bytes;
    }

    public boolean hasMore() {
        return at < bytes.length;
    }

    public int readByte() {
        need(1);
        return bytes[at++];
    }

    public long readVarint() {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            need(1);
            byte b = bytes[at++];
            value |= (long) (b & 0x7f) << shift;
            if (b >= 0) {
                return value;
            }
        }
        throw new IllegalStateException("a number of more than ten bytes at " + at);
    }

    public int readCount() {
        long count = readVarint();
        if (count < 0 || count > bytes.length) {
            throw new IllegalStateException("a count of " + count + " at " + at + " of " + bytes.length + " bytes");
        }
        return (int) count;
    }

    public long readSigned() {
        long value = readVarint();
        return value >>> 1 ^ -(value & 1);
    }

    public String readText() {
        int length = readCount();
        need(length);
        String text = new String(bytes, at, length, StandardCharsets.UTF_8);
        at += length;
        return text;
    }

    public byte[] readBytes(int count) {
        need(count);
        at += count;
        return Arrays.copyOfRange(bytes, at - count, at);
    }

    public byte[] readRest() {
        return readBytes(bytes.length - at);
    }

    /** Fills {@code measures}, and returns the other units. */
    public Map<String, long[]> readMeasures(long[] measures) {
        Arrays.fill(measures, 0);
        long present = readPresent(measures.length);
        for (long rest = present; rest != 0; rest &= rest - 1) {
            measures[Long.numberOfTrailingZeros(rest)] = readSigned();
        }
        return readUnits();
    }

    /** A bit for each of so many measures. */
    long readPresent(int count) {
        long present = readVarint();
        if (count < Long.SIZE && present >>> count != 0) {
            throw new IllegalStateException("the bytes hold a measure beyond the " + count
                    + " that this release knows: a newer release wrote them, which must read them");
        }
        return present;
    }

    Map<String, long[]> readUnits() {
        int units = readCount();
        if (units == 0) {
            return Map.of();
        }
        Map<String, long[]> otherUnits = new TreeMap<>();
        for (int i = 0; i < units; i++) {
            otherUnits.put(readText(), new long[] {readSigned(), readSigned()});
        }
        return otherUnits;
    }

    private void need(int count) {
        if (bytes.length - at < count) {
            throw new IllegalStateException("the bytes end at " + bytes.length + ", in the middle of a value");
        }
    }
}
