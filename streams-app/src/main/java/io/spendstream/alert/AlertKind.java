package io.spendstream.alert;

import java.util.Arrays;
import java.util.List;

/** What an alert is about: all kinds there are, and the only list of them. */
public enum AlertKind {
    /** A part of the limit is spent. */
    BUDGET_THRESHOLD("budget_threshold"),
    /** The limit is spent much faster than an even pace. */
    BUDGET_BURN_RATE("budget_burn_rate"),
    /** At the present pace the limit is reached before the period ends. */
    BUDGET_FORECAST("budget_forecast"),
    /** More groups than are kept share one counter. */
    BUDGET_OVERFLOW("budget_overflow"),
    /** What {@code io.spendstream.anomaly.Detector} describes. */
    DAILY_ZSCORE("daily_zscore"),
    DAILY_RATIO("daily_ratio"),
    SEASONAL("seasonal"),
    COST_PER_REQUEST("cost_per_request"),
    CACHE_HIT_RATE("cache_hit_rate"),
    REQUEST_OUTLIER("request_outlier"),
    CONCENTRATION("concentration"),
    RETRY_WASTE("retry_waste"),
    UNPRICED_MODEL("unpriced_model"),
    SILENCE("silence"),
    LATE_SURGE("late_surge"),
    ESCALATION_RATE("escalation_rate"),
    /** An invoice and what was metered are further apart than tolerated. */
    RECONCILIATION_DRIFT("reconciliation_drift");

    private final String id;

    AlertKind(String id) {
        this.id = id;
    }

    /** As in records, answers and queries. Part of what alerts' ids are made of: never changed. */
    public String id() {
        return id;
    }

    /** All ids. */
    public static List<String> ids() {
        return Arrays.stream(values()).map(AlertKind::id).toList();
    }
}
