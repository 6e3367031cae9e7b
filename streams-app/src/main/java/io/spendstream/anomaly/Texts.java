package io.spendstream.anomaly;

import java.util.Locale;

/** Figures for people. */
final class Texts {

    private Texts() {}

    /** {@code 12 %}, with a digit more below ten. */
    static String percent(double share) {
        double percent = share * 100;
        return Math.abs(percent) < 10 && percent != Math.rint(percent)
                ? String.format(Locale.ROOT, "%.1f %%", percent)
                : String.format(Locale.ROOT, "%.0f %%", percent);
    }
}
