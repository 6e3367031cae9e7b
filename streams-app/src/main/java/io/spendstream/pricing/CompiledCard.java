package io.spendstream.pricing;

import io.spendstream.usage.Meter;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A rate card in the form that prices events fast: immutable, found by array index, read without allocation.
 *
 * <p>The rates of one meter and tier are a <em>ladder</em>: pairs of (above context tokens, pico-USD per unit), the
 * highest threshold first. Null where there are none.
 */
public final class CompiledCard {

    private static final int TIERS = ServiceTier.values().length;

    private final String model;
    private final String provider;
    private final String source;
    private final long effectiveFromMs;
    private final long effectiveToMs;
    private final long[][] meterLadders = new long[Meter.COUNT * TIERS][];
    private final Map<String, long[][]> unitLadders = new HashMap<>();

    private CompiledCard(String model, RateCard card) {
        this.model = model;
        this.provider = card.getProvider();
        this.source = card.getSource();
        this.effectiveFromMs = card.getEffectiveFrom().toEpochMilli();
        this.effectiveToMs = card.getEffectiveTo() == null
                ? Long.MAX_VALUE
                : card.getEffectiveTo().toEpochMilli();
    }

    /**
     * Compiles a card.
     *
     * @param model the model whose record holds the card
     * @param card one that {@link PriceRules} has no fault with
     */
    public static CompiledCard of(String model, RateCard card) {
        CompiledCard compiled = new CompiledCard(model, card);
        Map<String, Map<ServiceTier, TreeMap<Long, Long>>> byMeter = new HashMap<>();
        for (Rate rate : card.getRates()) {
            byMeter.computeIfAbsent(rate.getMeter(), m -> new HashMap<>())
                    .computeIfAbsent(rate.getServiceTier(), t -> new TreeMap<>())
                    .put(rate.getAboveContextTokens(), rate.getPicoUsdPerUnit());
        }
        byMeter.forEach(compiled::addLadders);
        return compiled;
    }

    private void addLadders(String name, Map<ServiceTier, TreeMap<Long, Long>> byTier) {
        long[][] ladders = new long[TIERS][];
        byTier.forEach((tier, steps) -> ladders[tier.ordinal()] = ladder(steps));
        Meter.ofField(name)
                .ifPresentOrElse(
                        meter -> System.arraycopy(ladders, 0, meterLadders, meter.ordinal() * TIERS, TIERS),
                        () -> unitLadders.put(name, ladders));
    }

    private static long[] ladder(TreeMap<Long, Long> steps) {
        long[] ladder = new long[2 * steps.size()];
        int i = 0;
        for (Map.Entry<Long, Long> step : steps.descendingMap().entrySet()) {
            ladder[i++] = step.getKey();
            ladder[i++] = step.getValue();
        }
        return ladder;
    }

    /** The model whose price record this card is of, after resolving aliases. */
    public String model() {
        return model;
    }

    /** The provider whose events it prices, or null where it prices those of any. */
    public String provider() {
        return provider;
    }

    /** Where the prices come from. */
    public String source() {
        return source;
    }

    /** Epoch milliseconds, inclusive. */
    public long effectiveFromMs() {
        return effectiveFromMs;
    }

    /** Epoch milliseconds, exclusive; {@link Long#MAX_VALUE} where the card ends with the next one. */
    public long effectiveToMs() {
        return effectiveToMs;
    }

    /** Names of the units besides tokens that the card prices. */
    public List<String> otherUnits() {
        return unitLadders.keySet().stream().sorted().toList();
    }

    /** The rate of a meter for standard calls without a long context, in pico-USD per token; null where it has none. */
    public Long baseRate(Meter meter) {
        long[] ladder = ladder(meter.ordinal(), ServiceTier.STANDARD.ordinal());
        int step = step(ladder, 0);
        return step < 0 ? null : Long.valueOf(ladder[step + 1]);
    }

    long[] ladder(int meter, int tier) {
        return meterLadders[meter * TIERS + tier];
    }

    /** By tier, or null where the card does not price the unit. */
    long[][] unitLadders(String unit) {
        return unitLadders.get(unit);
    }

    /** Index of the highest step whose threshold a context exceeds, or -1. A base rate's threshold is 0 and always met. */
    static int step(long[] ladder, long contextTokens) {
        if (ladder != null) {
            for (int i = 0; i < ladder.length; i += 2) {
                if (ladder[i] == 0 || contextTokens > ladder[i]) {
                    return i;
                }
            }
        }
        return -1;
    }
}
