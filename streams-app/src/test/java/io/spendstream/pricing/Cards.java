package io.spendstream.pricing;

import io.spendstream.usage.Meter;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;

/** Price records in few words, for tests. */
final class Cards {

    static final Instant JANUARY = Instant.parse("2026-01-01T00:00:00Z");
    static final Instant FEBRUARY = Instant.parse("2026-02-01T00:00:00Z");
    static final Instant MARCH = Instant.parse("2026-03-01T00:00:00Z");
    static final Instant APRIL = Instant.parse("2026-04-01T00:00:00Z");

    private Cards() {}

    static ModelPrices model(String name, RateCard... cards) {
        return new ModelPrices(name, List.of(), List.of(cards));
    }

    static ModelPrices aliased(String name, List<String> aliases, RateCard... cards) {
        return new ModelPrices(name, aliases, List.of(cards));
    }

    static RateCard card(Instant from, Instant to, String provider, Rate... rates) {
        return card(from, to, provider, "", rates);
    }

    /** Without a start where {@code from} is null, which the generated constructor would not take. */
    static RateCard card(Instant from, Instant to, String provider, String source, Rate... rates) {
        RateCard card = new RateCard();
        if (from != null) {
            card.setEffectiveFrom(from);
        }
        card.setEffectiveTo(to);
        card.setProvider(provider);
        card.setRates(List.of(rates));
        card.setSource(source);
        return card;
    }

    static RateCard card(Instant from, long inputRate) {
        return card(from, null, null, rate("input_tokens", inputRate));
    }

    /** Rates as words: {@code input_tokens:2500000 input_tokens/BATCH:1250000 input_tokens>200000:5000000}. */
    static Rate[] rates(String words) {
        return Arrays.stream(words.trim().split("\\s+")).map(Cards::rateOf).toArray(Rate[]::new);
    }

    static Rate rate(String meter, long pico) {
        return new Rate(meter, pico, ServiceTier.STANDARD, 0L);
    }

    private static Rate rateOf(String word) {
        String[] keyAndPrice = word.split(":");
        String[] keyAndThreshold = keyAndPrice[0].split(">");
        String[] meterAndTier = keyAndThreshold[0].split("/");
        return new Rate(
                meterAndTier[0],
                Long.parseLong(keyAndPrice[1]),
                meterAndTier.length == 1 ? ServiceTier.STANDARD : ServiceTier.valueOf(meterAndTier[1]),
                keyAndThreshold.length == 1 ? 0L : Long.parseLong(keyAndThreshold[1]));
    }

    /** Quantities as words: {@code input_tokens:1000 output_tokens:20}. */
    static long[] quantities(String words) {
        long[] quantities = new long[Meter.COUNT];
        for (String word : words.trim().split("\\s+")) {
            if (!word.isEmpty()) {
                String[] parts = word.split(":");
                quantities[Meter.ofField(parts[0]).orElseThrow().ordinal()] = Long.parseLong(parts[1]);
            }
        }
        return quantities;
    }
}
