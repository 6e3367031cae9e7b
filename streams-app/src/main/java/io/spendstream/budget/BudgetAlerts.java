package io.spendstream.budget;

import io.spendstream.usage.Dimension;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.Contributor;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The alerts of budgets, with their ids, severities and sentences. */
public final class BudgetAlerts {

    public static final String THRESHOLD = "budget_threshold";
    public static final String BURN_RATE = "budget_burn_rate";
    public static final String FORECAST = "budget_forecast";
    /** More groups than a budget may have: new ones share a counter. */
    public static final String OVERFLOW = "budget_overflow";

    private static final long WARNING_FROM_PPM = 800_000;

    /**
     * What an alert is about.
     *
     * @param group values in the order of {@code group_by}
     * @param limit in force
     * @param spent in the window
     * @param time event time of what made the alert open or change
     * @param contributors who spent most, the largest first
     */
    public record Cause(
            BudgetDefinition definition,
            List<String> group,
            boolean overflow,
            Window window,
            long limit,
            long spent,
            Instant time,
            List<Contributor> contributors) {}

    private BudgetAlerts() {}

    /** @param notifies whether it is the highest of those passed at once */
    public static Alert threshold(Cause cause, Threshold threshold, boolean notifies) {
        String summary = subject(cause) + " has spent " + spentOfLimit(cause) + " " + period(cause)
                + ", and is past its threshold of " + Words.percent(threshold.atPpm()) + asks(threshold) + ".";
        return alert(cause, THRESHOLD, Long.toString(threshold.atPpm()))
                .setSeverity(severity(threshold))
                .setNotify(notifies)
                .setThreshold(threshold.atPpm())
                .setAction(BudgetJson.name(threshold.action()))
                .setSummary(summary)
                .build();
    }

    /** @param ratePpm over the rule's long window */
    public static Alert burnRate(Cause cause, BurnRate.Rule rule, long ratePpm) {
        String summary = subject(cause) + " has been spent at " + Words.times(ratePpm) + " its even pace for the last "
                + words(rule.longWindow()) + " and still is: " + spentOfLimit(cause) + " " + period(cause) + ".";
        return alert(cause, BURN_RATE, rule.name())
                .setSeverity(rule.severity())
                .setThreshold(rule.ratePpm())
                .setSummary(summary)
                .setLabels(labels(cause, "rule", rule.name()))
                .build();
    }

    /** @param forecast one that {@link Forecast#warns} */
    public static Alert forecast(Cause cause, Forecast forecast) {
        BudgetDefinition definition = cause.definition;
        String ahead = forecast.atEnd() == null
                ? ""
                : ", and " + Words.amount(definition.measure(), forecast.atEnd())
                        + " would be spent at the period's end";
        String summary = subject(cause) + " reaches its limit of " + Words.amount(definition.measure(), cause.limit)
                + " on "
                + Words.time(forecast.limitReachedAt(), definition.period().zone()) + " ("
                + definition.period().zone().getId() + ") at this pace" + ahead + "; spent so far: "
                + Words.amount(definition.measure(), cause.spent) + ".";
        return alert(cause, FORECAST, null)
                .setSeverity(AlertSeverity.WARNING)
                .setBaseline(forecast.atEnd())
                .setSummary(summary)
                .setLabels(labels(
                        cause, "limit_reached_at", forecast.limitReachedAt().toString()))
                .build();
    }

    /** @param groupsMax how many groups a budget may have */
    public static Alert overflow(Cause cause, int groupsMax) {
        String summary = "Budget '" + cause.definition.id() + "' has more than " + groupsMax + " groups by "
                + String.join(", ", cause.definition.groupBy())
                + "; new ones share one counter and one limit. Group by fewer or coarser fields, or match less.";
        return alert(cause, OVERFLOW, null)
                .setSeverity(AlertSeverity.WARNING)
                .setSummary(summary)
                .build();
    }

