package io.spendstream.watch;

import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BurnRate;
import io.spendstream.budget.Forecast;
import io.spendstream.budget.Ratio;
import io.spendstream.budget.Threshold;
import io.spendstream.budget.Thresholds;
import io.spendstream.budget.Window;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.Contributor;
import io.spendstream.words.Amounts;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What is found of a counter, as the records that are published. */
final class WatchRecords {

    private static final long PPM = 1_000_000;
    /** The most that an alert names. */
    private static final int CONTRIBUTORS_NAMED = 5;

    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration WEEK = Duration.ofDays(7);

    private static final DateTimeFormatter MINUTE = DateTimeFormatter.ofPattern("d MMM yyyy, HH:mm", Locale.ROOT);

    private WatchRecords() {}

    static Alert threshold(String id, Reading reading, Threshold threshold, boolean notifies) {
        return alert(id, BudgetWatch.THRESHOLD, reading)
                .setSeverity(severity(threshold))
                .setNotify(notifies)
                .setThreshold(threshold.atPpm())
                .setAction(threshold.action().name().toLowerCase(Locale.ROOT))
                .setBaseline(evenPaceSoFar(reading))
                .setSummary(name(reading) + " has spent " + amount(reading, reading.spent()) + " of "
                        + amount(reading, reading.limit()) + " (" + percent(reading.spent(), reading.limit())
                        + "), past its threshold of " + percent(threshold.atPpm(), PPM) + ", "
                        + period(reading) + "." + most(reading))
                .build();
    }

    static Alert burnRate(String id, Reading reading, BurnRate.Rule rule) {
        Duration period = reading.window().length();
        long rate = BurnRate.ratePpm(reading.within(rule.longWindow()), rule.longWindow(), reading.limit(), period);
        return alert(id, BudgetWatch.BURN_RATE, reading)
                .setSeverity(rule.severity())
                .setThreshold(rule.ratePpm())
                .setBaseline(evenPace(reading, rule.longWindow()))
                .setLabels(labels(reading, "rule", rule.name()))
                .setSummary(name(reading) + " is spent " + times(rate) + " times as fast as an even pace would over the"
                        + " last " + hours(rule.longWindow()) + ", and still is; " + amount(reading, reading.spent())
                        + " of " + amount(reading, reading.limit()) + " are spent, " + period(reading) + "."
                        + most(reading))
                .build();
    }

    static Alert forecast(String id, Reading reading, Forecast forecast) {
        return alert(id, BudgetWatch.FORECAST, reading)
                .setSeverity(AlertSeverity.WARNING)
                .setBaseline(forecast.atEnd())
                .setSummary("At this pace the limit of " + amount(reading, reading.limit()) + " of " + name(reading)
                        + " is reached on " + time(reading, forecast.limitReachedAt()) + "; "
                        + amount(reading, reading.spent()) + " are spent, " + period(reading) + ".")
                .build();
    }

    static Alert overflow(String id, Reading reading) {
        return alert(id, BudgetWatch.OVERFLOW, reading)
                .setSeverity(AlertSeverity.WARNING)
                .setSummary(name(reading) + " has more groups by "
                        + String.join(", ", reading.budget().groupBy())
                        + " than are kept; further ones share one counter, " + period(reading) + ".")
                .build();
    }

    static Alert resolved(Alert before, Instant at, String why) {
        return Alert.newBuilder(before)
                .setState(AlertState.RESOLVED)
                .setChangedAt(at)
                .setSummary("Resolved, " + why + ". Before: " + before.getSummary())
                .build();
    }

