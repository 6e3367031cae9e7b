package io.spendstream.money;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MoneyTest {

    @ParameterizedTest
    @CsvSource({
        "0, 2500000, 0",
        "1, 0, 0",
        "1, 499, 0",
        "1, 500, 0", // half to even: down
        "1, 501, 1",
        "1, 1499, 1",
        "1, 1500, 2", // half to even: up
        "1, 1501, 2",
        "1, 2500, 2",
        "3, 500, 2",
        "5, 500, 2",
        "1000, 2500000, 2500000",
        "9223372036854775807, 1, 9223372036854776", // ...775.807 is nearer to ...776
        "9223372036854775807, 1000, 9223372036854775807",
    })
    void aCostIsRoundedOnceHalfEvenToWholeNanoUsd(long quantity, long rate, long expected) {
        assertThat(Money.costNanoUsd(quantity, rate)).isEqualTo(expected);
        assertThat(Money.costNanoUsd(rate, quantity)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void costsAreThoseOfExactArithmetic(long seed) {
        // Given
        Random random = new Random(seed);
        for (int i = 0; i < 50_000; i++) {
            long quantity = amount(random);
            long rate = amount(random);

            // When
            Long cost = costOrOverflow(quantity, rate);

            // Then
            BigInteger exact = new BigDecimal(BigInteger.valueOf(quantity).multiply(BigInteger.valueOf(rate)))
                    .divide(BigDecimal.valueOf(1_000), 0, RoundingMode.HALF_EVEN)
                    .toBigIntegerExact();
            assertThat(cost)
                    .as("%d x %d", quantity, rate)
                    .isEqualTo(exact.bitLength() > 63 ? null : (Long) exact.longValueExact());
        }
    }

    /** Of all lengths, often next to a half, and at the edges of the products that fit 63 and 64 bits. */
    private static long amount(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> random.nextLong() >>> (1 + random.nextInt(63));
            case 1 -> 500L * random.nextInt(100_000) + random.nextInt(3);
            case 2 -> (1L << random.nextInt(63)) + random.nextInt(3) - 1 & Long.MAX_VALUE;
            default -> random.nextInt(2_000);
        };
    }

    private static Long costOrOverflow(long quantity, long rate) {
        try {
            return Money.costNanoUsd(quantity, rate);
        } catch (ArithmeticException e) {
            return null;
        }
    }

    @Test
    void aCostThatDoesNotFitIsAnErrorAndNeverWraps() {
        assertThatThrownBy(() -> Money.costNanoUsd(Long.MAX_VALUE, 1_001)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Money.costNanoUsd(Long.MAX_VALUE, Long.MAX_VALUE))
                .isInstanceOf(ArithmeticException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 0",
        "1, 0.000000001",
        "-1, -0.000000001",
        "10, 0.00000001",
        "1000000000, 1",
        "100000000000, 100", // no scientific notation: not 1E+2
        "3500000, 0.0035",
        "-2500000001, -2.500000001",
        "9223372036854775807, 9223372036.854775807",
        "-9223372036854775808, -9223372036.854775808",
    })
    void usdIsExactWithoutTrailingZeros(long nanoUsd, String expected) {
        assertThat(Money.usd(nanoUsd).toPlainString()).isEqualTo(expected);
        assertThat(Money.nanoUsd(new BigDecimal(expected))).isEqualTo(nanoUsd);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0000000001", "9223372036.854775808", "1E+30", "1E-30"})
    void usdThatIsNotAWholeNumberOfNanoUsdOrDoesNotFitIsAnError(String usd) {
        assertThatThrownBy(() -> Money.nanoUsd(new BigDecimal(usd))).isInstanceOf(ArithmeticException.class);
    }

    /** Written out in digits, such a number would fill the memory: a dozen bytes must not be able to ask for that. */
    @ParameterizedTest
    @ValueSource(strings = {"1E+200000000", "1E+1000000000", "-1E+2147483647", "1E-1000000000", "1E-2147483647"})
    void anAbsurdExponentIsRefusedAtOnce(String amount) {
        BigDecimal absurd = new BigDecimal(amount);
        Assertions.assertTimeoutPreemptively(Duration.ofSeconds(5), () -> {
            assertThatThrownBy(() -> Money.nanoUsd(absurd)).isInstanceOf(ArithmeticException.class);
        });
    }

    @Test
    void zeroHasNoSignOrScale() {
        assertThat(Money.usd(0).toPlainString()).isEqualTo("0");
        assertThat(Money.nanoUsd(new BigDecimal("0E+1000000000"))).isZero();
    }
}
