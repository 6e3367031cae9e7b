package io.spendstream.words;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Amounts in sentences: rounded towards nothing, so that no limit looks reached before it is. */
public final class Amounts {

    private static final int NANO_DIGITS = 9;
    private static final int CENTS = 2;
    private static final MathContext SIGNIFICANT = new MathContext(3, RoundingMode.DOWN);

    private Amounts() {}

    /** Whole nano-USD as {@link #usd(BigDecimal)}. */
    public static String usd(long nanoUsd) {
        return usd(BigDecimal.valueOf(nanoUsd, NANO_DIGITS));
    }

    /** Such as {@code 12.34 USD}: cents from one dollar on, else three significant digits, but cents at least. */
    public static String usd(BigDecimal usd) {
        BigDecimal rounded = usd.abs().compareTo(BigDecimal.ONE) >= 0
                ? usd.setScale(CENTS, RoundingMode.DOWN)
                : usd.round(SIGNIFICANT).stripTrailingZeros();
        return rounded.setScale(Math.max(CENTS, rounded.scale())).toPlainString() + " USD";
    }
}
