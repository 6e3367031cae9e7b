package io.spendstream.money;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/**
 * Exact money in {@code long}s: prices in whole pico-USD per unit, costs in whole nano-USD. Overflow is an
 * {@link ArithmeticException}, never a wrap. There is no floating point here.
 */
public final class Money {

    private static final long PICO_PER_NANO = 1_000;

    private Money() {}

    /**
     * What a quantity costs: {@code quantity × rate}, rounded once, half-even, to whole nano-USD.
     *
     * @param quantity units, not negative
     * @param picoUsdPerUnit rate, not negative
     * @throws ArithmeticException where the cost does not fit a {@code long} of nano-USD
     */
    public static long costNanoUsd(long quantity, long picoUsdPerUnit) {
        long high = Math.multiplyHigh(quantity, picoUsdPerUnit);
        long pico = quantity * picoUsdPerUnit;
        if (high != 0 || pico < 0) {
            return new BigDecimal(BigInteger.valueOf(quantity).multiply(BigInteger.valueOf(picoUsdPerUnit)), 3)
                    .setScale(0, RoundingMode.HALF_EVEN)
                    .longValueExact();
        }
        long nano = pico / PICO_PER_NANO;
        long rest = pico - nano * PICO_PER_NANO;
        if (rest > PICO_PER_NANO / 2 || (rest == PICO_PER_NANO / 2 && (nano & 1) == 1)) {
            nano++;
        }
        return nano;
    }

    /** Nano-USD as USD with nine decimals or fewer: trailing zeros are cut, the value is exact. */
    public static BigDecimal usd(long nanoUsd) {
        BigDecimal usd = BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros();
        return usd.scale() < 0 ? usd.setScale(0) : usd;
    }

    /**
     * USD as whole nano-USD.
     *
     * @throws ArithmeticException where the amount has more than nine decimals or does not fit
     */
    public static long nanoUsd(BigDecimal usd) {
        return usd.scaleByPowerOfTen(9).longValueExact();
    }
}
