package io.spendstream.watch;

import io.spendstream.v1.BudgetStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The last status of every counter, in memory: one thread writes, any number read. */
public final class StatusView {

    /** By budget and scope, then by group. */
    private final Map<List<String>, Map<List<String>, BudgetStatus>> statuses = new ConcurrentHashMap<>();

    /** Takes a record of {@code budget-status}; a status of null takes back the one before. */
    public void put(String key, BudgetStatus status) {
        List<String> parts = StatusKey.parse(key);
        List<String> of = List.copyOf(parts.subList(0, 2));
        List<String> group = new ArrayList<>(parts.subList(2, parts.size()));
        if (status != null) {
            statuses.computeIfAbsent(of, o -> new ConcurrentHashMap<>()).put(group, status);
        } else {
            statuses.computeIfPresent(of, (o, groups) -> {
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
        Map<List<String>, BudgetStatus> groups = statuses.get(List.of(budget, scope));
        return groups == null ? null : groups.get(group);
    }

    /** The statuses of all groups of a budget, in no order. */
    public List<BudgetStatus> of(String budget, String scope) {
        Map<List<String>, BudgetStatus> groups = statuses.get(List.of(budget, scope));
        return groups == null ? List.of() : List.copyOf(groups.values());
    }
}
