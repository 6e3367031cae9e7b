package io.spendstream.watch;

import io.spendstream.alert.AlertKind;
import io.spendstream.alert.AlertNotes;
import io.spendstream.alert.LifeCycle;
import io.spendstream.alert.Telling;
import io.spendstream.budget.AlertIds;
import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BurnRate;
import io.spendstream.budget.Forecast;
import io.spendstream.budget.Threshold;
import io.spendstream.budget.Thresholds;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
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

    private static final String PERIOD_OVER = "its period is over";

    /** Where what is found goes. */
    interface Out {
        void alert(Alert alert);

        /** @param status null where there is none any more */
        void status(String budget, String scope, List<String> group, BudgetStatus status);
    }

    private final CounterTable table;
    private final AlertNotes notes;
    private final Out out;
    /** Of each scope: the budgets as of the last look. */
    private Map<String, BudgetBook.Scope> watched = Map.of();
    /** Until when periods are known to have begun. */
    private long turnedMs;

    BudgetWatch(CounterTable table, AlertNotes notes, Out out) {
        this.table = table;
        this.notes = notes;
        this.out = out;
        this.turnedMs = table.settledMs();
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
                long todayMs =
                        counters.dayOf(nowMs, scope.counted().period().zone()).startMs();
                if (counters.shownOnDayMs != todayMs) {
                    counters.shownOnDayMs = todayMs;
                    table.underWay(counters, table::publishAgain);
                }
            }
        }
    }

    /** Shows periods that begin with calls that came before; ends what was said of the pace of those that are over. */
    void turnPeriods(long nowMs) {
        for (Counter counter : table.inMemory()) {
            if (counter.startMs > turnedMs && counter.startMs <= nowMs) {
                table.publishAgain(counter);
            }
            if (counter.endMs <= nowMs && !counter.alerts.isEmpty()) {
                endPace(counter);
            }
        }
        turnedMs = Math.max(turnedMs, nowMs);
    }

    private void endPace(Counter counter) {
        BudgetBook.Scope scope = watched.get(counter.group.scope.id);
        boolean hasPace = counter.alerts.keySet().stream()
                .anyMatch(key -> key.kind().equals(BURN_RATE) || key.kind().equals(FORECAST));
        if (scope != null && hasPace) {
            for (BudgetDefinition budget : scope.budgets()) {
                Reading reading = Reading.of(table, scope, budget, counter);
                isOver(reading, key(budget, BURN_RATE, ""), counter.endMs, PERIOD_OVER);
                isOver(reading, key(budget, FORECAST, ""), counter.endMs, PERIOD_OVER);
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
                resolve(
                        open.key,
                        open.value,
                        open.key.alerts.get(open.value).alert(),
                        table.nowMs(),
                        "the budget is no longer defined");
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
            if (urgent && isShown(counter, table.nowMs())) {
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
                lookAtPace(Reading.of(table, scope, budget, counter));
            }
        }
    }

    private void lookAtPace(Reading reading) {
        burnRate(reading);
        forecast(reading);
    }

    /**
     * Finds what the pace means where the period is under way, and publishes where a counter stands, for all of its
     * budgets.
     *
     * @param nowMs as of when
     */
    void show(Counter counter, long nowMs) {
        BudgetBook.Scope scope = watched.get(counter.group.scope.id);
        if (scope == null) {
            return;
        }
        boolean underWay = counter.contains(nowMs);
        boolean shown = isShown(counter, nowMs);
        for (BudgetDefinition budget : scope.budgets()) {
            Reading reading = Reading.of(table, scope, budget, counter);
            if (underWay) {
                lookAtPace(reading);
            }
            if (shown) {
                publish(reading.asOf(nowMs));
            }
        }
    }

    private void publish(Reading reading) {
        Counter counter = reading.counter();
        out.status(reading.budget().id(), counter.group.scope.id, counter.group.values, WatchRecords.status(reading));
    }

    /** A status is of the period under way, or of the one that is just over and has no successor. */
    private static boolean isShown(Counter counter, long nowMs) {
        Map.Entry<Long, Counter> latest = counter.group.counters.floorEntry(nowMs);
        return latest != null
                && latest.getValue() == counter
                && counter.endMs > nowMs - Duration.ofHours(1).toMillis();
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
            told |= fires(
                    reading,
                    key(budget, THRESHOLD, Long.toString(threshold.atPpm())),
                    WatchRecords.severity(threshold),
                    id -> WatchRecords.threshold(id, reading, threshold, threshold.equals(change.notifies())));
        }
        for (Threshold threshold : change.resolved()) {
            told |= isOver(reading, open.get(threshold.atPpm()), "spend is below the threshold again");
        }
        budget.thresholds().forEach(threshold -> open.remove(threshold.atPpm()));
        for (Counter.AlertKey key : open.values()) {
            told |= isOver(reading, key, "the budget no longer has this threshold");
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

    /** One alert for all rules: it becomes more urgent with a more urgent rule, and is over when none applies. */
    private void burnRate(Reading reading) {
        BudgetDefinition budget = reading.budget();
        Optional<BurnRate.Rule> firing = BurnRate.firing(
                reading.limit(),
                reading.window().length(),
                reading.spent(),
                budget.burnRateMin(),
                window -> reading.within(window));
        Counter.AlertKey key = key(budget, BURN_RATE, "");
        if (firing.isPresent()) {
            BurnRate.Rule rule = firing.get();
            fires(reading, key, rule.severity(), id -> WatchRecords.burnRate(id, reading, rule));
        } else {
            isOver(reading, key, "the pace has slowed down");
        }
    }

    /** Open until the pace leads to nine tenths of the limit at the most, so that it does not come and go. */
    private void forecast(Reading reading) {
        BudgetDefinition budget = reading.budget();
        if (budget.isLifetime()) {
            return;
        }
        Counter.AlertKey key = key(budget, FORECAST, "");
        Forecast forecast = reading.forecast();
        if (!reading.counter().alerts.containsKey(key)) {
            if (Forecast.warns(forecast, reading.limit(), reading.spent(), budget.burnRateMin())) {
                fires(reading, key, AlertSeverity.WARNING, id -> WatchRecords.forecast(id, reading, forecast));
            }
        } else if (forecast.atEnd() < reading.limit() - reading.limit() / 10) {
            isOver(reading, key, "at the present pace the limit is not reached");
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
        return fires(reading, key, AlertSeverity.WARNING, id -> WatchRecords.overflow(id, reading));
    }

    @FunctionalInterface
    private interface Opening {
        Alert alert(String id);
    }

    /** A cause is there: its alert opens, becomes more urgent or goes on. Answers whether that was told. */
    private boolean fires(Reading reading, Counter.AlertKey key, AlertSeverity severity, Opening opening) {
        Counter counter = reading.counter();
        Counter.Held held = counter.alerts.get(key);
        Alert before = held == null ? null : held.alert();
        LifeCycle.Next next = LifeCycle.AT_ONCE.next(
                LifeCycle.State.of(before), LifeCycle.Finding.FIRING, severity, counter.updatedAtMs);
        if (next.step() == LifeCycle.Step.NONE) {
            return false;
        }
        Alert found = opening.alert(AlertIds.of(
                key.budget(),
                counter.group.scope.id,
                counter.group.values.toArray(String[]::new),
                Instant.ofEpochMilli(counter.startMs),
                key.kind(),
                key.detail().isEmpty() ? null : key.detail()));
        if (next.step() == LifeCycle.Step.ESCALATED) {
            found = Alert.newBuilder(found)
                    .setState(AlertState.ESCALATED)
                    .setOpenedAt(before.getOpenedAt())
                    .build();
        }
        Alert alert = Telling.told(found, before == null ? null : before.getSeverity(), notes);
        table.hold(counter, key, new Counter.Held(alert));
        out.alert(alert);
        return true;
    }

    private boolean isOver(Reading reading, Counter.AlertKey key, String why) {
        return isOver(reading, key, table.nowMs(), why);
    }

    /** A cause is gone: its alert, where there is one, is resolved. Answers whether that was told. */
    private boolean isOver(Reading reading, Counter.AlertKey key, long atMs, String why) {
        Counter counter = reading.counter();
        if (!counter.alerts.containsKey(key)) {
            return false;
        }
        Alert before = counter.alerts.get(key).alert();
        return resolve(
                counter,
                key,
                before == null
                        ? null
                        : Alert.newBuilder(before)
                                .setValue(reading.spent())
                                .setLimit(reading.limit())
                                .setContributors(WatchRecords.contributors(reading))
                                .build(),
                atMs,
                why);
    }

    /** @param alert what was told, as it is now; null where nobody was told */
    private boolean resolve(Counter counter, Counter.AlertKey key, Alert alert, long atMs, String why) {
        table.hold(counter, key, null);
        if (alert == null) {
            return false;
        }
        LifeCycle.Next next = LifeCycle.AT_ONCE.next(
                LifeCycle.State.of(alert),
                LifeCycle.Finding.CLEAR,
                alert.getSeverity(),
                Math.max(alert.getChangedAt().toEpochMilli(), atMs));
        Instant resolvedAt = Instant.ofEpochMilli(next.state().resolvedAt());
        out.alert(Telling.told(WatchRecords.resolved(alert, resolvedAt, why), alert.getSeverity(), notes));
        return true;
    }

    /**
     * Says again what is open for long, so that the topic holds it.
     *
     * @param fromMs when it was last asked (exclusive)
     */
    void sayAgain(long fromMs, long toMs) {
        for (ScopeCounters scope : table.scopes()) {
            table.underWay(
                    scope,
                    counter -> counter.alerts.values().stream()
                            .map(Counter.Held::alert)
                            .filter(alert -> alert != null && Telling.isDueAgain(alert, fromMs, toMs))
                            .forEach(alert -> out.alert(Telling.again(alert))));
        }
    }

    /** What is said of a period that is forgotten does not stay open for good; nobody needs to be told. */
    void forgotten(Alert alert) {
        out.alert(Alert.newBuilder(
                        WatchRecords.resolved(alert, Instant.ofEpochMilli(table.nowMs()), "its period is long over"))
                .setNotify(false)
                .build());
    }

    private static Counter.AlertKey key(BudgetDefinition budget, String kind, String detail) {
        return new Counter.AlertKey(budget.id(), kind, detail);
    }
}
