package io.spendstream.budget;

import io.spendstream.v1.BudgetStatus;
import java.time.Instant;
import java.util.List;

/**
 * Where a budget's group stands now, by the definition in force and the last status of its counter. A status of an
 * earlier period says that nothing is spent in this one; a status of another scope says nothing.
 *
 * @param group values in the order of {@code group_by}; null where calls do not say
 * @param window the period of now
 * @param limit in force now, with rollover and temporary increase
 * @param rollover the part of the limit that is left over from the period before
 * @param spent in the window
 * @param overflow whether it is the shared counter of the groups past the limit of groups
 * @param status of this very period and scope; null where nothing was counted in it yet
 */
public record Standing(
        BudgetDefinition definition,
        List<String> group,
        Window window,
        long limit,
        long rollover,
        long spent,
        boolean overflow,
        BudgetStatus status) {

    /** What every field of a group says where the group shares the counter of those past the limit of groups. */
    public static final String OVERFLOW = "__other__";

    /**
     * @param status the last of the group's counter; null where there is none
     * @param definedAtMs when the budget was written first: what it carries over, it does since then
     */
    public static Standing of(
            BudgetDefinition definition, List<String> group, BudgetStatus status, Instant now, long definedAtMs) {
        if (status != null && isUnderWay(status, definition, now)) {
            return counted(definition, group, status, now);
        }
        Window window = definition.period().windowOf(now);
        if (status == null || !status.getScope().equals(definition.scopeId())) {
            long rollover = Rollover.into(definition, window, definedAtMs, before -> 0);
            return new Standing(definition, group, window, definition.limitAt(now, rollover), rollover, 0, false, null);
        }
        // A call may be counted in a period that has not begun by this instance's clock.
        if (!status.getPeriodStart().isBefore(window.start())) {
            return counted(definition, group, status, now);
        }
        long rollover = Rollover.into(definition, window, definedAtMs, new SpentLast(status));
        return new Standing(
                definition, group, window, definition.limitAt(now, rollover), rollover, 0, status.getOverflow(), null);
    }

    /** Nothing is spent after the last status, and what it was carried over it says. */
    private record SpentLast(BudgetStatus status) implements Rollover.Past {

        @Override
        public long spent(Window window) {
            return window.start().equals(status.getPeriodStart()) ? status.getSpent() : 0;
        }

        @Override
        public Long carriedInto(Window window) {
            return window.start().equals(status.getPeriodStart()) ? (Long) status.getRollover() : null;
        }
    }

    /** Whether a status says nothing of this period: it is of one that has ended, or there is none. */
    public static boolean isOver(BudgetStatus status, Instant now) {
        return status == null || (status.getPeriodEnd() != null && !now.isBefore(status.getPeriodEnd()));
    }

    /** Nearly always so, and cheaper to see than which period it is. */
    private static boolean isUnderWay(BudgetStatus status, BudgetDefinition definition, Instant now) {
        return status.getScope().equals(definition.scopeId())
                && !now.isBefore(status.getPeriodStart())
                && (status.getPeriodEnd() == null || now.isBefore(status.getPeriodEnd()));
    }

    private static Standing counted(BudgetDefinition definition, List<String> group, BudgetStatus status, Instant now) {
        return new Standing(
                definition,
                group,
                new Window(status.getPeriodStart(), status.getPeriodEnd()),
                definition.limitAt(now, status.getRollover()),
                status.getRollover(),
                status.getSpent(),
                status.getOverflow(),
                status);
    }

    /** What is left; negative where more than the limit is spent. */
    public long remaining() {
        return Ratio.left(limit, spent);
    }

    /** {@code spent} of {@code limit} in parts per million, rounded down. */
    public long fractionPpm() {
        return Ratio.ppm(spent, limit);
    }

    /** The thresholds that are passed, lowest first. */
    public List<Threshold> passed() {
        return Thresholds.passed(definition.thresholds(), limit, spent);
    }
}
