package io.spendstream.schema;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.avro.InvalidNumberEncodingException;
import org.apache.avro.io.Decoder;
import org.apache.avro.util.Utf8;

/**
 * Avro binary from a byte array. It stands in for Avro's own decoder for two reasons. Every length and count is held
 * against the bytes that are left before anything is allocated, so that ten hostile bytes cannot ask for gigabytes (the
 * limits of Avro's own are system properties, shared with the rest of the process). And it is so small that one per
 * record costs nothing, which makes decoding safe for several threads without thread-locals.
 *
 * <p>One consequence: a collection with more elements than bytes left, as of nulls, is refused.
 */
public final class BytesDecoder extends Decoder {

    private final byte[] bytes;
    private int position;

    /** Reads from a position of the array to its end. */
    public BytesDecoder(byte[] bytes, int position) {
        this.bytes = bytes;
        this.position = position;
    }

    /** Index of the next byte. */
    public int position() {
        return position;
    }

    /** Bytes not read yet. */
    public int remaining() {
        return bytes.length - position;
    }

    @Override
    public void readNull() {}

    @Override
    public boolean readBoolean() throws IOException {
        byte value = next();
        if (value != 0 && value != 1) {
            throw new IOException("a boolean is 0 or 1, not " + value);
        }
        return value == 1;
    }

    @Override
    public int readInt() throws IOException {
        long value = readLong();
        if (value != (int) value) {
            throw new InvalidNumberEncodingException("an int of " + value);
        }
        return (int) value;
    }

    @Override
    public long readLong() throws IOException {
        byte first = next();
        if (first >= 0) {
            return first >>> 1 ^ -(first & 1);
        }
        long zigzag = first & 0x7f;
        for (int shift = 7; shift < 64; shift += 7) {
            byte more = next();
            zigzag |= (long) (more & 0x7f) << shift;
            if (more >= 0) {
                return zigzag >>> 1 ^ -(zigzag & 1);
            }
        }
        throw new InvalidNumberEncodingException("a long of more than 10 bytes");
    }

    @Override
    public float readFloat() throws IOException {
        return Float.intBitsToFloat((int) littleEndian(4));
    }

    @Override
    public double readDouble() throws IOException {
        return Double.longBitsToDouble(littleEndian(8));
    }

    @Override
    public Utf8 readString(Utf8 old) throws IOException {
        return new Utf8(readString());
    }

    @Override
    public String readString() throws IOException {
        int length = length(readLong());
        String text = new String(bytes, position, length, StandardCharsets.UTF_8);
        position += length;
        return text;
    }

    @Override
    public void skipString() throws IOException {
        int length = length(readLong());
        position += length;
    }

    @Override
    public ByteBuffer readBytes(ByteBuffer old) throws IOException {
        byte[] copy = new byte[length(readLong())];
        readFixed(copy, 0, copy.length);
        return ByteBuffer.wrap(copy);
    }

    @Override
    public void skipBytes() throws IOException {
        skipString();
    }

    @Override
    public void readFixed(byte[] target, int start, int length) throws IOException {
        System.arraycopy(bytes, position, target, start, length(length));
        position += length;
    }

    @Override
    public void skipFixed(int length) throws IOException {
        length(length);
        position += length;
    }

    @Override
    public int readEnum() throws IOException {
        return readInt();
    }

    @Override
    public int readIndex() throws IOException {
        return readInt();
    }

    @Override
    public long readArrayStart() throws IOException {
        return count();
    }

    @Override
    public long arrayNext() throws IOException {
        return count();
    }

    @Override
    public long skipArray() throws IOException {
        return skipBlocks();
    }

    @Override
    public long readMapStart() throws IOException {
        return count();
    }

    @Override
    public long mapNext() throws IOException {
        return count();
    }

    @Override
    public long skipMap() throws IOException {
        return skipBlocks();
    }

    /** Items of the next block. A negative count is followed by the block's length in bytes. */
    private long count() throws IOException {
        long count = readLong();
        if (count < 0) {
            length(readLong());
            count = -count;
        }
        return length(count);
    }

    /** Skips blocks that say their length; returns the items of the first that does not, 0 at the end. */
    private long skipBlocks() throws IOException {
        long count = readLong();
        while (count < 0) {
            int length = length(readLong());
            position += length;
            count = readLong();
        }
        return length(count);
    }

    private int length(long length) throws IOException {
        if (length < 0 || length > remaining()) {
            throw new EOFException("a length of " + length + " where " + remaining() + " bytes are left");
        }
        return (int) length;
    }

    private byte next() throws IOException {
        if (position == bytes.length) {
            throw new EOFException("the bytes end in the middle of the record");
        }
        return bytes[position++];
    }

    private long littleEndian(int count) throws IOException {
        length(count);
        long value = 0;
        for (int i = 0; i < count; i++) {
            value |= (bytes[position++] & 0xffL) << 8 * i;
        }
        return value;
    }
}
