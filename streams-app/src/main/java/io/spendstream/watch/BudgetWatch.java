package io.spendstream.watch;

import io.spendstream.alert.AlertKind;
import io.spendstream.budget.AlertIds;
import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BurnRate;
import io.spendstream.budget.Forecast;
import io.spendstream.budget.Threshold;
import io.spendstream.budget.Thresholds;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.BudgetStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.streams.KeyValue;

/**
 * Holds a counter against the budgets that it counts for: which alerts open, which are resolved, and what its status is.
 *
 * <p>An alert is open while its cause lasts and the store says so; what is found again is not said again. So it does not
 * matter how often a counter is looked at, nor by whom.
 */
final class BudgetWatch {

    static final String THRESHOLD = AlertKind.BUDGET_THRESHOLD.id();
    static final String BURN_RATE = AlertKind.BUDGET_BURN_RATE.id();
    static final String FORECAST = AlertKind.BUDGET_FORECAST.id();
    static final String OVERFLOW = AlertKind.BUDGET_OVERFLOW.id();

    /** Where what is found goes. */
    interface Out {
        void alert(Alert alert);

        /** @param status null where there is none any more */
        void status(String budget, String scope, List<String> group, BudgetStatus status);
    }

    private final CounterTable table;
    private final Out out;
    /** Of each scope: the budgets as of the last look. */
    private Map<String, BudgetBook.Scope> watched = Map.of();

    BudgetWatch(CounterTable table, Out out) {
        this.table = table;
        this.out = out;
    }

    /** Looks at all periods under way with other definitions; takes back what was said for those that are gone. */
    void follow(Map<String, BudgetBook.Scope> scopes) {
        watched = scopes;
        for (ScopeCounters counters : List.copyOf(table.scopes())) {
            BudgetBook.Scope scope = scopes.get(counters.id);
            withdraw(counters, scope);
            if (scope != null) {
                table.underWay(counters, counter -> {
                    look(counter);
                    table.publishAgain(counter);
                });
            }
        }
    }

    /** Has counters published again of which statuses say what was spent on days that are others by now. */
    void turnDays(long nowMs) {
        for (ScopeCounters counters : table.scopes()) {
            BudgetBook.Scope scope = watched.get(counters.id);
            if (scope != null) {
                long today = Instant.ofEpochMilli(nowMs)
                        .atZone(scope.counted().period().zone())
                        .toLocalDate()
                        .toEpochDay();
                if (counters.shownOnDay != today) {
                    counters.shownOnDay = today;
                    table.underWay(counters, table::publishAgain);
                }
            }
        }
    }

    private void withdraw(ScopeCounters counters, BudgetBook.Scope scope) {
        Set<String> gone = new HashSet<>(counters.published);
        if (scope != null) {
            scope.budgets().forEach(budget -> gone.remove(budget.id()));
        }
        if (gone.isEmpty()) {
            return;
        }
        for (KeyValue<Counter, Counter.AlertKey> open : table.openAlerts(counters)) {
            if (gone.contains(open.value.budget())) {
                resolve(open.key, open.value, null, 0, "the budget is no longer defined");
            }
        }
        Set<List<String>> groups = table.groupsOf(counters);
        for (String budget : gone) {
            groups.forEach(group -> out.status(budget, counters.id, group, null));
            table.published(counters, budget, false);
        }
    }

    /** Finds what a counter's amount means for its budgets. */
    void look(Counter counter) {
        BudgetBook.Scope scope = watched.get(counter.group.scope.id);
        if (scope == null) {
            // The feeder knew it before this instance does.
            table.lookAgain(counter);
            return;
        }
        for (BudgetDefinition budget : scope.budgets()) {
            table.published(counter.group.scope, budget.id(), true);
            Reading reading = Reading.of(table, scope, budget, counter);
            boolean told = thresholds(reading) | overflow(reading);
            // Admission goes by statuses: shortly before calls are stopped, none waits for the settling.
            boolean urgent = told || Thresholds.nearsStop(budget.thresholds(), reading.limit(), reading.spent());
            if (urgent && isShown(counter)) {
                publish(reading);
            }
        }
        counter.lookedAt();
    }

    /** Finds what the pace of a period under way means for its budgets. Costs more, and need not be known at once. */
    void lookAtPace(Counter counter) {
        BudgetBook.Scope scope = watched.get(counter.group.scope.id);
        if (scope != null && counter.contains(table.nowMs())) {
            for (BudgetDefinition budget : scope.budgets()) {
                Reading reading = Reading.of(table, scope, budget, counter);
                burnRate(reading);
                forecast(reading);
            }
        }
    }

    /**
     * Publishes where a counter stands, for all of its budgets.
     *
     * @param nowMs as of when
     */
    void publish(Counter counter, long nowMs) {
        BudgetBook.Scope scope = watched.get(counter.group.scope.id);
        if (scope != null && isShown(counter)) {
            for (BudgetDefinition budget : scope.budgets()) {
                publish(Reading.of(table, scope, budget, counter, nowMs));
            }
        }
    }

    private void publish(Reading reading) {
        Counter counter = reading.counter();
        out.status(reading.budget().id(), counter.group.scope.id, counter.group.values, WatchRecords.status(reading));
    }

    /** A status is of the period under way, or of the one that is just over and has no successor. */
    private boolean isShown(Counter counter) {
        Map.Entry<Long, Counter> latest = counter.group.counters.floorEntry(table.nowMs());
        return latest != null
                && latest.getValue() == counter
                && counter.endMs > table.nowMs() - Duration.ofHours(1).toMillis();
    }

