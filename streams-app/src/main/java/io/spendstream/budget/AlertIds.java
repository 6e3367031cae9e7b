package io.spendstream.budget;

import io.spendstream.usage.Digest;
import java.time.Instant;

/** The identity of alerts: the same cause has the same id, whoever finds it and however often. */
public final class AlertIds {

    private AlertIds() {}

    /**
     * @param group values in the order of {@code group_by}; null values allowed
     * @param periodStart of the window
     * @param kind {@code budget_threshold}, …
     * @param detail what tells alerts of one kind apart: a threshold in parts per million, a rule's name; null: nothing
     */
    public static String of(
            String budgetId, String scopeId, String[] group, Instant periodStart, String kind, String detail) {
        Digest digest = new Digest().add(budgetId).add(scopeId).add(group.length);
        for (String value : group) {
            digest.add(value);
        }
        return digest.add(periodStart.toEpochMilli()).add(kind).add(detail).hex();
    }
}
