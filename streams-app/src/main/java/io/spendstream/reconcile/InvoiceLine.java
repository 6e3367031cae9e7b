package io.spendstream.reconcile;

import io.spendstream.usage.Meter;
import java.time.LocalDate;
import java.util.Map;

/**
 * One line of an invoice that can be compared.
 *
 * @param provider as events name it; null where the invoice does not say
 * @param model as the invoice names it
 * @param costNanoUsd null where it has tokens only
 * @param requests null where it does not say
 * @param tokens of the meters that it says something of
 * @param costs of the meters that it has a cost of their own for, in nano-USD
 */
public record InvoiceLine(
        LocalDate day,
        String provider,
        String model,
        Long costNanoUsd,
        Long requests,
        Map<Meter, Long> tokens,
        Map<Meter, Long> costs) {

    public InvoiceLine {
        tokens = Map.copyOf(tokens);
        costs = Map.copyOf(costs);
    }
}
