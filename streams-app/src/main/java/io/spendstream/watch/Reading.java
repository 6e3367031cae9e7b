package io.spendstream.watch;

import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.Forecast;
import io.spendstream.budget.Rollover;
import io.spendstream.budget.Window;
import java.time.Duration;
import java.time.Instant;

/**
 * A counter as one of its budgets sees it.
 *
 * @param limit in force now
 * @param rollover the part of the limit that was left over from the period before
 * @param nowMs the latest time of reception; later where nothing has been received for a while
 */
record Reading(
        BudgetBook.Scope scope, BudgetDefinition budget, Counter counter, long limit, long rollover, long nowMs) {

    static Reading of(CounterTable table, BudgetBook.Scope scope, BudgetDefinition budget, Counter counter) {
        return of(table, scope, budget, counter, table.nowMs());
    }

    static Reading of(
            CounterTable table, BudgetBook.Scope scope, BudgetDefinition budget, Counter counter, long nowMs) {
        long rollover = Rollover.into(
                budget,
                new Window(Instant.ofEpochMilli(counter.startMs), null),
                scope.definedAtMsOf().get(budget.id()),
                before -> spent(table, counter.group, before));
        Instant now = Instant.ofEpochMilli(Math.max(nowMs, counter.updatedAtMs));
        return new Reading(scope, budget, counter, budget.limitAt(now, rollover), rollover, nowMs);
    }

    private static long spent(CounterTable table, Group group, Window window) {
        Counter counter = table.find(group, window.start().toEpochMilli());
        return counter == null ? 0 : counter.spent();
    }

    long spent() {
        return counter.spent();
    }

    Window window() {
        return new Window(
                Instant.ofEpochMilli(counter.startMs),
                counter.endMs == Long.MAX_VALUE ? null : Instant.ofEpochMilli(counter.endMs));
    }

    /** What was spent in the time just past. */
    long within(Duration time) {
        return counter.group.history.between(nowMs - time.toMillis(), nowMs + 1);
    }

    /** As far back as a pace is taken from: long enough not to follow every moment. */
    private Duration paceTaken() {
        return switch (budget.period().kind()) {
            case HOUR -> Duration.ofMinutes(15);
            case DAY -> Duration.ofHours(3);
            case WEEK, MONTH, QUARTER, YEAR, LIFETIME -> Duration.ofDays(1);
        };
    }

    /** Where the present pace leads; before there is as much history, the pace is taken to have been nothing. */
    Forecast forecast() {
        Duration pace = paceTaken();
        return Forecast.of(window(), limit, spent(), Instant.ofEpochMilli(nowMs), within(pace), pace);
    }
}
