package io.spendstream.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import org.apache.avro.InvalidNumberEncodingException;
import org.apache.avro.io.BinaryEncoder;
import org.apache.avro.io.EncoderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BytesDecoderTest {

    @ParameterizedTest
    @ValueSource(
            longs = {
                0,
                1,
                -1,
                63,
                64,
                -64,
                -65,
                8191,
                8192,
                Integer.MAX_VALUE,
                Integer.MIN_VALUE,
                1L << 62,
                Long.MAX_VALUE,
                Long.MIN_VALUE
            })
    void readsWhatAvroWrites(long value) throws IOException {
        // Given
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        BinaryEncoder encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        encoder.writeLong(value);
        encoder.writeInt((int) value);
        encoder.writeFloat(value);
        encoder.writeDouble(value / 3.0);
        encoder.writeBoolean(true);
        encoder.writeBoolean(false);
        encoder.writeString("\u00e9 " + value);
        encoder.writeBytes(new byte[] {1, 2, 3});
        encoder.writeFixed(new byte[] {4, 5});
        encoder.writeString("skipped");
        encoder.writeBytes(new byte[9]);
        encoder.writeEnum(2);

        // When
        BytesDecoder decoder = new BytesDecoder(out.toByteArray(), 0);

        // Then
        assertThat(decoder.readLong()).isEqualTo(value);
        assertThat(decoder.readInt()).isEqualTo((int) value);
        assertThat(decoder.readFloat()).isEqualTo(value);
        assertThat(decoder.readDouble()).isEqualTo(value / 3.0);
        assertThat(decoder.readBoolean()).isTrue();
        assertThat(decoder.readBoolean()).isFalse();
        assertThat(decoder.readString()).isEqualTo("\u00e9 " + value);
        assertThat(decoder.readBytes(null)).isEqualTo(ByteBuffer.wrap(new byte[] {1, 2, 3}));
        byte[] fixed = new byte[2];
        decoder.readFixed(fixed, 0, 2);
        assertThat(fixed).containsExactly(4, 5);
        decoder.skipString();
        decoder.skipBytes();
        assertThat(decoder.readEnum()).isEqualTo(2);
        assertThat(decoder.remaining()).isZero();
    }

    @Test
    void skipsBlocksThatSayTheirLength() throws IOException {
        // Given two items in 4 bytes, one item without a length, the end, and a number after it
        BytesDecoder decoder =
                new BytesDecoder(HexFormat.of().parseHex("03" + "08" + "aabbccdd" + "02" + "06" + "00" + "54"), 0);

        // When / Then
        assertThat(decoder.skipArray()).isEqualTo(1);
        assertThat(decoder.readInt()).isEqualTo(3);
        assertThat(decoder.skipArray()).isZero();
        assertThat(decoder.readInt()).isEqualTo(42);
    }

    @Test
    void readsBlocksThatSayTheirLength() throws IOException {
        // Given two items in 2 bytes
        BytesDecoder decoder = new BytesDecoder(HexFormat.of().parseHex("03" + "04" + "0204" + "00"), 0);

        // When / Then
        assertThat(decoder.readMapStart()).isEqualTo(2);
        assertThat(decoder.readInt()).isEqualTo(1);
        assertThat(decoder.readInt()).isEqualTo(2);
        assertThat(decoder.mapNext()).isZero();
    }

    @Test
    void refusesLengthsBeyondTheBytesThatAreLeft() {
        // Given a length of 2^31 - 9, as an attacker would send to make the reader allocate it
        byte[] hostile = HexFormat.of().parseHex("eeffffff0f61");

        // When / Then
        assertThatThrownBy(() -> new BytesDecoder(hostile, 0).readString()).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new BytesDecoder(hostile, 0).readBytes(null)).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new BytesDecoder(hostile, 0).skipString()).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new BytesDecoder(hostile, 0).readMapStart()).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new BytesDecoder(hostile, 0).readArrayStart()).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new BytesDecoder(hostile, 0).skipArray()).isInstanceOf(EOFException.class);
    }

    @Test
    void refusesNegativeLengthsAndCountsThatHaveNoPositive() {
        assertThatThrownBy(() -> new BytesDecoder(new byte[] {1, 0}, 0).readString())
                .isInstanceOf(EOFException.class);
        // Given the count Long.MIN_VALUE, which stays negative when negated
        byte[] least = HexFormat.of().parseHex("ffffffffffffffffff01" + "00");
        assertThatThrownBy(() -> new BytesDecoder(least, 0).readMapStart()).isInstanceOf(EOFException.class);
    }

    @Test
    void refusesNumbersThatAreTooLongOrCutOff() {
        byte[] eleven = HexFormat.of().parseHex("ffffffffffffffffffff01");
        assertThatThrownBy(() -> new BytesDecoder(eleven, 0).readLong())
                .isInstanceOf(InvalidNumberEncodingException.class);
        assertThatThrownBy(() -> new BytesDecoder(HexFormat.of().parseHex("8080808020"), 0).readInt())
                .isInstanceOf(InvalidNumberEncodingException.class);
        assertThatThrownBy(() -> new BytesDecoder(new byte[] {(byte) 0x80}, 0).readLong())
                .isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new BytesDecoder(new byte[7], 0).readDouble()).isInstanceOf(EOFException.class);
        assertThatThrownBy(() -> new BytesDecoder(new byte[] {2}, 0).readBoolean())
                .isInstanceOf(IOException.class);
    }
}
