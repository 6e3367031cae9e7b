package io.spendstream.reconcile;

import io.spendstream.usage.Measure;
import io.spendstream.usage.Meter;
import java.time.LocalDate;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What was metered of one day, provider and model.
 *
 * @param provider null where events name none
 * @param requests that were made: not those that an application cache answered
 * @param unpriced of these: without a price yet
 * @param tokens by meter; reasoning is in the output
 * @param costs by meter, in nano-USD, reasoning with the output
 * @param costNanoUsd in all, with what is not tokens
 */
public record Metered(
        LocalDate day,
        String provider,
        String model,
        long requests,
        long unpriced,
        Map<Meter, Long> tokens,
        Map<Meter, Long> costs,
        long costNanoUsd) {

    public Metered {
        tokens = Map.copyOf(tokens);
        costs = Map.copyOf(costs);
    }

    /** @param sums of each measure */
    public static Metered of(LocalDate day, String provider, String model, ToLongFunction<Measure> sums) {
        Map<Meter, Long> tokens = new EnumMap<>(Meter.class);
        Map<Meter, Long> costs = new EnumMap<>(Meter.class);
        for (int i = 0; i < Meter.COUNT; i++) {
            Meter meter = Meter.at(i);
            if (meter != Meter.REASONING_TOKENS) {
                tokens.put(meter, sums.applyAsLong(Measure.at(Measure.INPUT_TOKENS.ordinal() + i)));
                costs.put(meter, sums.applyAsLong(Measure.costOf(meter)));
            }
        }
        costs.merge(Meter.OUTPUT_TOKENS, sums.applyAsLong(Measure.REASONING_COST), Math::addExact);
        long made = sums.applyAsLong(Measure.REQUESTS) - sums.applyAsLong(Measure.RESPONSE_CACHED);
        return new Metered(
                day,
                provider,
                model,
                made,
                Math.min(made, sums.applyAsLong(Measure.UNPRICED_REQUESTS)),
                tokens,
                costs,
                sums.applyAsLong(Measure.COST));
    }
}
