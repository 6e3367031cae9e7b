package io.spendstream.runtime;

import io.spendstream.budget.BudgetBook;
import io.spendstream.pricing.PriceBook;
import io.spendstream.query.RequestObserver;
import io.spendstream.reconcile.ReconciliationBook;
import io.spendstream.rollup.Shards;
import io.spendstream.scope.ScopeCells;
import io.spendstream.topic.Topics;
import io.spendstream.usage.EventTraces;
import io.spendstream.watch.AlertView;
import io.spendstream.watch.StatusView;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** What one instance measures of itself, and what it shows of spend. */
public final class Instruments implements AutoCloseable {

    private final AppMetrics metrics;
    private final RestoreProgress restoring;
    private final AlertDelay alerts;
    private final RequestObserver requests;
    /** Null where there are none. */
    private final Traces traces;
    /** Of what takes longer than a scrape should. */
    private final ExecutorService reader = Executors.newSingleThreadExecutor(task -> {
        Thread thread = new Thread(task, "metrics-reader");
        thread.setDaemon(true);
        return thread;
    });

    public Instruments(
            AppConfig config,
            Topics topics,
            Engine engine,
            Totals totals,
            Shards shards,
            PriceBook prices,
            BudgetBook budgets,
            StatusView statuses,
            ReconciliationBook reconciliations) {
        Clock clock = Clock.systemUTC();
        restoring = new RestoreProgress(new BookRestored(Map.of(
                topics.budgets().name(),
                budgets,
                topics.prices().name(),
                prices,
                topics.reconciliations().name(),
                reconciliations)));
        alerts = new AlertDelay(budgets, clock);
        HttpMeters http = new HttpMeters();
        traces = config.traces()
                .map(settings -> new Traces(settings, topics.usageEvents().name()))
                .orElse(null);
        requests = new Observed(http, traces);
        List<Meters> meters = new ArrayList<>(List.of(restoring, engine.storeMeters(), alerts, http));
        if (config.isSpendInMetrics()) {
            meters.add(new ReconciliationMeters(reconciliations::latest));
            meters.add(new UnpricedModels(totals));
            meters.add(new SpendMeters(shards::open, config.spendSeriesMax(), clock, System::nanoTime, reader));
            meters.add(new BudgetMeters(
                    () -> budgets.contents().budgets().values(),
                    budget -> statuses.of(budget.id(), budget.scopeId()),
                    () -> scopes(engine, config),
                    config.budgetSeriesMax(),
                    clock));
        }
        metrics = new AppMetrics(totals, engine.probe(), () -> shards.open().size(), topics, meters);
    }

    /** Which scopes' counters this instance has. */
    private static BudgetMeters.Owned scopes(Engine engine, AppConfig config) {
        Set<Integer> partitions = engine.ownCounters();
        return scope -> partitions.contains(ScopeCells.partitionOf(scope, config.cubePartitions()));
    }

    public AppMetrics metrics() {
        return metrics;
    }

    /** To be told of every alert. */
    public AlertView.Reader alerts() {
        return alerts::read;
    }

    /** To be told of every request. */
    public RequestObserver requests() {
        return requests;
    }

    /** To be told of what is read back; it tells the books of prices and budgets. */
    public RestoreProgress restoring() {
        return restoring;
    }

    /** To follow events by. */
    public EventTraces traces() {
        return traces == null ? EventTraces.NONE : traces;
    }

    @Override
    public void close() {
        reader.shutdownNow();
        if (traces != null) {
            traces.close();
        }
        metrics.close();
    }
}