    static BudgetStatus status(Reading reading) {
        BudgetDefinition budget = reading.budget();
        Counter counter = reading.counter();
        Window window = reading.window();
        Forecast forecast = reading.forecast();
        Instant asOf = Instant.ofEpochMilli(reading.nowMs());
        // Setters: a builder looks at each field three times, and there are some hundreds of these a second.
        BudgetStatus status = new BudgetStatus();
        status.setBudget(budget.id());
        status.setScope(counter.group.scope.id);
        status.setTenant(budget.tenant());
        status.setGroup(group(reading));
        status.setOverflow(counter.group.overflow);
        status.setMeasure(budget.measure());
        status.setLimit(reading.limit());
        status.setRollover(reading.rollover());
        status.setSpent(reading.spent());
        status.setRemaining(Ratio.left(reading.limit(), reading.spent()));
        status.setFractionPpm(Ratio.ppm(reading.spent(), reading.limit()));
        status.setZone(budget.period().zone().getId());
        status.setPeriodStart(window.start());
        status.setPeriodEnd(window.end());
        status.setBurnRateNowPpm(rate(reading, reading.within(HOUR), HOUR));
        status.setBurnRateYesterdayPpm(yesterday(reading));
        status.setBurnRate7dPpm(rate(reading, reading.within(WEEK), WEEK));
        status.setForecast(forecast.atEnd());
        status.setLimitReachedAt(forecast.limitReachedAt());
        status.setDaysUntilLimitPpm(forecast.daysUntilLimitPpm(asOf));
        status.setCrossedPpm(Thresholds.passed(budget.thresholds(), reading.limit(), reading.spent()).stream()
                .map(Threshold::atPpm)
                .toList());
        status.setMeasuredFrom(Instant.ofEpochMilli(counter.group.scope.measuredFromMs(counter.startMs)));
        status.setUpdatedAt(Instant.ofEpochMilli(counter.updatedAtMs));
        status.setAsOf(asOf);
        return status;
    }

    private static Alert.Builder alert(String id, String kind, Reading reading) {
        BudgetDefinition budget = reading.budget();
        Window window = reading.window();
        Instant at = Instant.ofEpochMilli(reading.counter().updatedAtMs);
        Map<String, String> group = group(reading);
        return Alert.newBuilder()
                .setId(id)
                .setKind(kind)
                .setState(AlertState.OPEN)
                .setTenant(budget.tenant() == null ? group.get("tenant") : budget.tenant())
                .setScope(group)
                .setBudget(budget.id())
                .setMeasure(budget.measure().name().toLowerCase(Locale.ROOT))
                .setLimit(reading.limit())
                .setValue(reading.spent())
                .setPeriodStart(window.start())
                .setPeriodEnd(window.end())
                .setZone(budget.period().zone().getId())
                .setOpenedAt(at)
                .setChangedAt(at)
                .setContributors(contributors(reading))
                .setLabels(labels(reading, null, null));
    }

    /** Who spent most, the largest first; what they spend in other periods does not count. */
    static List<Contributor> contributors(Reading reading) {
        String field = reading.scope().contributorField();
        if (field == null) {
            return List.of();
        }
        return reading.counter().contributions().entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted(Map.Entry.<String, Long>comparingByValue()
                        .reversed()
                        .thenComparing(Map.Entry.comparingByKey(Comparator.nullsLast(Comparator.naturalOrder()))))
                .limit(CONTRIBUTORS_NAMED)
                .map(entry -> new Contributor(
                        field, entry.getKey(), entry.getValue(), Ratio.ppm(entry.getValue(), reading.spent())))
                .toList();
    }

    private static String most(Reading reading) {
        List<Contributor> contributors = contributors(reading);
        if (contributors.isEmpty()) {
            return "";
        }
        Contributor first = contributors.get(0);
        String part = first.getAmount() > reading.spent() / 2 ? " Most of it by " : " The largest part by ";
        return part + first.getField() + " " + (first.getValue() == null ? "not given" : first.getValue()) + ": "
                + amount(reading, first.getAmount()) + " (" + percent(first.getAmount(), reading.spent()) + ").";
    }

    private static Map<String, String> labels(Reading reading, String name, String value) {
        Map<String, String> labels = new HashMap<>();
        if (!reading.budget().owner().isEmpty()) {
            labels.put("owner", reading.budget().owner());
        }
        if (name != null) {
            labels.put(name, value);
        }
        return labels;
    }

