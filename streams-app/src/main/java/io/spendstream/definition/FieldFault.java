package io.spendstream.budget;

/**
 * What is wrong with a budget, or with another definition in its language.
 *
 * @param field the path of the field, as in {@code thresholds[1].at}; empty where it is the budget as a whole
 * @param reason what was found and what would be right
 */
public record BudgetFault(String field, String reason) {

    @Override
    public String toString() {
        return field.isEmpty() ? reason : field + ": " + reason;
    }
}
