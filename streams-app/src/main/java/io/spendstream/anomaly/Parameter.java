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

    ZSCORE_SIGMA(Detector.DAILY_ZSCORE, "sigma", 2, 0.5, 20, "standard deviations above the mean of the days before"),
    ZSCORE_FLAT_RATIO(
            Detector.DAILY_ZSCORE, "flat_ratio", 1.5, 1, 100, "times the mean, where the days before are all alike"),
    ZSCORE_MIN_DAYS(Detector.DAILY_ZSCORE, "min_days", 7, 2, 28, "days of history that are needed"),
    ZSCORE_LEAST_RATIO(
            Detector.DAILY_ZSCORE, "least_ratio", 1.25, 1, 100, "times what this weekday costs, at the least"),
    ZSCORE_NOISE(
            Detector.DAILY_ZSCORE,
            "noise",
            3.5,
            0,
            20,
            "usual distances of a day from its weekday that are no anomaly; 0: no such gate"),
    ZSCORE_MIN_COST(Detector.DAILY_ZSCORE, "min_cost_usd", 0.1, 0, 1e6, "USD above the mean, at the least"),

    RATIO_INFO(Detector.DAILY_RATIO, "info", 1.3, 1, 100, "times the 7-day average: severity info"),
    RATIO_WARNING(Detector.DAILY_RATIO, "warning", 1.5, 1, 100, "times the 7-day average: severity warning"),
    RATIO_CRITICAL(Detector.DAILY_RATIO, "critical", 2, 1, 100, "times the 7-day average: severity critical"),
    RATIO_MIN_DAYS(Detector.DAILY_RATIO, "min_days", 7, 1, 7, "days of history that are needed"),
    RATIO_LEAST_RATIO(Detector.DAILY_RATIO, "least_ratio", 1.3, 1, 100, "times what this weekday costs, at the least"),
    RATIO_NOISE(
            Detector.DAILY_RATIO,
            "noise",
            3.5,
            0,
            20,
            "usual distances of a day from its weekday that are no anomaly; 0: no such gate"),
    RATIO_MIN_COST(Detector.DAILY_RATIO, "min_cost_usd", 0.1, 0, 1e6, "USD above the average, at the least"),

    SEASONAL_RATIO(Detector.SEASONAL, "least_ratio", 1.5, 1, 100, "times what the hour costs, at the least"),
    SEASONAL_ONCE_IN_DAYS(
            Detector.SEASONAL, "once_in_days", 5000, 10, 1e6, "a usual day is above the margin once in so many"),
    SEASONAL_WARMUP_DAYS(Detector.SEASONAL, "warmup_days", 4, 4, 28, "days of history that are needed"),
    SEASONAL_MIN_COST(Detector.SEASONAL, "min_cost_usd", 0.02, 0, 1e6, "USD above what is expected, at the least"),
    SEASONAL_WARNING_COST(
            Detector.SEASONAL, "warning_cost_usd", 1, 0, 1e6, "USD above what is expected; below: severity info"),

    COST_PER_REQUEST_RISE(Detector.COST_PER_REQUEST, "rise", 0.5, 0.01, 100, "above the week before, 0.5 is 50 %"),
    COST_PER_REQUEST_MIN_REQUESTS(
            Detector.COST_PER_REQUEST, "min_requests", 50, 1, 1e9, "requests that are needed, within 24 hours"),
    COST_PER_REQUEST_MIN_COST(
            Detector.COST_PER_REQUEST, "min_cost_usd", 0.02, 0, 1e6, "USD above what is usual, at the least"),

    CACHE_MARGIN(Detector.CACHE_HIT_RATE, "margin", 0.15, 0.01, 1, "below the usual rate, at the least"),
    CACHE_FLOOR(Detector.CACHE_HIT_RATE, "floor", 0, 0, 1, "always an anomaly below this rate; 0: none"),
    CACHE_MIN_REQUESTS(
            Detector.CACHE_HIT_RATE, "min_requests", 50, 1, 1e9, "requests that are needed, within 24 hours"),

    CONCENTRATION_SHARE(
            Detector.CONCENTRATION, "share", 0.2, 0.01, 1, "of the tenant's daily budget or spend, at the least"),
    CONCENTRATION_RISE(Detector.CONCENTRATION, "rise", 0.15, 0, 1, "above the usual share, at the least"),
    CONCENTRATION_MIN_DAYS(Detector.CONCENTRATION, "min_days", 7, 3, 28, "days of history that are needed"),
    CONCENTRATION_MIN_COST(
            Detector.CONCENTRATION, "min_cost_usd", 0.1, 0, 1e6, "USD that the feature or user has spent today"),
    CONCENTRATION_MIN_USERS(
            Detector.CONCENTRATION, "min_users", 10, 2, 10, "users that are needed where no day before is known"),

    RETRY_SHARE(Detector.RETRY_WASTE, "share", 0.1, 0.001, 1, "of the cost, at the least"),
    RETRY_RISE(Detector.RETRY_WASTE, "rise", 0.05, 0, 1, "above the usual share, at the least"),
    RETRY_MIN_REQUESTS(Detector.RETRY_WASTE, "min_requests", 50, 1, 1e9, "requests that are needed, within 24 hours"),
    RETRY_MIN_COST(Detector.RETRY_WASTE, "min_cost_usd", 0.02, 0, 1e6, "USD that these requests cost, at the least"),

    UNPRICED_MIN_REQUESTS(Detector.UNPRICED_MODEL, "min_requests", 1, 1, 1e9, "requests within an hour"),

    SILENCE_MIN_DAYS(Detector.SILENCE, "min_days", 7, 7, 28, "days of history that are needed"),
    SILENCE_MIN_REQUESTS(
            Detector.SILENCE, "min_requests", 20, 1, 1e9, "requests that would usually have come while it is silent"),

    LATE_SHARE(Detector.LATE_SURGE, "share", 0.05, 0.001, 1, "of an hour's requests, and above the usual share"),
    LATE_MIN_REQUESTS(Detector.LATE_SURGE, "min_requests", 50, 1, 1e9, "late requests within an hour"),

    ESCALATION_RISE(Detector.ESCALATION_RATE, "rise", 0.1, 0.001, 1, "above the usual rate, at the least"),
    ESCALATION_MIN_REQUESTS(
            Detector.ESCALATION_RATE, "min_requests", 50, 1, 1e9, "requests that are needed, within 24 hours"),

    OUTLIER_COST(
            Detector.REQUEST_OUTLIER,
            "ceiling_cost_usd",
            5,
            0.000001,
            1e6,
            "USD of one request; until it is set, only where samples are too few"),
    OUTLIER_TOKENS(
            Detector.REQUEST_OUTLIER,
            "ceiling_tokens",
            2_000_000,
            1,
            1e12,
            "tokens of one request; until it is set, only where samples are too few"),
    OUTLIER_FACTOR(
            Detector.REQUEST_OUTLIER,
            "factor",
            3,
            1,
            1000,
            "times the 99 % point of its feature and model, at the least"),
    OUTLIER_MIN_SAMPLES(Detector.REQUEST_OUTLIER, "min_samples", 200, 20, 1e6, "requests seen before, at the least"),
    OUTLIER_MIN_COST(
            Detector.REQUEST_OUTLIER,
            "min_cost_usd",
            0.05,
            0,
            1e6,
            "USD: cheaper requests are judged by the ceilings alone"),
    OUTLIER_MIN_TOKENS(
            Detector.REQUEST_OUTLIER,
            "min_tokens",
            10_000,
            0,
            1e12,
            "smaller requests are judged by the ceilings alone");

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
