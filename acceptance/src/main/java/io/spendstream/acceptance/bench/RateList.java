package io.spendstream.acceptance.bench;

import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.UsageEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The models of the benchmark, their prices, and what an event costs by them: reckoned here once more, in the plainest
 * way, so that the pipeline is not checked against itself.
 */
final class RateList {

    /** Pico-USD per token. */
    private record Rates(long input, long output, long cacheRead) {}

    private static final Map<String, Rates> RATES = Map.of(
            "gpt-4o", new Rates(2_500_000, 10_000_000, 1_250_000),
            "gpt-4o-mini", new Rates(150_000, 600_000, 75_000),
            "claude-sonnet-4", new Rates(3_000_000, 15_000_000, 300_000),
            "claude-haiku-3-5", new Rates(800_000, 4_000_000, 80_000),
            "gemini-flash", new Rates(75_001, 300_003, 18_757));

    /** Names, in a fixed order. */
    static final List<String> MODELS = RATES.keySet().stream().sorted().toList();

    private RateList() {}

    /** The records of the {@code prices} topic. */
    static List<ModelPrices> records() {
        List<ModelPrices> records = new ArrayList<>();
        for (String model : MODELS) {
            Rates rates = RATES.get(model);
            RateCard card = RateCard.newBuilder()
                    .setEffectiveFrom(Instant.parse("2020-01-01T00:00:00Z"))
                    .setRates(List.of(
                            rate("input_tokens", rates.input),
                            rate("output_tokens", rates.output),
                            rate("cache_read_tokens", rates.cacheRead)))
                    .setSource("benchmark")
                    .build();
            records.add(ModelPrices.newBuilder()
                    .setModel(model)
                    .setCards(List.of(card))
                    .build());
        }
        return records;
    }

    private static Rate rate(String meter, long picoUsdPerUnit) {
        return new Rate(meter, picoUsdPerUnit, ServiceTier.STANDARD, 0L);
    }

    /** What an event costs, in nano-USD: each meter rounded once, half-even. */
    static long costNanoUsd(UsageEvent event) {
        Rates rates = RATES.get(event.getModel());
        return nano(event.getInputTokens() * rates.input)
                + nano(event.getOutputTokens() * rates.output)
                + nano(event.getCacheReadTokens() * rates.cacheRead);
    }

    private static long nano(long pico) {
        long whole = pico / 1_000;
        long rest = pico % 1_000;
        boolean up = rest > 500 || (rest == 500 && (whole & 1) == 1);
        return up ? whole + 1 : whole;
    }
}
