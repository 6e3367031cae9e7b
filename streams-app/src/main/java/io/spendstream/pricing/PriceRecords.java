package io.spendstream.pricing;

import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Copies of the generated records, which can be changed by whoever holds them. */
final class PriceRecords {

    private PriceRecords() {}

    /** A record that shares nothing with the one given, which {@link PriceRules} has no fault with. */
    static ModelPrices copy(ModelPrices prices) {
        List<RateCard> cards = new ArrayList<>(prices.getCards().size());
        for (RateCard card : prices.getCards()) {
            cards.add(between(card, card.getEffectiveFrom(), card.getEffectiveTo()));
        }
        List<String> aliases = prices.getAliases() == null ? List.of() : List.copyOf(prices.getAliases());
        return new ModelPrices(prices.getModel(), aliases, cards);
    }

    /** A copy of a card that prices another time. */
    static RateCard between(RateCard card, Instant from, Instant to) {
        List<Rate> rates = new ArrayList<>(card.getRates().size());
        for (Rate rate : card.getRates()) {
            rates.add(new Rate(
                    rate.getMeter(), rate.getPicoUsdPerUnit(), rate.getServiceTier(), rate.getAboveContextTokens()));
        }
        return new RateCard(from, to, card.getProvider(), rates, card.getSource());
    }
}