    private static Map<String, String> group(Reading reading) {
        List<String> fields = reading.budget().groupBy();
        Map<String, String> group = new HashMap<>();
        for (int i = 0; i < fields.size(); i++) {
            group.put(fields.get(i), reading.counter().group.values.get(i));
        }
        return group;
    }

    static AlertSeverity severity(Threshold threshold) {
        if (threshold.action() == BudgetAction.DENY || threshold.atPpm() >= PPM) {
            return AlertSeverity.CRITICAL;
        }
        return threshold.atPpm() >= 800_000 ? AlertSeverity.WARNING : AlertSeverity.INFO;
    }

    private static Long rate(Reading reading, long spent, Duration time) {
        Duration period = reading.window().length();
        return period == null || reading.limit() <= 0
                ? null
                : (Long) BurnRate.ratePpm(spent, time, reading.limit(), period);
    }

    private static Long yesterday(Reading reading) {
        Group group = reading.counter().group;
        ScopeCounters.Day today =
                group.scope.dayOf(reading.nowMs(), reading.budget().period().zone());
        return rate(
                reading,
                group.history.between(today.beforeMs(), today.startMs()),
                Duration.ofMillis(today.startMs() - today.beforeMs()));
    }

    /** What an even pace would have spent by now; null where there is no pace. */
    private static Long evenPaceSoFar(Reading reading) {
        Window window = reading.window();
        if (window.end() == null) {
            return null;
        }
        Instant now = Instant.ofEpochMilli(reading.nowMs());
        Instant until = now.isBefore(window.end()) ? now : window.end();
        return until.isAfter(window.start()) ? evenPace(reading, Duration.between(window.start(), until)) : 0L;
    }

    /** What an even pace would spend in that time. */
    private static long evenPace(Reading reading, Duration time) {
        return BigDecimal.valueOf(reading.limit())
                .multiply(BigDecimal.valueOf(time.toMillis()))
                .toBigInteger()
                .divide(BigInteger.valueOf(reading.window().length().toMillis()))
                .longValueExact();
    }

    private static String name(Reading reading) {
        StringBuilder name =
                new StringBuilder("Budget ").append(reading.budget().id());
        List<String> fields = reading.budget().groupBy();
        for (int i = 0; i < fields.size(); i++) {
            String value = reading.counter().group.values.get(i);
            name.append(i == 0 ? " (" : ", ")
                    .append(fields.get(i))
                    .append(' ')
                    .append(value == null ? "not given" : value);
        }
        return fields.isEmpty() ? name.toString() : name.append(')').toString();
    }

    private static String amount(Reading reading, long amount) {
        BudgetMeasure measure = reading.budget().measure();
        return measure == BudgetMeasure.COST
                ? Amounts.usd(amount)
                : String.format(Locale.ROOT, "%,d ", amount)
                        + measure.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    }

    /** Per cent, with a decimal where it is not whole; rounded down. */
    private static String percent(long part, long whole) {
        return BigDecimal.valueOf(Ratio.ppm(part, whole) / 1_000, 1)
                        .stripTrailingZeros()
                        .toPlainString() + " %";
    }

    private static String times(long ppm) {
        return BigDecimal.valueOf(ppm / 100_000, 1).toPlainString();
    }

    private static String hours(Duration time) {
        return time.toDays() > 1 ? time.toDays() + " days" : time.toHours() == 1 ? "hour" : time.toHours() + " hours";
    }

    private static String period(Reading reading) {
        Window window = reading.window();
        return window.end() == null
                ? "since the beginning"
                : "in the " + reading.budget().period().kind().name().toLowerCase(Locale.ROOT) + " from "
                        + time(reading, window.start()) + " to " + time(reading, window.end());
    }

    private static String time(Reading reading, Instant time) {
        ZoneId zone = reading.budget().period().zone();
        return MINUTE.format(time.atZone(zone)) + " " + zone.getId();
    }
}
