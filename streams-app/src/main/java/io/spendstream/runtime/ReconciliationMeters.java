package io.spendstream.runtime;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.Tags;
import io.spendstream.reconcile.Drift;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/**
 * What the last reconciliations say, by provider and model: as many as {@code ReconciliationBook} tells apart. Doubles are
 * what Prometheus has; the amounts are exact in {@code /v1/reconciliations}.
 */
final class ReconciliationMeters implements Meters {

    private static final double NANO = 1e9;

    private final Supplier<List<Drift>> drifts;
    private MultiGauge ratios;
    private MultiGauge unexplained;

    ReconciliationMeters(Supplier<List<Drift>> drifts) {
        this.drifts = drifts;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        ratios = MultiGauge.builder("spendstream.reconciliation.drift.ratio")
                .description(
                        "Invoiced less metered, as a part of what was invoiced, of the last period that was loaded.")
                .register(registry);
        unexplained = MultiGauge.builder("spendstream.reconciliation.unexplained.usd")
                .description(
                        "What of invoiced less metered is not explained, in USD, of the last period that was loaded.")
                .register(registry);
    }

    @Override
    public void look() {
        List<Drift> models = drifts.get();
        ratios.register(
                models.stream()
                        .filter(drift -> drift.ppm() != null)
                        .map(drift -> MultiGauge.Row.of(tags(drift), (double) drift.ppm() / Drift.PPM))
                        .collect(Collectors.toList()),
                true);
        unexplained.register(
                models.stream()
                        .map(drift -> MultiGauge.Row.of(tags(drift), drift.unexplainedNanoUsd() / NANO))
                        .collect(Collectors.toList()),
                true);
    }

    private static Tags tags(Drift drift) {
        return Tags.of("provider", drift.provider() == null ? "" : drift.provider(), "model", drift.model());
    }
}