    /** The counterpart of an alert that is open: what it was about is over. It has the same id. */
    public static Alert resolved(Alert open, Cause now) {
        return Alert.newBuilder(open)
                .setState(AlertState.RESOLVED)
                .setNotify(true)
                .setLimit(now.limit)
                .setValue(now.spent)
                .setChangedAt(now.time)
                .setSummary("Resolved: " + subject(now) + " has spent " + spentOfLimit(now) + " " + period(now) + ".")
                .build();
    }

    private static Alert.Builder alert(Cause cause, String kind, String detail) {
        BudgetDefinition definition = cause.definition;
        String[] group = cause.group.toArray(String[]::new);
        return Alert.newBuilder()
                .setId(AlertIds.of(definition.id(), definition.scopeId(), group, cause.window.start(), kind, detail))
                .setKind(kind)
                .setState(AlertState.OPEN)
                .setTenant(tenant(cause))
                .setScope(scope(cause))
                .setBudget(definition.id())
                .setMeasure(BudgetJson.name(definition.measure()))
                .setLimit(cause.limit)
                .setValue(cause.spent)
                .setPeriodStart(cause.window.start())
                .setPeriodEnd(cause.window.end())
                .setZone(definition.period().zone().getId())
                .setOpenedAt(cause.time)
                .setChangedAt(cause.time)
                .setContributors(cause.contributors)
                .setLabels(labels(cause, null, null));
    }

    private static String tenant(Cause cause) {
        if (cause.definition.tenant() != null) {
            return cause.definition.tenant();
        }
        int at = cause.definition.groupBy().indexOf(Dimension.TENANT.field());
        return at < 0 || cause.overflow ? null : cause.group.get(at);
    }

    private static Map<String, String> scope(Cause cause) {
        Map<String, String> scope = new HashMap<>();
        for (int i = 0; i < cause.group.size(); i++) {
            scope.put(cause.definition.groupBy().get(i), cause.group.get(i));
        }
        return scope;
    }

    private static Map<String, String> labels(Cause cause, String name, String value) {
        Map<String, String> labels = new HashMap<>();
        if (cause.definition.owner() != null && !cause.definition.owner().isEmpty()) {
            labels.put("owner", cause.definition.owner());
        }
        if (name != null) {
            labels.put(name, value);
        }
        return labels;
    }

    private static AlertSeverity severity(Threshold threshold) {
        if (threshold.atPpm() >= Ratio.PPM || threshold.action() == BudgetAction.DENY) {
            return AlertSeverity.CRITICAL;
        }
        return threshold.atPpm() >= WARNING_FROM_PPM || threshold.action() != BudgetAction.NOTIFY
                ? AlertSeverity.WARNING
                : AlertSeverity.INFO;
    }

    private static String subject(Cause cause) {
        return "Budget '" + cause.definition.id() + "'"
                + Words.group(cause.definition.groupBy(), cause.group, cause.overflow);
    }

    private static String spentOfLimit(Cause cause) {
        BudgetMeasure measure = cause.definition.measure();
        return Words.amount(measure, cause.spent) + ", " + Words.percent(Ratio.ppm(cause.spent, cause.limit))
                + " of its limit of " + Words.amount(measure, cause.limit) + ",";
    }

    private static String period(Cause cause) {
        return Words.period(cause.window, cause.definition.period().zone());
    }

    private static String asks(Threshold threshold) {
        return switch (threshold.action()) {
            case NOTIFY -> "";
            case COMPRESS_CONTEXT -> ": contexts are to be compressed";
            case USE_MODEL -> ": calls are to use the model '" + threshold.model() + "'";
            case QUEUE_BATCH -> ": calls are to be queued as batches";
            case THROTTLE -> ": calls are to be throttled";
            case DENY -> ": calls are denied";
        };
    }

    private static String words(Duration window) {
        long hours = window.toHours();
        return hours == 1 ? "hour" : hours % 24 == 0 ? hours / 24 + " days" : hours + " hours";
    }
}
