package io.spendstream.anomaly;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/** Figures for people. */
final class Texts {

    private static final int NANO_DIGITS = 9;

    private Texts() {}

    /** {@code 12.30 USD}: cents from one dollar on, else three significant digits. */
    static String usd(double nanoUsd) {
        BigDecimal usd = BigDecimal.valueOf(Math.round(nanoUsd), NANO_DIGITS);
        BigDecimal rounded = usd.abs().compareTo(BigDecimal.ONE) >= 0 || usd.signum() == 0
                ? usd.setScale(2, RoundingMode.HALF_EVEN)
                : usd.round(new MathContext(3, RoundingMode.HALF_EVEN)).stripTrailingZeros();
        return rounded.toPlainString() + " USD";
    }

    /** {@code 12 %}, with a digit more below ten. */
    static String percent(double share) {
        double percent = share * 100;
        return Math.abs(percent) < 10 && percent != Math.rint(percent)
                ? String.format(Locale.ROOT, "%.1f %%", percent)
                : String.format(Locale.ROOT, "%.0f %%", percent);
    }
}
