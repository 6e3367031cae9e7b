package io.spendstream.alert;

import java.math.BigDecimal;
import java.math.RoundingMode;

/** Shares in the sentences of alerts: rounded, for people. */
public final class AlertWords {

    private AlertWords() {}

    /** Parts per million as {@code 2.5 %}. */
    public static String percent(long ppm) {
        return BigDecimal.valueOf(ppm, 4).setScale(1, RoundingMode.HALF_EVEN).toPlainString() + " %";
    }
}
