package io.spendstream.reconcile;

import io.spendstream.pricing.CompiledCard;
import io.spendstream.pricing.PriceBook;
import io.spendstream.usage.Meter;
import java.time.LocalDate;
import java.time.ZoneId;

/** The price book, where nothing metered says what a token costs. */
@FunctionalInterface
public interface ListPrices {

    /** @param zone whose days they are */
    static ListPrices of(PriceBook book, ZoneId zone) {
        return (model, provider, day, meter) -> {
            CompiledCard card = book.cardFor(
                    model, provider, day.atStartOfDay(zone).toInstant().toEpochMilli());
            return card == null ? null : card.baseRate(meter);
        };
    }

    /**
     * The standard rate that was in force when the day began.
     *
     * @param provider null where it is not known
     * @return pico-USD per token; null where there is none
     */
    Long picoUsdPerToken(String model, String provider, LocalDate day, Meter meter);
}
