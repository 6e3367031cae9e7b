package io.spendstream.acceptance;

import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * The prices that the events of {@link EventStream} are billed by. Each model is there for something that pricing has
 * to get right; amounts are such that many costs lie between two nano-USD, some of them exactly in the middle.
 */
public final class SamplePrices {

    /** In no price list: counted, and unpriced until {@link #late()} comes. */
    public static final String LATE_MODEL = "late-model";

    /** In no price list, ever. */
    static final String UNKNOWN_MODEL = "unknown/model";

    /** What events name as their model; an alias among them. */
    static final List<String> MODELS = List.of(
            "plain",
            "halves",
            "cached",
            "tiered",
            "tiered-alias",
            "long-context",
            "reasoning",
            "by-provider",
            "renewed");

    /** {@code by-provider} has a card of its own for the first; the second pays what any provider asks. */
    static final List<String> PROVIDERS = List.of("azure", "other cloud");

    private static final List<String> UNITS = List.of("images", "web_search_requests");

    private SamplePrices() {}

    /** @param time {@code renewed} got dearer ten days before it, {@code expired} lost its price twenty days before it */
    public static List<ModelPrices> at(Instant time) {
        Instant now = time.truncatedTo(ChronoUnit.MILLIS);
        return List.of(
                model("plain", allMeters(2_500_000, ServiceTier.STANDARD, 0)),
                // An odd number of tokens costs a whole number of nano-USD and a half.
                model("halves", allMeters(500, ServiceTier.STANDARD, 0)),
                model(
                        "cached",
                        List.of(
                                rate("input_tokens", 3_000_001),
                                rate("output_tokens", 15_000_000),
                                rate("cache_read_tokens", 300_333),
                                rate("cache_write_5m_tokens", 3_750_500),
                                rate("cache_write_1h_tokens", 6_000_500))),
                tiered(),
                model(
                        "long-context",
                        concat(
                                concat(
                                        allMeters(1_250_000, ServiceTier.STANDARD, 0),
                                        allMeters(2_500_500, ServiceTier.STANDARD, 200_000)),
                                allMeters(625_500, ServiceTier.BATCH, 0))),
                model(
                        "reasoning",
                        concat(
                                allMeters(1_100_500, ServiceTier.STANDARD, 0),
                                List.of(rate("reasoning_tokens", 4_400_501)))),
                byProvider(),
                new ModelPrices(
                        "renewed",
                        List.of(),
                        List.of(
                                card(Instant.EPOCH, null, null, allMeters(1_000_000, ServiceTier.STANDARD, 0)),
                                card(
                                        now.minus(Duration.ofDays(10)),
                                        null,
                                        null,
                                        allMeters(1_333_333, ServiceTier.STANDARD, 0)))),
                new ModelPrices(
                        "expired",
                        List.of(),
                        List.of(card(
                                Instant.EPOCH,
                                now.minus(Duration.ofDays(20)),
                                null,
                                allMeters(800_000, ServiceTier.STANDARD, 0)))));
    }

    /** The price of {@link #LATE_MODEL}. */
    public static ModelPrices late() {
        return model(LATE_MODEL, allMeters(7_000_500, ServiceTier.STANDARD, 0));
    }

    private static ModelPrices tiered() {
        List<Rate> batch = List.of(
                new Rate("input_tokens", 1_000_500L, ServiceTier.BATCH, 0L),
                new Rate("output_tokens", 4_000_000L, ServiceTier.BATCH, 0L));
        ModelPrices tiered = model(
                "tiered",
                concat(
                        concat(allMeters(2_000_001, ServiceTier.STANDARD, 0), batch),
                        allMeters(3_400_000, ServiceTier.PRIORITY, 0)));
        tiered.setAliases(List.of("tiered-alias"));
        return tiered;
    }

    private static ModelPrices byProvider() {
        return new ModelPrices(
                "by-provider",
                List.of(),
                List.of(
                        card(Instant.EPOCH, null, null, allMeters(900_000, ServiceTier.STANDARD, 0)),
                        card(Instant.EPOCH, null, PROVIDERS.get(0), allMeters(990_500, ServiceTier.STANDARD, 0))));
    }

    private static ModelPrices model(String name, List<Rate> rates) {
        return new ModelPrices(name, List.of(), List.of(card(Instant.EPOCH, null, null, rates)));
    }

    private static RateCard card(Instant from, Instant to, String provider, List<Rate> rates) {
        return new RateCard(from, to, provider, rates, "acceptance");
    }

    /** Every meter but reasoning at another multiple of a rate, and two units besides. */
    private static List<Rate> allMeters(long picoUsd, ServiceTier tier, long aboveContextTokens) {
        List<String> meters = Usage.METERS.subList(0, Usage.METERS.size() - 1);
        List<Rate> rates = new ArrayList<>();
        for (int i = 0; i < meters.size(); i++) {
            rates.add(new Rate(meters.get(i), picoUsd * (i + 1), tier, aboveContextTokens));
        }
        UNITS.forEach(unit -> rates.add(new Rate(unit, picoUsd * 1_000 + 500, tier, aboveContextTokens)));
        return rates;
    }

    private static Rate rate(String meter, long picoUsd) {
        return new Rate(meter, picoUsd, ServiceTier.STANDARD, 0L);
    }

    private static List<Rate> concat(List<Rate> first, List<Rate> second) {
        return Stream.concat(first.stream(), second.stream()).toList();
    }
}
