package io.spendstream.runtime;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.HashSet;
import java.util.Set;

/** Which models have no price: events of each that came without one. */
final class UnpricedModels implements Meters {

    private final Totals totals;
    private final Set<String> shown = new HashSet<>();
    private MeterRegistry registry;

    UnpricedModels(Totals totals) {
        this.totals = totals;
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void look() {
        for (String model : totals.now().unpricedModels().keySet()) {
            if (shown.add(model)) {
                FunctionCounter.builder(
                                "spendstream.model.unpriced",
                                totals,
                                t -> t.now().unpricedModels().getOrDefault(model, 0L))
                        .description("Events counted without a price, by model; __other__ past " + Totals.MODELS_MAX
                                + " models.")
                        .tag("model", model)
                        .register(registry);
            }
        }
    }
}
