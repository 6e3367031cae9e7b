package io.spendstream.budget;

import io.spendstream.money.Money;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** Amounts and fractions as people read them. */
final class Words {

    private Words() {}

    /** Exact: what is more than something else must look so. */
    static String usd(long nanoUsd) {
        return Money.usd(nanoUsd).toPlainString() + " USD";
    }

    /** With one decimal at most, rounded down: nothing looks reached before it is. */
    static String percent(long ppm) {
        BigDecimal percent =
                BigDecimal.valueOf(ppm, 4).setScale(1, RoundingMode.FLOOR).stripTrailingZeros();
        return percent.toPlainString() + " %";
    }
}
