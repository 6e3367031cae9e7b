package io.spendstream.reconcile;

import io.spendstream.usage.Meter;
import java.time.LocalDate;

/** The price book, where nothing metered says what a token costs. */
@FunctionalInterface
public interface ListPrices {

    /**
     * The standard rate that was in force when the day began.
     *
     * @param provider null where it is not known
     * @return pico-USD per token; null where there is none
     */
    Long picoUsdPerToken(String model, String provider, LocalDate day, Meter meter);
}
