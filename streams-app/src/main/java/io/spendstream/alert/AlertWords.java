package io.spendstream.alert;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;

/** Amounts in the sentences of alerts: rounded, for people. */
public final class AlertWords {

    private static final int NANO_DIGITS = 9;

    private AlertWords() {}

    /** Such as {@code 12.35 USD}: cents from one dollar on, else three significant digits. */
    public static String usd(long nanoUsd) {
        BigDecimal usd = BigDecimal.valueOf(nanoUsd, NANO_DIGITS);
        BigDecimal rounded = usd.abs().compareTo(BigDecimal.ONE) >= 0 || usd.signum() == 0
                ? usd.setScale(2, RoundingMode.HALF_EVEN)
                : usd.round(new MathContext(3, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        return rounded.toPlainString() + " USD";
    }

    /** Parts per million as {@code 2.5 %}. */
    public static String percent(long ppm) {
        return BigDecimal.valueOf(ppm, 4).setScale(1, RoundingMode.HALF_EVEN).toPlainString() + " %";
    }
}