    private boolean thresholds(Reading reading) {
        Counter counter = reading.counter();
        BudgetDefinition budget = reading.budget();
        Map<Long, Counter.AlertKey> open = new TreeMap<>();
        for (Counter.AlertKey key : counter.alerts.keySet()) {
            if (key.budget().equals(budget.id()) && key.kind().equals(THRESHOLD)) {
                open.put(Long.valueOf(key.detail()), key);
            }
        }
        if (counter.isQuiet()) {
            passQuietly(reading, open);
        }
        Thresholds.Change change =
                Thresholds.change(budget.thresholds(), open.keySet(), reading.limit(), reading.spent());
        boolean told = false;
        for (Threshold threshold : change.opened()) {
            told |= open(
                    reading,
                    key(budget, THRESHOLD, Long.toString(threshold.atPpm())),
                    id -> WatchRecords.threshold(id, reading, threshold, threshold.equals(change.notifies())));
        }
        for (Threshold threshold : change.resolved()) {
            told |= resolve(
                    counter,
                    open.get(threshold.atPpm()),
                    reading,
                    reading.limit(),
                    "spend is below the threshold again");
        }
        budget.thresholds().forEach(threshold -> open.remove(threshold.atPpm()));
        for (Counter.AlertKey key : open.values()) {
            told |= resolve(counter, key, reading, reading.limit(), "the budget no longer has this threshold");
        }
        return told;
    }

    private void passQuietly(Reading reading, Map<Long, Counter.AlertKey> open) {
        Counter counter = reading.counter();
        List<Threshold> thresholds = reading.budget().thresholds();
        for (Threshold threshold : Thresholds.passed(thresholds, reading.limit(), counter.quietSpent())) {
            Counter.AlertKey key = key(reading.budget(), THRESHOLD, Long.toString(threshold.atPpm()));
            if (open.putIfAbsent(threshold.atPpm(), key) == null) {
                table.hold(counter, key, new Counter.Held(null));
            }
        }
    }

    /** The rules that are less urgent than the one that applies stay as they are; those that are more urgent are over. */
    private void burnRate(Reading reading) {
        Counter counter = reading.counter();
        BudgetDefinition budget = reading.budget();
        Optional<BurnRate.Rule> firing = BurnRate.firing(
                reading.limit(),
                reading.window().length(),
                reading.spent(),
                budget.burnRateMin(),
                window -> reading.within(window));
        for (BurnRate.Rule rule : BurnRate.RULES) {
            Counter.AlertKey key = key(budget, BURN_RATE, rule.name());
            boolean applies = firing.isPresent() && firing.get().equals(rule);
            if (applies) {
                if (!counter.alerts.containsKey(key)) {
                    open(reading, key, id -> WatchRecords.burnRate(id, reading, rule));
                }
                break;
            }
            if (counter.alerts.containsKey(key)) {
                resolve(counter, key, reading, reading.limit(), "the pace has slowed down");
            }
        }
    }

    /** Open until the pace leads to nine tenths of the limit at the most, so that it does not come and go. */
    private void forecast(Reading reading) {
        Counter counter = reading.counter();
        BudgetDefinition budget = reading.budget();
        if (budget.isLifetime()) {
            return;
        }
        Counter.AlertKey key = key(budget, FORECAST, "");
        Forecast forecast = reading.forecast();
        if (!counter.alerts.containsKey(key)) {
            if (Forecast.warns(forecast, reading.limit(), reading.spent(), budget.burnRateMin())) {
                open(reading, key, id -> WatchRecords.forecast(id, reading, forecast));
            }
        } else if (forecast.atEnd() < reading.limit() - reading.limit() / 10) {
            resolve(counter, key, reading, reading.limit(), "at the present pace the limit is not reached");
        }
    }

    private boolean overflow(Reading reading) {
        Counter.AlertKey key = key(reading.budget(), OVERFLOW, "");
        if (!reading.counter().group.overflow || reading.counter().alerts.containsKey(key)) {
            return false;
        }
        if (reading.counter().isQuiet()) {
            table.hold(reading.counter(), key, new Counter.Held(null));
            return false;
        }
        return open(reading, key, id -> WatchRecords.overflow(id, reading));
    }

    @FunctionalInterface
    private interface Opening {
        Alert alert(String id);
    }

    private boolean open(Reading reading, Counter.AlertKey key, Opening opening) {
        Counter counter = reading.counter();
        String id = AlertIds.of(
                key.budget(),
                counter.group.scope.id,
                counter.group.values.toArray(String[]::new),
                Instant.ofEpochMilli(counter.startMs),
                key.kind(),
                key.detail().isEmpty() ? null : key.detail());
        Alert alert = opening.alert(id);
        table.hold(counter, key, new Counter.Held(alert));
        out.alert(alert);
        return true;
    }

    /** @param reading null where the budget is gone */
    private boolean resolve(Counter counter, Counter.AlertKey key, Reading reading, long limit, String why) {
        Alert alert = counter.alerts.get(key).alert();
        table.hold(counter, key, null);
        if (alert == null) {
            return false;
        }
        out.alert(Alert.newBuilder(alert)
                .setState(AlertState.RESOLVED)
                .setChangedAt(Instant.ofEpochMilli(Math.max(alert.getChangedAt().toEpochMilli(), table.nowMs())))
                .setValue(reading == null ? alert.getValue() : reading.spent())
                .setLimit(reading == null ? alert.getLimit() : (Long) limit)
                .setContributors(reading == null ? alert.getContributors() : WatchRecords.contributors(reading))
                .setSummary("Resolved, " + why + ". Before: " + alert.getSummary())
                .build());
        return true;
    }

    private static Counter.AlertKey key(BudgetDefinition budget, String kind, String detail) {
        return new Counter.AlertKey(budget.id(), kind, detail);
    }
}
