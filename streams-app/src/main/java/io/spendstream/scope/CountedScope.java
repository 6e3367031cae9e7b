package io.spendstream.scope;

import io.spendstream.budget.Amounts;
import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.Window;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A scope that one task counts, and what the task has to send for it. */
final class CountedScope {

    private static final long QUARTER_HOUR_MS = 900_000;

    /** What one contributor of a group has to send: nearly always for one quarter-hour only. */
    static final class Group {

        private final CountedScope scope;
        private final String[] values;
        private final String contributor;
        private long quarterHour;
        private long amount;
        private Map<Long, long[]> others = Map.of();
        private boolean touched;

        private Group(CountedScope scope, String[] values, String contributor) {
            this.scope = scope;
            this.values = values;
            this.contributor = contributor;
        }

        /**
         * Adds what a delta amounts to.
         *
         * @param touchedScopes takes the scope where it had nothing to send
         */
        void add(long ofQuarterHour, long[] measures, List<CountedScope> touchedScopes) {
            long more = Amounts.of(scope.scope.counted().measure(), measures);
            if (more == 0) {
                return;
            }
            if (!touched) {
                touched = true;
                quarterHour = ofQuarterHour;
                amount = more;
                if (scope.touched.isEmpty()) {
                    touchedScopes.add(scope);
                }
                scope.touched.add(this);
            } else if (quarterHour == ofQuarterHour) {
                amount = Math.addExact(amount, more);
            } else {
                others = others.isEmpty() ? new HashMap<>() : others;
                long[] sum = others.computeIfAbsent(ofQuarterHour, q -> new long[1]);
                sum[0] = Math.addExact(sum[0], more);
            }
        }

        private void drain(ScopeBlock.Writer writer) {
            write(writer, quarterHour, amount);
            others.forEach((quarter, sum) -> write(writer, quarter, sum[0]));
            others = Map.of();
            touched = false;
        }

        private void write(ScopeBlock.Writer writer, long ofQuarterHour, long sum) {
            ScopeBlock.WindowKey window = scope.windowOf(ofQuarterHour * QUARTER_HOUR_MS);
            if (window.startMs() >= scope.countedFromMs && sum != 0) {
                writer.amount(window, values, contributor, ofQuarterHour, sum);
            }
        }

        CountedScope scope() {
            return scope;
        }

        String[] values() {
            return values;
        }

        String contributor() {
            return contributor;
        }
    }

    private final BudgetBook.Scope scope;
    private final long countedFromMs;
    private final Map<List<String>, Group> groups = new HashMap<>();
    /** Those that have something to send. */
    private final List<Group> touched = new ArrayList<>();

    private ScopeBlock.WindowKey lastWindow;

    /** @param countedFromMs windows that begin before are not counted */
    CountedScope(BudgetBook.Scope scope, long countedFromMs) {
        this.scope = scope;
        this.countedFromMs = countedFromMs;
    }

    String id() {
        return scope.id();
    }

    BudgetBook.Scope scope() {
        return scope;
    }

    long countedFromMs() {
        return countedFromMs;
    }

    /** @param contributor value of the scope's contributor field; null where calls do not say or it has none */
    Group group(String[] values, String contributor) {
        String[] key = Arrays.copyOf(values, values.length + 1);
        key[values.length] = contributor;
        return groups.computeIfAbsent(Arrays.asList(key), k -> new Group(this, values, contributor));
    }

    /** Writes what its groups have to send, one after the other: they share a window nearly always. */
    void drain(ScopeBlock.Outbox outbox) {
        ScopeBlock.Writer writer = outbox.to(id());
        touched.forEach(group -> group.drain(writer));
        touched.clear();
    }

    void forgetGroups() {
        groups.clear();
    }

    /** The window of a time; the same object as long as the times are in one window. */
    ScopeBlock.WindowKey windowOf(long epochMs) {
        if (lastWindow == null || epochMs < lastWindow.startMs() || epochMs >= lastWindow.endMs()) {
            lastWindow = windowAt(epochMs);
        }
        return lastWindow;
    }

    private ScopeBlock.WindowKey windowAt(long epochMs) {
        Window window = scope.windowOf(epochMs);
        long end = window.end() == null ? ScopeBlock.NO_END : window.end().toEpochMilli();
        return new ScopeBlock.WindowKey(scope.id(), window.start().toEpochMilli(), end, false);
    }
}
