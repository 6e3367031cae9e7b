package io.spendstream.budget;

import io.spendstream.v1.BudgetAction;

/**
 * What happens from a part of the limit on.
 *
 * @param atPpm of the limit, in parts per million
 * @param action what admission answers from there on; every threshold also alerts
 * @param model to use instead, with {@link BudgetAction#USE_MODEL}; otherwise null
 */
public record Threshold(long atPpm, BudgetAction action, String model) {}
