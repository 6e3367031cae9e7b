package io.spendstream.query;

import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.ModelPrices;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** The price book. Look-ups are in memory and do not block. */
public interface Prices {

    /** All records, by model. */
    List<ModelPrices> list();

    /** The record of a model, by its own name. */
    Optional<ModelPrices> get(String model);

    /**
     * Stores a valid record. Completes when it is stored safely and this instance prices by it; fails with
     * {@link IntakeFailure} where it is not stored. May block for a moment; called on a worker.
     */
    CompletionStage<Void> put(ModelPrices prices);

    /**
     * What an event would cost, by the card that covers its model, provider and time, rated as metering rates it. Nothing
     * is counted.
     */
    Quote quote(UsageRecord event);

    /**
     * What an event would cost.
     *
     * @param card null where none covers the event; then it has no cost
     * @param unpricedBecause why the event has no cost though there is a card, or null
     * @param lines per meter and unit that was used
     * @param costNanoUsd their sum
     * @param tierFallback whether a meter was billed at the standard rate, as the tier asked for has none
     * @param longContext whether a meter was billed at a long-context rate
     */
    record Quote(
            Card card,
            String unpricedBecause,
            List<Line> lines,
            long costNanoUsd,
            boolean tierFallback,
            boolean longContext) {

        /** Whether there is a cost. */
        public boolean isPriced() {
            return card != null && unpricedBecause == null;
        }
    }

    /** What one meter or unit costs. */
    record Line(String meter, long quantity, long picoUsdPerUnit, long costNanoUsd) {}

    /**
     * The rate card used.
     *
     * @param model whose record it is in, after resolving aliases
     * @param effectiveTo null where it ends with the next card
     * @param provider null where it prices any provider's
     */
    record Card(String model, Instant effectiveFrom, Instant effectiveTo, String provider, String source) {}
}
