package io.spendstream.anomaly;

import io.spendstream.budget.Glob;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How detectors judge: {@code detector.<name>.<parameter>} for all, {@code detector.<name>[<tenant>/<feature>].<parameter>}
 * for some, where {@code *} stands for any text. Of several that fit, the one that comes last in the order of their
 * texts counts. What is for one feature does not touch the scopes of tenants, teams and models; with the feature
 * {@code *} it does.
 */
public final class DetectorSettings {

    /** Before every key. */
    public static final String PREFIX = "detector.";

    /** More would be looked through for each scope. */
    private static final int OVERRIDES_MAX = 1_000;

    private static final Pattern KEY =
            Pattern.compile("detector\\.([a-z_]+)(?:\\[([^\\]/]{1,256})/([^\\]]{1,256})\\])?\\.([a-z_]+)");

    private record Override(String tenant, String feature, Parameter parameter, double value) {
        boolean fits(Scope scope) {
            return Glob.matches(tenant, scope.tenant())
                    && Glob.matches(feature, scope.kind() == Scope.Kind.FEATURE ? scope.value() : "");
        }
    }

    /** The parameters that count for one scope. */
    public static final class Values {
        private final double[] values;
        private final boolean[] set;

        private Values(double[] values, boolean[] set) {
            this.values = values;
            this.set = set;
        }

        public double get(Parameter parameter) {
            return values[parameter.ordinal()];
        }

        /** Whether it was set by somebody, be it to the default. */
        boolean isSet(Parameter parameter) {
            return set[parameter.ordinal()];
        }

        private void set(Parameter parameter, double value) {
            values[parameter.ordinal()] = value;
            set[parameter.ordinal()] = true;
        }

        private Values copy() {
            return new Values(values.clone(), set.clone());
        }

        private static Values byDefault() {
            double[] values = new double[Parameter.COUNT];
            for (Parameter parameter : Parameter.values()) {
                values[parameter.ordinal()] = parameter.byDefault();
            }
            return new Values(values, new boolean[Parameter.COUNT]);
        }

        public boolean isEnabled(Detector detector) {
            return values[Parameter.switchOf(detector).ordinal()] != 0;
        }

        /** A parameter that is in USD, in nano-USD. */
        public long nanoUsd(Parameter parameter) {
            return Math.round(get(parameter) * 1e9);
        }
    }

    private final Values forAll;
    private final List<Override> overrides;

    private DetectorSettings(Values forAll, List<Override> overrides) {
        this.forAll = forAll;
        this.overrides = overrides;
    }

    public static DetectorSettings defaults() {
        return of(Map.of());
    }

    /**
     * From configuration; keys that do not begin with {@link #PREFIX} are not looked at.
     *
     * @throws IllegalArgumentException that names every fault: each key that is not known or whose value is out of
     *     bounds, with what it takes
     */
    public static DetectorSettings of(Map<String, String> configuration) {
        Values forAll = Values.byDefault();
        List<Override> overrides = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        new TreeMap<>(configuration).forEach((key, value) -> {
            if (key.startsWith(PREFIX)) {
                read(key, value, forAll, overrides).ifPresent(faults::add);
            }
        });
        if (overrides.size() > OVERRIDES_MAX) {
            faults.add("there are " + overrides.size() + " settings for some tenants or features, at most "
                    + OVERRIDES_MAX + " are taken: use patterns");
        }
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(String.join("; ", faults));
        }
        return new DetectorSettings(forAll, List.copyOf(overrides));
    }

    private static Optional<String> read(String key, String text, Values forAll, List<Override> overrides) {
        Matcher match = KEY.matcher(key);
        if (!match.matches()) {
            return Optional.of(key + " is not understood: it is detector.<name>.<parameter> or"
                    + " detector.<name>[<tenant>/<feature>].<parameter>");
        }
        Optional<Detector> detector = Detector.named(match.group(1));
        if (detector.isEmpty()) {
            return Optional.of(key + ": there is no detector " + match.group(1));
        }
        Optional<Parameter> parameter = Parameter.of(detector.get(), match.group(4));
        if (parameter.isEmpty()) {
            return Optional.of(key + ": " + match.group(1) + " has no parameter " + match.group(4) + ", it has "
                    + Parameter.keysOf(detector.get()));
        }
        return set(key, text, parameter.get(), match, forAll, overrides);
    }

    private static Optional<String> set(
            String key, String text, Parameter parameter, Matcher match, Values forAll, List<Override> overrides) {
        double value = number(text, parameter);
        if (!(value >= parameter.min() && value <= parameter.max())) {
            return Optional.of(key + " is " + text + ", it takes " + parameter.takes());
        }
        if (match.group(2) == null) {
            forAll.set(parameter, value);
        } else {
            overrides.add(new Override(match.group(2), match.group(3), parameter, value));
        }
        return Optional.empty();
    }

    private static double number(String text, Parameter parameter) {
        String trimmed = text.trim().toLowerCase(Locale.ROOT);
        if (parameter.isSwitch() && (trimmed.equals("true") || trimmed.equals("false"))) {
            return trimmed.equals("true") ? 1 : 0;
        }
        try {
            return parameter.isSwitch() ? Double.NaN : Double.parseDouble(trimmed);
        } catch (NumberFormatException notANumber) {
            return Double.NaN;
        }
    }

    /** Whether every detector is switched off for everybody. */
    public boolean isOff() {
        return overrides.stream().noneMatch(override -> override.parameter().isSwitch() && override.value() != 0)
                && Arrays.stream(Detector.values()).noneMatch(forAll::isEnabled);
    }

    /** What counts for a scope. */
    public Values of(Scope scope) {
        Values values = forAll;
        for (Override override : overrides) {
            if (override.fits(scope)) {
                values = values == forAll ? forAll.copy() : values;
                values.set(override.parameter(), override.value());
            }
        }
        return values;
    }
}
