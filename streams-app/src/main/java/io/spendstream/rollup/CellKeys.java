package io.spendstream.rollup;

import io.spendstream.combine.ByteSink;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Resolution;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of the cube's store, in the order in which queries read: what it is, tenant, feature, bucket, the rest.
 *
 * <ul>
 *   <li>the names of the tags that are dimensions: {@code 0}
 *   <li>a cell: {@code 1} or {@code 2} (quarter-hour, day), tenant, feature, bucket, the other dimensions
 *   <li>a user's day: {@code 3}, tenant, day, user
 *   <li>a known value of a dimension: {@code 4}, dimension, tenant, value
 *   <li>the first of the journal's blocks that the feed keeps: {@code 6} ({@code 5} ends the values)
 * </ul>
 *
 * Texts are UTF-8 and end in a zero byte, which no valid event contains; an absent dimension or user is the byte 1, which no
 * valid event contains either. Buckets are four bytes with the sign bit flipped, so that bytes sort like numbers.
 */
final class CellKeys {

    private static final byte TAGS = 0;
    static final byte USER = 3;
    static final byte VALUE = 4;
    private static final byte UNSENT = VALUE + 2;
    private static final byte ABSENT = 1;

    private CellKeys() {}

    static byte kind(Resolution resolution) {
        return (byte) (resolution == Resolution.QUARTER_HOUR ? 1 : 2);
    }

    static void writeCell(ByteSink to, Resolution resolution, String[] dimensions, long bucket) {
        to.writeByte(kind(resolution));
        text(to, dimensions[Dimension.TENANT.ordinal()]);
        text(to, dimensions[Dimension.FEATURE.ordinal()]);
        bucket(to, bucket);
        for (int i = Dimension.MODEL.ordinal(); i < dimensions.length; i++) {
            textOrAbsent(to, dimensions[i]);
        }
    }

    /** @param user UTF-8 */
    static void writeUser(ByteSink to, String tenant, long day, byte[] user) {
        to.writeByte(USER);
        text(to, tenant);
        bucket(to, day);
        to.writeBytes(user).writeByte(0);
    }

    /** The least key at or after which the cells of a tenant and feature from a bucket on lie. */
    static Bytes cellsFrom(Resolution resolution, String tenant, String feature, long bucket) {
        return key(to -> {
            to.writeByte(kind(resolution));
            text(to, tenant);
            text(to, feature);
            bucket(to, bucket);
        });
    }

    static Bytes usersFrom(String tenant, long day) {
        return key(to -> {
            to.writeByte(USER);
            text(to, tenant);
            bucket(to, day);
        });
    }

    /** The day in a user's key. */
    static long dayOfUser(byte[] key) {
        Parts parts = new Parts(Bytes.wrap(key));
        parts.kind();
        parts.skipText();
        return parts.bucket();
    }

    static Bytes value(int dimension, String tenant, String value) {
        return key(to -> {
            to.writeByte(VALUE).writeByte(dimension);
            text(to, tenant);
            textOrAbsent(to, value);
        });
    }

    static Bytes tags() {
        return Bytes.wrap(new byte[] {TAGS});
    }

    static Bytes unsent() {
        return Bytes.wrap(new byte[] {UNSENT});
    }

    static Bytes valuesFrom() {
        return Bytes.wrap(new byte[] {VALUE});
    }

    static Bytes valuesTo() {
        return Bytes.wrap(new byte[] {VALUE + 1});
    }

    /** Reads a key's parts in their order. */
    static final class Parts {
        private final byte[] key;
        private int at;

        Parts(Bytes key) {
            this.key = key.get();
        }

        int kind() {
            return key[at++];
        }

        long bucket() {
            int bucket = ByteBuffer.wrap(key, at, Integer.BYTES).getInt() ^ Integer.MIN_VALUE;
            at += Integer.BYTES;
            return bucket;
        }

        String text() {
            int from = at;
            int end = skipText();
            return isAbsent(from, end) ? null : new String(key, from, end - from, StandardCharsets.UTF_8);
        }

        /** Goes on behind a text, and says where it ended. */
        int skipText() {
            int end = at;
            while (key[end] != 0) {
                end++;
            }
            at = end + 1;
            return end;
        }

        private boolean isAbsent(int from, int end) {
            return end == from + 1 && key[from] == ABSENT;
        }

        /** The dimensions of a cell whose tenant and feature have been read. */
        String[] dimensions(String tenant, String feature, LastTexts last) {
            String[] dimensions = new String[last.texts.length];
            dimensions[Dimension.TENANT.ordinal()] = tenant;
            dimensions[Dimension.FEATURE.ordinal()] = feature;
            for (int i = Dimension.MODEL.ordinal(); i < dimensions.length && at < key.length; i++) {
                int from = at;
                int end = skipText();
                dimensions[i] = isAbsent(from, end) ? null : last.text(i, key, from, end);
            }
            return dimensions;
        }
    }

    /** The text that each dimension had last: in the order of keys most have the same again. */
    static final class LastTexts {

        private final String[] texts;
        private final byte[][] keys;
        private final int[] from;
        private final int[] end;

        LastTexts(int dimensionCount) {
            texts = new String[dimensionCount];
            keys = new byte[dimensionCount][];
            from = new int[dimensionCount];
            end = new int[dimensionCount];
        }

        private String text(int dimension, byte[] key, int start, int stop) {
            byte[] last = keys[dimension];
            if (last == null || !Arrays.equals(last, from[dimension], end[dimension], key, start, stop)) {
                texts[dimension] = new String(key, start, stop - start, StandardCharsets.UTF_8);
                keys[dimension] = key;
                from[dimension] = start;
                end[dimension] = stop;
            }
            return texts[dimension];
        }
    }

    private static Bytes key(Consumer<ByteSink> parts) {
        ByteSink to = new ByteSink(96);
        parts.accept(to);
        return Bytes.wrap(to.toBytes());
    }

    private static void text(ByteSink to, String text) {
        to.writeUtf8(text).writeByte(0);
    }

    private static void textOrAbsent(ByteSink to, String text) {
        if (text == null) {
            to.writeByte(ABSENT).writeByte(0);
        } else {
            text(to, text);
        }
    }

    private static void bucket(ByteSink to, long bucket) {
        int flipped = Math.toIntExact(bucket) ^ Integer.MIN_VALUE;
        to.writeByte(flipped >>> 24)
                .writeByte(flipped >>> 16)
                .writeByte(flipped >>> 8)
                .writeByte(flipped);
    }
}
