package io.spendstream.watch;

import io.spendstream.v1.BudgetStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The last status of every counter, in memory: one thread writes, any number read. */
public final class StatusView {

    /** What a budget counts. */
    private record Counted(String budget, String scope) {}

    /** A group of it: admission looks one up for each budget that counts a call, so it is found at once. */
    private static final class GroupKey {

        private final String budget;
        private final String scope;
        private final Object[] values;
        private final int hash;

        GroupKey(String budget, String scope, List<String> values) {
            this.budget = budget;
            this.scope = scope;
            this.values = values.toArray();
            this.hash = 31 * (31 * budget.hashCode() + scope.hashCode()) + Arrays.hashCode(this.values);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof GroupKey key
                    && hash == key.hash
                    && Arrays.equals(values, key.values)
                    && budget.equals(key.budget)
                    && scope.equals(key.scope);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    private final Map<GroupKey, BudgetStatus> statuses = new ConcurrentHashMap<>();
    /** The same, for those who ask for all groups. */
    private final Map<Counted, Map<GroupKey, BudgetStatus>> byCounted = new ConcurrentHashMap<>();

    /** Takes a record of {@code budget-status}; a status of null takes back the one before. */
    public void put(String key, BudgetStatus status) {
        List<String> parts = StatusKey.parse(key);
        Counted counted = new Counted(parts.get(0), parts.get(1));
        GroupKey group = new GroupKey(counted.budget, counted.scope, parts.subList(2, parts.size()));
        if (status != null) {
            statuses.put(group, status);
            byCounted.computeIfAbsent(counted, c -> new ConcurrentHashMap<>()).put(group, status);
        } else {
            statuses.remove(group);
            byCounted.computeIfPresent(counted, (c, groups) -> {
                groups.remove(group);
                return groups.isEmpty() ? null : groups;
            });
        }
    }

    /**
     * The status of one group of a budget; null where nothing is known of it.
     *
     * @param scope what the budget counts now
     * @param group values in the order of the budget's {@code group_by}; null values allowed
     */
    public BudgetStatus get(String budget, String scope, List<String> group) {
        return statuses.get(new GroupKey(budget, scope, group));
    }

    /** The statuses of all groups of a budget, in no order. */
    public List<BudgetStatus> of(String budget, String scope) {
        return List.copyOf(
                byCounted.getOrDefault(new Counted(budget, scope), Map.of()).values());
    }
}
