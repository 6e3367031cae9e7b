package io.spendstream.watch;

import io.spendstream.v1.BudgetStatus;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The last status of every counter, in memory: one thread writes, any number read. */
public final class StatusView {

    /** A group's values as a key: admission looks one up for each budget that counts a call. */
    private static final class GroupKey {

        private final Object[] values;
        private final int hash;

        GroupKey(List<String> values) {
            this.values = values.toArray();
            this.hash = Arrays.hashCode(this.values);
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof GroupKey key && hash == key.hash && Arrays.equals(values, key.values);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** By budget, then by scope, then by group. */
    private final Map<String, Map<String, Map<GroupKey, BudgetStatus>>> statuses = new ConcurrentHashMap<>();

    /** Takes a record of {@code budget-status}; a status of null takes back the one before. */
    public void put(String key, BudgetStatus status) {
        List<String> parts = StatusKey.parse(key);
        String budget = parts.get(0);
        String scope = parts.get(1);
        GroupKey group = new GroupKey(parts.subList(2, parts.size()));
        if (status != null) {
            statuses.computeIfAbsent(budget, b -> new ConcurrentHashMap<>())
                    .computeIfAbsent(scope, s -> new ConcurrentHashMap<>())
                    .put(group, status);
        } else {
            statuses.computeIfPresent(budget, (b, scopes) -> {
                scopes.computeIfPresent(scope, (s, groups) -> {
                    groups.remove(group);
                    return groups.isEmpty() ? null : groups;
                });
                return scopes.isEmpty() ? null : scopes;
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
        return groups(budget, scope).get(new GroupKey(group));
    }

    /** The statuses of all groups of a budget, in no order. */
    public List<BudgetStatus> of(String budget, String scope) {
        return List.copyOf(groups(budget, scope).values());
    }

    private Map<GroupKey, BudgetStatus> groups(String budget, String scope) {
        return statuses.getOrDefault(budget, Map.of()).getOrDefault(scope, Map.of());
    }
}
