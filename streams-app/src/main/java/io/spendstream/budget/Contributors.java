package io.spendstream.budget;

import io.spendstream.usage.Dimension;
import java.util.List;

/** Which field says best who spends a budget: the amounts of its values are kept with each counter. */
public final class Contributors {

    /** From what people act on first to what they act on last. All of them are dimensions: the cube knows them. */
    private static final List<Dimension> TELLING =
            List.of(Dimension.FEATURE, Dimension.MODEL, Dimension.TEAM, Dimension.PROJECT, Dimension.TENANT);

    private Contributors() {}

    /** The first field that can differ within a counter: not grouped by, and not pinned to one value; null if none can. */
    public static String fieldOf(BudgetDefinition budget) {
        for (Dimension dimension : TELLING) {
            String field = dimension.field();
            boolean pinned = dimension == Dimension.TENANT && budget.tenant() != null
                    || isOneValue(budget.match().get(field));
            if (!pinned && !budget.groupBy().contains(field)) {
                return field;
            }
        }
        return null;
    }

    private static boolean isOneValue(List<String> patterns) {
        return patterns != null && patterns.size() == 1 && Glob.isLiteral(patterns.get(0));
    }
}
