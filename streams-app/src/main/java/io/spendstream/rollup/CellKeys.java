package io.spendstream.rollup;

import io.spendstream.combine.ByteSink;
import io.spendstream.usage.Dimension;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.utils.Bytes;

/**
 * Keys of the cube's store, in the order in which queries read: what it is, tenant, feature, bucket, the rest.
 *
 * <ul>
 *   <li>a cell: {@code 1} or {@code 2} (quarter-hour, day), tenant, feature, bucket, the other dimensions
 *   <li>a user's day: {@code 3}, tenant, day, user
 *   <li>a known value of a dimension: {@code 4}, dimension, tenant, value
 * </ul>
 *
 * Texts are UTF-8 and end in a zero byte, which no valid event contains; an absent dimension is the byte 1, which no
 * valid event contains either. Buckets are four bytes with the sign bit flipped, so that bytes sort like numbers.
 */
final class CellKeys {

    static final byte USER = 3;
    static final byte VALUE = 4;
    private static final byte ABSENT = 1;

    private CellKeys() {}

    static byte kind(Resolution resolution) {
        return (byte) (resolution == Resolution.QUARTER_HOUR ? 1 : 2);
    }

    static Bytes cell(Resolution resolution, String[] dimensions, long bucket) {
        Builder key = new Builder()
                .kind(kind(resolution))
                .text(dimensions[Dimension.TENANT.ordinal()])
                .text(dimensions[Dimension.FEATURE.ordinal()])
                .bucket(bucket);
        for (int i = Dimension.MODEL.ordinal(); i < dimensions.length; i++) {
            key.textOrAbsent(dimensions[i]);
        }
        return key.build();
    }

    static Bytes user(String tenant, long day, String user) {
        return new Builder().kind(USER).text(tenant).bucket(day).text(user).build();
    }

    /** The least key at or after which the cells of a tenant and feature from a bucket on lie. */
    static Bytes cellsFrom(Resolution resolution, String tenant, String feature, long bucket) {
        return new Builder()
                .kind(kind(resolution))
                .text(tenant)
                .text(feature)
                .bucket(bucket)
                .build();
    }

    static Bytes usersFrom(String tenant, long day) {
        return new Builder().kind(USER).text(tenant).bucket(day).build();
    }

    static Bytes value(int dimension, String tenant, String value) {
        return new Builder()
                .kind(VALUE)
                .kind((byte) dimension)
                .text(tenant)
                .textOrAbsent(value)
                .build();
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
            int end = at;
            while (key[end] != 0) {
                end++;
            }
            String text =
                    end == at + 1 && key[at] == ABSENT ? null : new String(key, at, end - at, StandardCharsets.UTF_8);
            at = end + 1;
            return text;
        }

        /** The dimensions of a cell whose tenant and feature have been read. */
        String[] dimensions(String tenant, String feature, int count) {
            String[] dimensions = new String[count];
            dimensions[Dimension.TENANT.ordinal()] = tenant;
            dimensions[Dimension.FEATURE.ordinal()] = feature;
            for (int i = Dimension.MODEL.ordinal(); i < count && at < key.length; i++) {
                dimensions[i] = text();
            }
            return dimensions;
        }
    }

    private static final class Builder {
        private final ByteSink bytes = new ByteSink(96);

        Builder kind(byte kind) {
            bytes.writeByte(kind);
            return this;
        }

        Builder text(String text) {
            bytes.writeUtf8(text).writeByte(0);
            return this;
        }

        Builder textOrAbsent(String text) {
            if (text == null) {
                bytes.writeByte(ABSENT).writeByte(0);
                return this;
            }
            return text(text);
        }

        Builder bucket(long bucket) {
            int flipped = Math.toIntExact(bucket) ^ Integer.MIN_VALUE;
            bytes.writeByte(flipped >>> 24)
                    .writeByte(flipped >>> 16)
                    .writeByte(flipped >>> 8)
                    .writeByte(flipped);
            return this;
        }

        Bytes build() {
            return Bytes.wrap(bytes.toBytes());
        }
    }
}
