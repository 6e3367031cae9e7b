package io.spendstream.words;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {

    @ParameterizedTest
    @CsvSource({
        "0, 0.00 USD",
        "1, 0.000000001 USD",
        "1234, 0.00000123 USD",
        "1239999, 0.00123 USD",
        "500000, 0.0005 USD",
        "42000000, 0.042 USD",
        "500000000, 0.50 USD",
        "128000000, 0.128 USD",
        "999999999, 0.999 USD",
        "1000000000, 1.00 USD",
        "1009999999, 1.00 USD",
        "12500000000, 12.50 USD",
        "80000000001, 80.00 USD",
        "99999999999, 99.99 USD", // not yet the 100 of a limit
        "1234567891234567, 1234567.89 USD",
        "9223372036854775807, 9223372036.85 USD",
        "-1, -0.000000001 USD",
        "-128999999, -0.128 USD",
        "-12349999999, -12.34 USD",
        "-9223372036854775808, -9223372036.85 USD",
    })
    void anAmountHasCentsFromADollarOnAndThreeDigitsBelow(long nanoUsd, String words) {
        assertThat(Amounts.usd(nanoUsd)).isEqualTo(words);
        assertThat(Amounts.usd(BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros()))
                .isEqualTo(words);
    }
}
