package io.spendstream.pricing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.definition.Faults;
import io.spendstream.definition.FieldFault;
import io.spendstream.definition.JsonFields;
import io.spendstream.usage.Texts;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Price records as JSON, as in REST and in price files. Unknown fields are refused; a reading names all its faults at once,
 * each with its path.
 *
 * <p>A rate's price is {@code pico_usd_per_unit} or {@code usd_per_million}; where both are given, as they are in what
 * is written here, they must agree.
 */
public final class PricesJson {

    /** A record that was read, or what is wrong with it: {@code prices} is null where there are faults. */
    public record Reading(ModelPrices prices, List<FieldFault> faults) {}

    /** A list of records that was read; only those without faults are in {@code models}. */
    public record BookReading(List<ModelPrices> models, List<FieldFault> faults) {}

    private static final Set<String> BOOK_FIELDS = Set.of("models");
    private static final Set<String> RECORD_FIELDS = Set.of("model", "aliases", "cards");
    private static final Set<String> CARD_FIELDS =
            Set.of("effective_from", "effective_to", "provider", "rates", "source");
    private static final Set<String> RATE_FIELDS =
            Set.of("meter", "pico_usd_per_unit", "usd_per_million", "service_tier", "above_context_tokens");

    private PricesJson() {}

    /**
     * Reads one record and checks it by {@link PriceRules}.
     *
     * @param model the model it must be of, which the text may leave out; null where only the text says
     */
    public static Reading read(String json, String model) {
        Faults faults = new Faults();
        JsonNode node = JsonFields.parse(json, faults);
        ModelPrices prices = node == null ? null : new Reader(faults).record(node, model);
        List<FieldFault> list = faults.list();
        return new Reading(list.isEmpty() ? prices : null, list);
    }

    /** Reads {@code {"models": [record, …]}}. */
    public static BookReading readBook(String json) {
        Faults faults = new Faults();
        JsonNode node = JsonFields.parse(json, faults);
        List<ModelPrices> models = node == null ? List.of() : new Reader(faults).book(node);
        return new BookReading(List.copyOf(models), faults.list());
    }

    /** A record as a JSON object, every rate with both forms of its price. */
    public static ObjectNode toJson(ModelPrices prices) {
        ObjectNode node = JsonFields.object();
        node.put("model", prices.getModel());
        ArrayNode aliases = node.putArray("aliases");
        if (prices.getAliases() != null) {
            prices.getAliases().forEach(aliases::add);
        }
        ArrayNode cards = node.putArray("cards");
        prices.getCards().forEach(card -> cards.add(toJson(card)));
        return node;
    }

    /** One rate card as a JSON object. */
    public static ObjectNode toJson(RateCard card) {
        ObjectNode node = JsonFields.object();
        node.put("effective_from", card.getEffectiveFrom().toString());
        node.put(
                "effective_to",
                card.getEffectiveTo() == null ? null : card.getEffectiveTo().toString());
        node.put("provider", card.getProvider());
        ArrayNode rates = node.putArray("rates");
        for (Rate rate : card.getRates()) {
            rates.addObject()
                    .put("meter", rate.getMeter())
                    .put("pico_usd_per_unit", rate.getPicoUsdPerUnit())
                    .put("usd_per_million", usdPerMillion(rate.getPicoUsdPerUnit()))
                    .put("service_tier", rate.getServiceTier().name())
                    .put("above_context_tokens", rate.getAboveContextTokens());
        }
        node.put("source", card.getSource());
        return node;
    }

    /** A record as JSON text. */
    public static String write(ModelPrices prices) {
        return JsonFields.text(toJson(prices));
    }

    /** Records as {@code {"models": [record, …]}}. */
    public static String writeBook(Collection<ModelPrices> models) {
        ObjectNode node = JsonFields.object();
        ArrayNode array = node.putArray("models");
        models.forEach(prices -> array.add(toJson(prices)));
        return JsonFields.text(node);
    }

    /** A rate in USD per million units, exactly. */
    public static BigDecimal usdPerMillion(long picoUsdPerUnit) {
        BigDecimal usd = BigDecimal.valueOf(picoUsdPerUnit, 6).stripTrailingZeros();
        return usd.scale() < 0 ? usd.setScale(0) : usd;
    }

    private static final class Reader extends JsonFields {

        Reader(Faults faults) {
            super(faults);
        }

