package io.spendstream.anomaly;

import io.spendstream.anomaly.Scope.Kind;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** What is looked for, and in which scopes. */
public enum Detector {
    DAILY_ZSCORE("daily_zscore", EnumSet.allOf(Kind.class)),
    DAILY_RATIO("daily_ratio", EnumSet.allOf(Kind.class)),
    SEASONAL("seasonal", EnumSet.allOf(Kind.class)),
    COST_PER_REQUEST("cost_per_request", EnumSet.of(Kind.FEATURE, Kind.MODEL)),
    CACHE_HIT_RATE("cache_hit_rate", EnumSet.of(Kind.FEATURE, Kind.MODEL)),
    CONCENTRATION("concentration", EnumSet.of(Kind.TENANT, Kind.FEATURE)),
    RETRY_WASTE("retry_waste", EnumSet.of(Kind.TENANT, Kind.FEATURE, Kind.MODEL)),
    UNPRICED_MODEL("unpriced_model", EnumSet.of(Kind.MODEL)),
    SILENCE("silence", EnumSet.of(Kind.TENANT, Kind.FEATURE)),
    LATE_SURGE("late_surge", EnumSet.of(Kind.TENANT)),
    ESCALATION_RATE("escalation_rate", EnumSet.of(Kind.FEATURE)),
    /** Judged for each request, not at a close. */
    REQUEST_OUTLIER("request_outlier", EnumSet.noneOf(Kind.class));

    private final String label;
    private final Set<Kind> kinds;

    Detector(String label, Set<Kind> kinds) {
        this.label = label;
        this.kinds = kinds;
    }

    /** Its name in alerts and in configuration. */
    public String label() {
        return label;
    }

    boolean judges(Kind kind) {
        return kinds.contains(kind);
    }

    public static Optional<Detector> named(String label) {
        for (Detector detector : values()) {
            if (detector.label.equals(label)) {
                return Optional.of(detector);
            }
        }
        return Optional.empty();
    }
}
