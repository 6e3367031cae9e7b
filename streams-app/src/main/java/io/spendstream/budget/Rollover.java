package io.spendstream.budget;

import java.time.Instant;

/** What is carried over from one period to the next. */
public final class Rollover {

    /** How many periods back unused amounts are followed; more rarely changes anything, as they have a maximum. */
    private static final int PERIODS_MAX = 12;

    private Rollover() {}

    /** What is known of the periods before. */
    @FunctionalInterface
    public interface Past {

        long spent(Window window);

        /** What was carried over into a window; null where that has to be found from the windows before it. */
        default Long carriedInto(Window window) {
            return null;
        }
    }

    /**
     * What is carried over into a window. Periods that were over before the budget was made leave nothing.
     *
     * @param definedAtMs when it was made
     */
    public static long into(BudgetDefinition budget, Window window, long definedAtMs, Past past) {
        return budget.rolloverMax() == 0 ? 0 : into(budget, window, definedAtMs, past, PERIODS_MAX);
    }

    private static long into(BudgetDefinition budget, Window window, long definedAtMs, Past past, int left) {
        Long known = past.carriedInto(window);
        if (known != null) {
            return known;
        }
        Window before = budget.period().before(window);
        if (left == 0 || before == null || before.end().toEpochMilli() <= definedAtMs) {
            return 0;
        }
        long carried = into(budget, before, definedAtMs, past, left - 1);
        return of(budget.limitAt(Instant.MAX, carried), past.spent(before), budget.rolloverMax());
    }

    /**
     * What was unused, up to a maximum; 0 where all was used or more.
     *
     * @param limit of the period before, with what it was carried over itself, without temporary increases
     * @param spent in the period before
     */
    public static long of(long limit, long spent, long max) {
        return Math.max(0, Math.min(max, Ratio.plus(limit, spent == Long.MIN_VALUE ? Long.MAX_VALUE : -spent)));
    }
}
