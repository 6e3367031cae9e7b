package io.spendstream.query;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/** Open and past alerts. */
public interface Alerts {

    /**
     * Which ones.
     *
     * @param states any of these; empty: all
     * @param kinds any of these; empty: all
     * @param tenants any of these; empty: of all, also those of no tenant
     * @param budget null: of all, also those of no budget
     * @param id null: any
     * @param notifies whether people were told of its last change; null: either
     * @param acknowledged whether somebody looks after it; null: either
     * @param since changed then or later, by event time; null: from the beginning
     * @param limit at most so many, the last changed
     */
    record Query(
            Set<AlertState> states,
            Set<String> kinds,
            Set<String> tenants,
            String budget,
            String id,
            Boolean notifies,
            Boolean acknowledged,
            Instant since,
            int limit) {

        public static final int LIMIT_MAX = 10_000;

        public Query {
            states = Set.copyOf(states);
            kinds = Set.copyOf(kinds);
            tenants = Set.copyOf(tenants);
            if (limit < 1 || limit > LIMIT_MAX) {
                throw new IllegalArgumentException("limit must be between 1 and " + LIMIT_MAX + ", not " + limit);
            }
        }

        /** Those of an id: one at the most. */
        public static Query ofId(String id) {
            return new Query(Set.of(), Set.of(), Set.of(), null, id, null, null, null, 1);
        }

        /** The same of some tenants only. */
        public Query ofTenants(Set<String> some) {
            return new Query(states, kinds, some, budget, id, notifies, acknowledged, since, limit);
        }

        /** Whether an alert is one of them. */
        public boolean matches(Alert alert, boolean isAcknowledged) {
            return (states.isEmpty() || states.contains(alert.getState()))
                    && (kinds.isEmpty() || kinds.contains(alert.getKind()))
                    && (tenants.isEmpty() || (alert.getTenant() != null && tenants.contains(alert.getTenant())))
                    && (budget == null || budget.equals(alert.getBudget()))
                    && (id == null || id.equals(alert.getId()))
                    && (notifies == null || notifies == alert.getNotify())
                    && (acknowledged == null || acknowledged == isAcknowledged)
                    && (since == null || !alert.getChangedAt().isBefore(since));
        }
    }

    /**
     * What was found.
     *
     * @param alerts the last changed first
     * @param truncated whether there are more
     */
    record Found(List<Alert> alerts, boolean truncated, Freshness freshness) {}

    /** Fails with {@link NotAllThere} where some are out of reach. */
    CompletionStage<Found> find(Query query);
}
