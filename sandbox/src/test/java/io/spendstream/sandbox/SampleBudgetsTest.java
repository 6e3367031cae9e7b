package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SampleBudgetsTest {

    @ParameterizedTest
    @CsvSource({
        "1.15, 398.838808150, 350",
        "0.58, 2968.742455415, 5100",
        "0.92, 133.0620094, 140",
        "0.5, 1.001, 2",
        // At the beginning of a period nothing is spent yet, and a limit of 0 is none.
        "0.92, 0, 0.01",
        "0.92, 0.000000001, 0.01"
    })
    void a_limit_suits_what_was_spent_in_two_digits(BigDecimal fraction, BigDecimal spent, BigDecimal limit) {
        assertThat(SampleBudgets.limit(fraction, spent)).isEqualByComparingTo(limit);
    }
}
