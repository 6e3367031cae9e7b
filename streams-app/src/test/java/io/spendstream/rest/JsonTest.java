package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import io.spendstream.query.Freshness;
import io.spendstream.query.Lag;
import java.io.IOException;
import java.io.StringWriter;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JsonTest {

    @ParameterizedTest
    @CsvSource({
        "0, 9, 0",
        "1, 9, 0.000000001",
        "-1, 9, -0.000000001",
        "1000000000, 9, 1",
        "-1500000000, 9, -1.5",
        "12000000001, 9, 12.000000001",
        "820000, 6, 0.82",
        "7, 0, 7",
        "9223372036854775807, 9, 9223372036.854775807",
        "-9223372036854775808, 9, -9223372036.854775808",
    })
    void decimals_are_exact(long units, int digits, String text) {
        assertThat(written(units, digits)).isEqualTo(text);
    }

    @Test
    void an_age_that_is_not_known_yet_is_null_and_not_56_years() throws IOException {
        StringWriter text = new StringWriter();
        try (JsonGenerator g = new JsonFactory().createGenerator(text)) {
            g.writeStartObject();
            Json.writeFreshness(
                    g, new Freshness(true, Lag.UNKNOWN, 7, Instant.now().toEpochMilli()));
            g.writeEndObject();
        }

        assertThat(text)
                .hasToString("{\"freshness\":{\"complete\":true,\"as_of\":null,\"lag_records\":7,\"lag_ms\":null}}");
    }

    @Test
    void decimals_are_as_big_decimal_writes_them() {
        // Given
        Random random = new Random(20_261_122);
        for (int i = 0; i < 100_000; i++) {
            long units = random.nextLong() >> random.nextInt(64);
            int digits = random.nextBoolean() ? Json.NANO_DIGITS : Json.PPM_DIGITS;

            // Then
            BigDecimal expected = BigDecimal.valueOf(units, digits).stripTrailingZeros();
            assertThat(written(units, digits)).isEqualTo(expected.toPlainString());
        }
    }

    @Test
    void times_that_are_kept_as_text_are_those_that_were_asked_for() {
        // Given
        TimeTexts texts = new TimeTexts();
        Random random = new Random(1);
        for (int i = 0; i < 10_000; i++) {
            Instant time = Instant.ofEpochMilli(random.nextInt(5_000) * 500L);

            // Then
            assertThat(texts.text(time)).isEqualTo(time.toString());
        }
    }

    private static String written(long units, int digits) {
        return new String(Json.write(g -> Json.writeDecimal(g, units, digits)), StandardCharsets.UTF_8);
    }
}