        List<ModelPrices> book(JsonNode node) {
            List<ModelPrices> models = new ArrayList<>();
            if (!isObject(node, "")) {
                return models;
            }
            refuseUnknown(node, "", BOOK_FIELDS);
            if (!node.has("models")) {
                faults.add("models", "is missing; it takes an array of price records");
            }
            List<JsonNode> records = array(node.get("models"), "models");
            for (int i = 0; i < records.size(); i++) {
                Faults own = new Faults();
                ModelPrices prices = new Reader(own).record(records.get(i), null);
                if (own.list().isEmpty()) {
                    models.add(prices);
                }
                faults.addAll("models[" + i + "]", own.list());
            }
            return models;
        }

        ModelPrices record(JsonNode node, String address) {
            if (!isObject(node, "")) {
                return null;
            }
            refuseUnknown(node, "", RECORD_FIELDS);
            String model = nameOf(node, "model", address);
            List<String> aliases = texts(node.get("aliases"), "aliases");
            List<RateCard> cards = new ArrayList<>();
            List<JsonNode> cardNodes = array(node.get("cards"), "cards");
            for (int i = 0; i < cardNodes.size(); i++) {
                cards.add(card(cardNodes.get(i), "cards[" + i + "]"));
            }
            ModelPrices prices = new ModelPrices(model, aliases, cards);
            PriceRules.check(prices).forEach(fault -> faults.add(fault.field(), fault.reason()));
            return prices;
        }

        private RateCard card(JsonNode node, String path) {
            if (!isObject(node, path)) {
                return null;
            }
            refuseUnknown(node, path, CARD_FIELDS);
            List<Rate> rates = new ArrayList<>();
            List<JsonNode> rateNodes = array(node.get("rates"), at(path, "rates"));
            for (int i = 0; i < rateNodes.size(); i++) {
                rates.add(rate(rateNodes.get(i), path + ".rates[" + i + "]"));
            }
            RateCard card = new RateCard();
            Instant from = time(node, path, "effective_from");
            if (from != null) {
                card.setEffectiveFrom(from);
            }
            card.setEffectiveTo(time(node, path, "effective_to"));
            card.setProvider(text(node, path, "provider"));
            card.setRates(rates);
            card.setSource(orElse(text(node, path, "source"), ""));
            return card;
        }

        private Rate rate(JsonNode node, String path) {
            if (!isObject(node, path)) {
                return null;
            }
            refuseUnknown(node, path, RATE_FIELDS);
            return new Rate(text(node, path, "meter"), price(node, path), tier(node, path), threshold(node, path));
        }

        private long price(JsonNode node, String path) {
            BigDecimal pico = number(node, path, "pico_usd_per_unit");
            BigDecimal perMillion = number(node, path, "usd_per_million");
            if (pico == null && perMillion == null) {
                if (!node.hasNonNull("pico_usd_per_unit") && !node.hasNonNull("usd_per_million")) {
                    faults.add(path + ".pico_usd_per_unit", "is missing; a rate needs it or usd_per_million");
                }
                return 0;
            }
            if (pico != null && perMillion != null && pico.compareTo(perMillion.scaleByPowerOfTen(6)) != 0) {
                faults.add(
                        path + ".usd_per_million",
                        perMillion + " is not " + pico + " pico_usd_per_unit; give one of them, or both alike");
            }
            return pico != null
                    ? wholePico(path + ".pico_usd_per_unit", pico, pico)
                    : wholePico(path + ".usd_per_million", perMillion, perMillion.scaleByPowerOfTen(6));
        }

        private long wholePico(String path, BigDecimal given, BigDecimal pico) {
            if (pico.signum() < 0 || pico.compareTo(BigDecimal.valueOf(PriceRules.PICO_USD_PER_UNIT_MAX)) > 0) {
                faults.add(path, given + " is not between 0 and 1,000 USD per unit");
                return 0;
            }
            try {
                return pico.longValueExact();
            } catch (ArithmeticException e) {
                faults.add(
                        path,
                        given + " is no whole number of pico-USD per unit: a price in USD per million has at most"
                                + " 6 decimals");
                return 0;
            }
        }

        private ServiceTier tier(JsonNode node, String path) {
            String name = text(node, path, "service_tier");
            if (name == null) {
                return node.hasNonNull("service_tier") ? null : ServiceTier.STANDARD;
            }
            for (ServiceTier tier : ServiceTier.values()) {
                if (tier.name().equals(name)) {
                    return tier;
                }
            }
            faults.add(
                    path + ".service_tier",
                    "'" + Texts.shortened(name) + "' is none of " + Arrays.toString(ServiceTier.values()));
            return null;
        }

        private long threshold(JsonNode node, String path) {
            BigDecimal tokens = number(node, path, "above_context_tokens");
            if (tokens == null) {
                return 0;
            }
            try {
                return tokens.longValueExact();
            } catch (ArithmeticException e) {
                faults.add(path + ".above_context_tokens", tokens + " is no whole number of tokens");
                return 0;
            }
        }
    }
}
