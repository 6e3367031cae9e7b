package io.spendstream.runtime;

import io.spendstream.alert.AlertNotes;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.query.Alerts;
import io.spendstream.query.BudgetCounters;
import io.spendstream.query.Freshness;
import io.spendstream.query.HealthSource;
import io.spendstream.query.Lag;
import io.spendstream.query.LagSource;
import io.spendstream.query.NotAllThere;
import io.spendstream.v1.Alert;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.watch.AlertView;
import io.spendstream.watch.StatusView;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Statuses and alerts as this instance has read them from their topics, which hold those of all instances.
 *
 * <p>They are as old as the last moment of which it is known that everything received until then has gone all the way:
 * through events, cube and counters, on whichever instance, into the statuses that this instance has read.
 */
public final class ShownBudgets implements BudgetCounters, Alerts {

    private final StatusView statuses;
    private final AlertView alerts;
    private final AlertNotes notes;
    private final LagSource lag;
    private final HealthSource health;
    private final InstantSource clock;
    /** Topics are read from the beginning before the first work is done; after that, they go on being read. */
    private volatile boolean wasReady;

    /** @param lag of what is shown here */
    public ShownBudgets(
            StatusView statuses,
            AlertView alerts,
            AlertNotes notes,
            LagSource lag,
            HealthSource health,
            InstantSource clock) {
        this.statuses = statuses;
        this.alerts = alerts;
        this.notes = notes;
        this.lag = lag;
        this.health = health;
        this.clock = clock;
    }

    @Override
    public BudgetStatus get(BudgetDefinition budget, List<String> group) {
        return statuses.get(budget.id(), budget.scopeId(), group);
    }

    @Override
    public List<BudgetStatus> of(BudgetDefinition budget) {
        return statuses.of(budget.id(), budget.scopeId());
    }

    @Override
    public Freshness freshness() {
        if (!wasReady) {
            wasReady = health.whyNotReady().isEmpty();
        }
        if (!wasReady || !health.whyNotLive().isEmpty()) {
            return null;
        }
        Lag now = lag.lag();
        Instant asOf = now.asOf();
        return new Freshness(
                true,
                asOf,
                now.records(),
                Math.max(0, Duration.between(asOf, clock.instant()).toMillis()));
    }

    @Override
    public CompletionStage<Found> find(Query query) {
        Freshness freshness = freshness();
        if (freshness == null) {
            return CompletableFuture.failedFuture(new NotAllThere(List.of(), 0, health.whyNotReady()));
        }
        List<Alert> found = alerts.all().stream()
                .filter(alert ->
                        query.matches(alert, notes.acknowledgement(alert).isPresent()))
                .sorted(Comparator.comparing(Alert::getChangedAt).reversed())
                .toList();
        boolean truncated = found.size() > query.limit();
        return CompletableFuture.completedFuture(
                new Found(truncated ? found.subList(0, query.limit()) : found, truncated, freshness));
    }
}
