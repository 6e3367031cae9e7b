package io.spendstream.pricing;

import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** What one rate of a card is for. */
record RateKey(String meter, ServiceTier tier, long aboveContextTokens) implements Comparable<RateKey> {

    private static final Comparator<RateKey> ORDER = Comparator.comparing(RateKey::meter)
            .thenComparing(RateKey::tier)
            .thenComparingLong(RateKey::aboveContextTokens);

    static RateKey of(Rate rate) {
        return new RateKey(rate.getMeter(), rate.getServiceTier(), rate.getAboveContextTokens());
    }

    /** The prices of a card in pico-USD per unit, whatever the order of its rates. */
    static Map<RateKey, Long> pricesOf(RateCard card) {
        Map<RateKey, Long> prices = new TreeMap<>();
        for (Rate rate : card.getRates()) {
            prices.put(of(rate), rate.getPicoUsdPerUnit());
        }
        return prices;
    }

    @Override
    public int compareTo(RateKey other) {
        return ORDER.compare(this, other);
    }

    @Override
    public String toString() {
        return meter + " " + tier + (aboveContextTokens == 0 ? "" : " above " + aboveContextTokens);
    }
}
