package io.spendstream.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WireFormatTest {

    @ParameterizedTest
    @CsvSource({
        "0000000000, 0",
        "0000000001, 1",
        "00000000ff, 255",
        "0001020304, 16909060",
        "007fffffff, 2147483647",
        "00ffffffff, -1",
        "00000000072a2a, 7"
    })
    void readsAndWritesTheIdHighestByteFirst(String hex, int id) {
        // Given
        byte[] record = HexFormat.of().parseHex(hex);

        // When
        byte[] written = WireFormat.record(id, HexFormat.of().parseHex(hex.substring(10)));

        // Then
        assertThat(WireFormat.schemaId(record)).isEqualTo(id);
        assertThat(written).isEqualTo(record);
    }

    @ParameterizedTest
    @CsvSource({
        "'', The record has 0 bytes",
        "00000000, The record has 4 bytes",
        "7b22696422, The record starts with byte 0x7b",
        "ff00000001, The record starts with byte 0xff"
    })
    void refusesWhatIsNotInTheFormat(String hex, String message) {
        // Given
        byte[] record = HexFormat.of().parseHex(hex);

        // When / Then
        assertThatThrownBy(() -> WireFormat.schemaId(record))
                .isInstanceOf(WireFormatException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void aWireFormatFaultIsADecodingFaultWithItsReason() {
        assertThat(new WireFormatException("x").reason()).isEqualTo(DecodeException.Reason.WIRE_FORMAT);
    }
}
