package io.spendstream.ingest;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Strings for short UTF-8 texts that come again and again: the values of dimensions. Users are too many. A direct-mapped cache:
 * bounded by construction in number and length, a collision costs one new string. Not thread-safe; one per decoder.
 */
final class NameCache {

    private static final int SLOTS = 1 << 14;
    private static final VarHandle WORDS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    /** Bytes of a text that is kept. Longer ones are rare or wrong, and a slot for each would take gigabytes. */
    private static final int LENGTH_MAX = 256;

    private final byte[][] encoded = new byte[SLOTS][];
    private final String[] texts = new String[SLOTS];

    String text(byte[] bytes, int from, int length) {
        if (length == 0) {
            return "";
        }
        if (length > LENGTH_MAX) {
            return new String(bytes, from, length, StandardCharsets.UTF_8);
        }
        int to = from + length;
        int slot = slotOf(bytes, from, length);
        byte[] known = encoded[slot];
        if (known != null && Arrays.equals(known, 0, known.length, bytes, from, to)) {
            return texts[slot];
        }
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        encoded[slot] = Arrays.copyOfRange(bytes, from, to);
        texts[slot] = text;
        return text;
    }

    /** From the length and the first and last eight bytes: names that differ in their middle alone share a slot. */
    private static int slotOf(byte[] bytes, int from, int length) {
        long first;
        long last;
        if (length >= Long.BYTES) {
            first = (long) WORDS.get(bytes, from);
            last = (long) WORDS.get(bytes, from + length - Long.BYTES);
        } else {
            first = 0;
            for (int i = from; i < from + length; i++) {
                first = first << 8 | bytes[i] & 0xff;
            }
            last = first;
        }
        long mixed = (first * 0x9E3779B97F4A7C15L ^ last) * 0xC2B2AE3D27D4EB4FL + length;
        return (int) (mixed >>> 40) & (SLOTS - 1);
    }
}
