package io.spendstream.anomaly;

import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What can be set of a detector, as {@code detector.<name>.<key>}. Amounts are in USD, shares and ratios plain numbers
 * (0.2 is 20 %). {@code enabled} is {@code true} or {@code false}.
 */
public enum Parameter {
    ZSCORE_ENABLED(Detector.DAILY_ZSCORE),
    RATIO_ENABLED(Detector.DAILY_RATIO),
    SEASONAL_ENABLED(Detector.SEASONAL),
    COST_PER_REQUEST_ENABLED(Detector.COST_PER_REQUEST),
    CACHE_ENABLED(Detector.CACHE_HIT_RATE),
    CONCENTRATION_ENABLED(Detector.CONCENTRATION),
    RETRY_ENABLED(Detector.RETRY_WASTE),
    UNPRICED_ENABLED(Detector.UNPRICED_MODEL),
    SILENCE_ENABLED(Detector.SILENCE),
    LATE_ENABLED(Detector.LATE_SURGE),
    ESCALATION_ENABLED(Detector.ESCALATION_RATE),
    OUTLIER_ENABLED(Detector.REQUEST_OUTLIER),

    ZSCORE_SIGMA(Detector.DAILY_ZSCORE, "sigma", 2, 0.5, 20, "standard deviations above the mean");

    private static final Parameter[] VALUES = values();
    public static final int COUNT = VALUES.length;

    /** Apart, as the constants above are made before any other constant here. */
    private static final class Switch {
        static final String KEY = "enabled";
    }

    private final Detector detector;
    private final String key;
    private final double byDefault;
    private final double min;
    private final double max;
    private final String meaning;

    Parameter(Detector detector) {
        this(detector, Switch.KEY, 1, 0, 1, "whether it judges");
    }

    Parameter(Detector detector, String key, double byDefault, double min, double max, String meaning) {
        this.detector = detector;
        this.key = key;
        this.byDefault = byDefault;
        this.min = min;
        this.max = max;
        this.meaning = meaning;
    }

    public Detector detector() {
        return detector;
    }

    public String key() {
        return key;
    }

    public double byDefault() {
        return byDefault;
    }

    public double min() {
        return min;
    }

    public double max() {
        return max;
    }

    /** For people. */
    public String meaning() {
        return meaning;
    }

    boolean isSwitch() {
        return key.equals(Switch.KEY);
    }

    /** What a value may be, for people. */
    public String takes() {
        return isSwitch() ? "true or false" : "a number from " + plain(min) + " to " + plain(max);
    }

    /** Without a fraction where there is none. */
    static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }

    static List<String> keysOf(Detector detector) {
        return Arrays.stream(VALUES)
                .filter(parameter -> parameter.detector == detector)
                .map(Parameter::key)
                .toList();
    }

    static Parameter switchOf(Detector detector) {
        return VALUES[detector.ordinal()];
    }

    static Optional<Parameter> of(Detector detector, String key) {
        for (Parameter parameter : VALUES) {
            if (parameter.detector == detector && parameter.key.equals(key)) {
                return Optional.of(parameter);
            }
        }
        return Optional.empty();
    }
}
