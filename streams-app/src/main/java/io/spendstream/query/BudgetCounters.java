package io.spendstream.query;

import io.spendstream.budget.BudgetDefinition;
import io.spendstream.v1.BudgetStatus;
import java.util.List;

/**
 * The last status of every budget's groups, as this instance knows them. Look-ups are in memory and do not block:
 * admission asks for a group and for the freshness with every call.
 */
public interface BudgetCounters {

    /**
     * The status of one group.
     *
     * @param group values in the order of the budget's {@code group_by}; null values allowed
     * @return null where nothing is known of it
     */
    BudgetStatus get(BudgetDefinition budget, List<String> group);

    /** The statuses of all groups of a budget, in no order. */
    List<BudgetStatus> of(BudgetDefinition budget);

    /** How far this instance knows them; null where it does not know them yet, nor the budgets. */
    Freshness freshness();
}
