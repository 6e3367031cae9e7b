package io.spendstream.watch;

import java.util.List;
import java.util.TreeMap;

/** One group of a scope: its counters that are in memory, and what it has spent lately. */
final class Group {

    final ScopeCounters scope;
    /** In the order of the scope's {@code group_by}; null where calls do not say. */
    final List<String> values;
    /** Counters by start. Those of periods under way are always here. */
    final TreeMap<Long, Counter> counters = new TreeMap<>();

    SpendHistory history = new SpendHistory();
    boolean historyUnsettled;
    /** The shared one of the groups past the limit. */
    final boolean overflow;

    Group(ScopeCounters scope, List<String> values) {
        this.scope = scope;
        this.values = values;
        this.overflow = ScopeCounters.isOverflow(values);
    }
}
