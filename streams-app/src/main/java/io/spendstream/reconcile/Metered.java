package io.spendstream.reconcile;

import io.spendstream.usage.Meter;
import java.time.LocalDate;
import java.util.Map;

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
}
