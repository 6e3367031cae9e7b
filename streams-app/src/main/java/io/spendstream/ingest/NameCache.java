package io.spendstream.ingest;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Strings for short UTF-8 texts that come again and again: the values of dimensions, and users. A direct-mapped cache:
 * bounded by construction in number and length, a collision costs one new string. Not thread-safe; one per decoder.
 */
final class NameCache {

    private static final int SLOTS = 1 << 14;
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
        int hash = 1;
        int to = from + length;
        for (int i = from; i < to; i++) {
            hash = 31 * hash + bytes[i];
        }
        // The low bits of this hash are good, but similar short names differ only in them: spread them a little.
        int slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
        byte[] known = encoded[slot];
        if (known != null && Arrays.equals(known, 0, known.length, bytes, from, to)) {
            return texts[slot];
        }
        String text = new String(bytes, from, length, StandardCharsets.UTF_8);
        encoded[slot] = Arrays.copyOfRange(bytes, from, to);
        texts[slot] = text;
        return text;
    }
}
