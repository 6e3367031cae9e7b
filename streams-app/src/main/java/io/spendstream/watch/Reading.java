package io.spendstream.watch;

import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.Forecast;
import io.spendstream.budget.Rollover;
import io.spendstream.budget.Window;
import java.time.Duration;
import java.time.Instant;

/** A counter as one of its budgets sees it. To be let go when the counter changes. */
final class Reading {

    private final BudgetBook.Scope scope;
    private final BudgetDefinition budget;
    private final Counter counter;
    private final long rollover;
    private final long nowMs;
    private final long limit;
    /** Made when it is asked for: both alerts and statuses do. */
    private Forecast forecast;

    private Reading(BudgetBook.Scope scope, BudgetDefinition budget, Counter counter, long rollover, long nowMs) {
        this.scope = scope;
        this.budget = budget;
        this.counter = counter;
        this.rollover = rollover;
        this.nowMs = nowMs;
        this.limit = budget.limitAt(Instant.ofEpochMilli(Math.max(nowMs, counter.updatedAtMs)), rollover);
    }

    /** As of the latest time of reception. */
    static Reading of(CounterTable table, BudgetBook.Scope scope, BudgetDefinition budget, Counter counter) {
        long rollover = Rollover.into(
                budget,
                new Window(Instant.ofEpochMilli(counter.startMs), null),
                scope.definedAtMsOf().get(budget.id()),
                before -> spent(table, counter.group, before));
        return new Reading(scope, budget, counter, rollover, table.nowMs());
    }

    /** The same as of another time: later, where nothing has been received for a while. */
    Reading asOf(long timeMs) {
        return timeMs == nowMs ? this : new Reading(scope, budget, counter, rollover, timeMs);
    }

    BudgetBook.Scope scope() {
        return scope;
    }

    BudgetDefinition budget() {
        return budget;
    }

    Counter counter() {
        return counter;
    }

    /** In force now. */
    long limit() {
        return limit;
    }

    /** The part of the limit that was left over from the period before. */
    long rollover() {
        return rollover;
    }

    long nowMs() {
        return nowMs;
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
        if (forecast == null) {
            Duration pace = paceTaken();
            forecast = Forecast.of(window(), limit, spent(), Instant.ofEpochMilli(nowMs), within(pace), pace);
        }
        return forecast;
    }
}
