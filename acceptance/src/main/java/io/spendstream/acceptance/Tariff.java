package io.spendstream.acceptance;

import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** Prices by the contract, read anew: in unbounded whole numbers of nano-USD, one line a meter. */
final class Tariff {

    private static final String STANDARD = "STANDARD";
    private static final BigDecimal PICO_PER_NANO = BigDecimal.valueOf(1_000);

    /**
     * What an event costs.
     *
     * @param meters nano-USD per meter and per other unit, each rounded once
     * @param cacheSavings nano-USD, may be negative
     */
    record Cost(Map<String, BigInteger> meters, BigInteger cacheSavings) {
        BigInteger total() {
            return meters.values().stream().reduce(BigInteger.ZERO, BigInteger::add);
        }
    }

    private final TreeMap<String, ModelPrices> records = new TreeMap<>();

    /** Takes a model's record in place of the one before. */
    void put(ModelPrices prices) {
        records.put(prices.getModel(), prices);
    }

    /** The cost of an event as of its own time, or null where it has no price. */
    Cost price(Usage event) {
        RateCard card = cardOf(event);
        if (card == null) {
            return null;
        }
        Calculation calculation = new Calculation(card, event);
        return calculation.run() ? new Cost(calculation.meters, calculation.cacheSavings()) : null;
    }

    private RateCard cardOf(Usage event) {
        ModelPrices prices = recordOf(event.text("model"));
        if (prices == null) {
            return null;
        }
        Instant time = Instant.ofEpochMilli(event.timeMs());
        String provider = event.text("provider");
        RateCard own = provider == null ? null : inForce(prices.getCards(), provider, time);
        return own == null ? inForce(prices.getCards(), null, time) : own;
    }

    /** A model's own name goes before an alias. */
    private ModelPrices recordOf(String name) {
        ModelPrices own = records.get(name);
        return own != null
                ? own
                : records.values().stream()
                        .filter(prices -> prices.getAliases().contains(name))
                        .findFirst()
                        .orElse(null);
    }

    private static RateCard inForce(List<RateCard> cards, String provider, Instant time) {
        return cards.stream()
                .filter(card -> Objects.equals(card.getProvider(), provider))
                .filter(card -> !card.getEffectiveFrom().isAfter(time))
                .max(Comparator.comparing(RateCard::getEffectiveFrom))
                .filter(card -> card.getEffectiveTo() == null || time.isBefore(card.getEffectiveTo()))
                .orElse(null);
    }

    private static final class Calculation {

        private final RateCard card;
        private final Usage event;
        private final String tier;
        private final long context;
        private final Map<String, BigInteger> meters = new TreeMap<>();

        Calculation(RateCard card, Usage event) {
            this.card = card;
            this.event = event;
            this.tier = event.text("service_tier");
            this.context = event.number("input_tokens")
                    + event.number("cache_read_tokens")
                    + event.number("cache_write_5m_tokens")
                    + event.number("cache_write_1h_tokens");
        }

        /** Whether every used meter has a rate. */
        boolean run() {
            long reasoning = rate("reasoning_tokens") == null ? 0 : event.number("reasoning_tokens");
            boolean priced = true;
            for (String meter : Usage.METERS) {
                long quantity = event.number(meter);
                if (meter.equals("output_tokens")) {
                    quantity -= reasoning;
                } else if (meter.equals("reasoning_tokens")) {
                    quantity = reasoning;
                }
                priced &= bill(meter, quantity);
            }
            for (Map.Entry<String, Long> unit : event.numbers("other_units").entrySet()) {
                priced &= bill(unit.getKey(), unit.getValue());
            }
            return priced;
        }

        private boolean bill(String meter, long quantity) {
            if (quantity == 0) {
                return true;
            }
            BigDecimal rate = rate(meter);
            if (rate == null) {
                return false;
            }
            meters.put(meter, nanoUsd(BigDecimal.valueOf(quantity).multiply(rate)));
            return true;
        }

        /** Of the tier's own rates the one for the longest context that is exceeded, else of the standard ones. */
        private BigDecimal rate(String meter) {
            BigDecimal own = rate(meter, tier);
            return own == null ? rate(meter, STANDARD) : own;
        }

        private BigDecimal rate(String meter, String ofTier) {
            return card.getRates().stream()
                    .filter(rate -> rate.getMeter().equals(meter)
                            && rate.getServiceTier().name().equals(ofTier))
                    .filter(rate -> rate.getAboveContextTokens() == 0 || context > rate.getAboveContextTokens())
                    .max(Comparator.comparing(Rate::getAboveContextTokens))
                    .map(rate -> BigDecimal.valueOf(rate.getPicoUsdPerUnit()))
                    .orElse(null);
        }

        /** Cached reads at the input price less their own, minus what cache writes cost above the input price. */
        BigInteger cacheSavings() {
            BigDecimal input = rate("input_tokens");
            BigInteger savings = BigInteger.ZERO;
            for (String meter : List.of("cache_read_tokens", "cache_write_5m_tokens", "cache_write_1h_tokens")) {
                long quantity = event.number(meter);
                if (input != null && quantity != 0) {
                    savings = savings.add(nanoUsd(input.subtract(rate(meter)).multiply(BigDecimal.valueOf(quantity))));
                }
            }
            return savings;
        }

        private static BigInteger nanoUsd(BigDecimal picoUsd) {
            return picoUsd.divide(PICO_PER_NANO, 0, RoundingMode.HALF_EVEN).toBigIntegerExact();
        }
    }
}
