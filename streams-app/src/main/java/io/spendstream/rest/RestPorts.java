package io.spendstream.rest;

import io.spendstream.ingest.EventRules;
import io.spendstream.query.CubeDimensions;
import io.spendstream.query.EventIntake;
import io.spendstream.query.HealthSource;
import io.spendstream.query.Instances;
import io.spendstream.query.LocalSpend;
import io.spendstream.query.MetricsSource;
import io.spendstream.query.Prices;
import io.spendstream.query.Reconciliations;
import io.spendstream.query.RequestObserver;
import io.spendstream.query.SpendReader;
import java.time.InstantSource;

/**
 * What the routes are wired to.
 *
 * @param spend answers over all partitions
 * @param local answers other instances from this one's partitions
 * @param dimensions what spend can be grouped and filtered by
 * @param intake takes events
 * @param rules what events must satisfy, as in the pipeline
 * @param budgets null where this instance keeps none: then it has no routes for them
 * @param reconciliations likewise
 * @param observer sees all requests
 */
public record RestPorts(
        SpendReader spend,
        LocalSpend local,
        CubeDimensions dimensions,
        EventIntake intake,
        EventRules rules,
        Prices prices,
        Instances instances,
        HealthSource health,
        MetricsSource metrics,
        InstantSource clock,
        BudgetPorts budgets,
        Reconciliations reconciliations,
        RequestObserver observer) {

    /** Without budgets and reconciliations. */
    public RestPorts(
            SpendReader spend,
            LocalSpend local,
            CubeDimensions dimensions,
            EventIntake intake,
            EventRules rules,
            Prices prices,
            Instances instances,
            HealthSource health,
            MetricsSource metrics,
            InstantSource clock) {
        this(
                spend,
                local,
                dimensions,
                intake,
                rules,
                prices,
                instances,
                health,
                metrics,
                clock,
                null,
                null,
                RequestObserver.NONE);
    }
}
