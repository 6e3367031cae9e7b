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
 * @param nowMs the latest time of reception
 */
record Reading(
        BudgetBook.Scope scope, BudgetDefinition budget, Counter counter, long limit, long rollover, long nowMs) {

    /** How many periods back unused amounts are followed; more rarely changes anything, as they have a maximum. */
    private static final int ROLLOVERS_MAX = 12;

    static Reading of(CounterTable table, BudgetBook.Scope scope, BudgetDefinition budget, Counter counter) {
        long rollover = budget.rolloverMax() == 0
                ? 0
                : rollover(
                        table,
                        scope,
                        budget,
                        counter,
                        new Window(Instant.ofEpochMilli(counter.startMs), null),
                        ROLLOVERS_MAX);
        Instant now = Instant.ofEpochMilli(Math.max(table.nowMs(), counter.updatedAtMs));
        return new Reading(scope, budget, counter, budget.limitAt(now, rollover), rollover, table.nowMs());
    }

    /** What was left over from the period before a window. Periods that were over before the budget was made leave nothing. */
    private static long rollover(
            CounterTable table,
            BudgetBook.Scope scope,
            BudgetDefinition budget,
            Counter counter,
            Window window,
            int left) {
        Window before = budget.period().before(window);
        if (left == 0 || before == null || before.end().toEpochMilli() <= scope.definedAtMs()) {
            return 0;
        }
        Counter earlier = table.find(counter.group, before.start().toEpochMilli());
        long carried = rollover(table, scope, budget, counter, before, left - 1);
        return Rollover.of(
                budget.limitAt(Instant.MAX, carried), earlier == null ? 0 : earlier.spent(), budget.rolloverMax());
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
