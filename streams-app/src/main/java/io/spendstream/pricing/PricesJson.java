package io.spendstream.pricing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.usage.Texts;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Price records as JSON, as in REST and in price files. Numbers are read as decimals, never as floating point; unknown
 * fields are refused; a reading names all its faults at once, each with its path.
 *
 * <p>A rate's price is {@code pico_usd_per_unit} or {@code usd_per_million}; where both are given, as they are in what
 * is written here, they must agree. Times are RFC 3339 and cut to milliseconds.
 */
public final class PricesJson {

    /** A record that was read, or what is wrong with it: {@code prices} is null where there are faults. */
    public record Reading(ModelPrices prices, List<PriceFault> faults) {}

    /** A list of records that was read; only those without faults are in {@code models}. */
    public record BookReading(List<ModelPrices> models, List<PriceFault> faults) {}

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
            .build();

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
        JsonNode node = parse(json, faults);
        ModelPrices prices = node == null ? null : record(node, model, faults);
        List<PriceFault> list = faults.list();
        return new Reading(list.isEmpty() ? prices : null, list);
    }

    /** Reads {@code {"models": [record, …]}}. */
    public static BookReading readBook(String json) {
        Faults faults = new Faults();
        JsonNode node = parse(json, faults);
        List<ModelPrices> models = new ArrayList<>();
        if (node != null && isObject(node, "", faults)) {
            refuseUnknown(node, "", Set.of("models"), faults);
            List<JsonNode> records = array(node, "", "models", faults);
            if (!node.has("models")) {
                faults.add("models", "is missing; it takes an array of price records");
            }
            for (int i = 0; i < records.size(); i++) {
                Faults own = new Faults();
                ModelPrices prices = record(records.get(i), null, own);
                if (own.list().isEmpty()) {
                    models.add(prices);
                }
                faults.addAll("models[" + i + "]", own.list());
            }
        }
        return new BookReading(List.copyOf(models), faults.list());
    }

    /** A record as a JSON object, every rate with both forms of its price. */
    public static ObjectNode toJson(ModelPrices prices) {
        ObjectNode node = MAPPER.createObjectNode();
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
        ObjectNode node = MAPPER.createObjectNode();
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
        return text(toJson(prices));
    }

    /** Records as {@code {"models": [record, …]}}. */
    public static String writeBook(Collection<ModelPrices> models) {
        ObjectNode node = MAPPER.createObjectNode();
        ArrayNode array = node.putArray("models");
        models.forEach(prices -> array.add(toJson(prices)));
        return text(node);
    }

    /** A rate in USD per million units, exactly. */
    public static BigDecimal usdPerMillion(long picoUsdPerUnit) {
        BigDecimal usd = BigDecimal.valueOf(picoUsdPerUnit, 6).stripTrailingZeros();
        return usd.scale() < 0 ? usd.setScale(0) : usd;
    }

    /** The tree of a JSON text with exact decimals, or null and a fault. */
    static JsonNode parse(String json, Faults faults) {
        try {
            JsonNode node = MAPPER.readTree(json);
            if (!node.isMissingNode()) {
                return node;
            }
            faults.add("", "is empty; it takes a JSON object");
        } catch (JsonProcessingException e) {
            faults.add("", "is not JSON: " + e.getOriginalMessage() + position(e));
        }
        return null;
    }

    private static String position(JsonProcessingException e) {
        return e.getLocation() == null
                ? ""
                : " (line " + e.getLocation().getLineNr() + ", column "
                        + e.getLocation().getColumnNr() + ")";
    }

    private static ModelPrices record(JsonNode node, String model, Faults faults) {
        if (!isObject(node, "", faults)) {
            return null;
        }
        refuseUnknown(node, "", RECORD_FIELDS, faults);
        String named = text(node, "", "model", faults);
        if (model != null && named != null && !model.equals(named)) {
            faults.add(
                    "model",
                    "'" + named + "' is not the model of the address, '" + model + "'; leave it out or"
                            + " make them equal");
        }
        List<String> aliases = new ArrayList<>();
        List<JsonNode> aliasNodes = array(node, "", "aliases", faults);
        for (int i = 0; i < aliasNodes.size(); i++) {
            aliases.add(text(aliasNodes.get(i), "aliases[" + i + "]", faults));
        }
        List<RateCard> cards = new ArrayList<>();
        List<JsonNode> cardNodes = array(node, "", "cards", faults);
        for (int i = 0; i < cardNodes.size(); i++) {
            cards.add(card(cardNodes.get(i), "cards[" + i + "]", faults));
        }
        ModelPrices prices = new ModelPrices(named == null ? model : named, aliases, cards);
        PriceRules.check(prices).forEach(fault -> faults.add(fault.field(), fault.reason()));
        return prices;
    }

    private static RateCard card(JsonNode node, String path, Faults faults) {
        if (!isObject(node, path, faults)) {
            return null;
        }
        refuseUnknown(node, path, CARD_FIELDS, faults);
        List<Rate> rates = new ArrayList<>();
        List<JsonNode> rateNodes = array(node, path, "rates", faults);
        for (int i = 0; i < rateNodes.size(); i++) {
            rates.add(rate(rateNodes.get(i), path + ".rates[" + i + "]", faults));
        }
        String source = text(node, path, "source", faults);
        RateCard card = new RateCard();
        Instant from = time(node, path, "effective_from", faults);
        if (from != null) {
            card.setEffectiveFrom(from);
        }
        card.setEffectiveTo(time(node, path, "effective_to", faults));
        card.setProvider(text(node, path, "provider", faults));
        card.setRates(rates);
        card.setSource(source == null ? "" : source);
        return card;
    }

    private static Rate rate(JsonNode node, String path, Faults faults) {
        if (!isObject(node, path, faults)) {
            return null;
        }
        refuseUnknown(node, path, RATE_FIELDS, faults);
        return new Rate(
                text(node, path, "meter", faults),
                price(node, path, faults),
                tier(node, path, faults),
                threshold(node, path, faults));
    }

    private static long price(JsonNode node, String path, Faults faults) {
        BigDecimal pico = number(node, path, "pico_usd_per_unit", faults);
        BigDecimal perMillion = number(node, path, "usd_per_million", faults);
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
                ? wholePico(path + ".pico_usd_per_unit", pico, pico, faults)
                : wholePico(path + ".usd_per_million", perMillion, perMillion.scaleByPowerOfTen(6), faults);
    }

    private static long wholePico(String field, BigDecimal given, BigDecimal pico, Faults faults) {
        if (pico.signum() < 0 || pico.compareTo(BigDecimal.valueOf(PriceRules.PICO_USD_PER_UNIT_MAX)) > 0) {
            faults.add(field, given + " is not between 0 and 1,000 USD per unit");
            return 0;
        }
        try {
            return pico.longValueExact();
        } catch (ArithmeticException e) {
            faults.add(
                    field,
                    given + " is no whole number of pico-USD per unit: a price in USD per million has at most"
                            + " 6 decimals");
            return 0;
        }
    }

    private static ServiceTier tier(JsonNode node, String path, Faults faults) {
        String name = text(node, path, "service_tier", faults);
        if (name == null) {
            return node.hasNonNull("service_tier") ? null : ServiceTier.STANDARD;
        }
        for (ServiceTier tier : ServiceTier.values()) {
            if (tier.name().equals(name)) {
                return tier;
            }
        }
        faults.add(path + ".service_tier", "'" + name + "' is none of " + Arrays.toString(ServiceTier.values()));
        return null;
    }

    private static long threshold(JsonNode node, String path, Faults faults) {
        BigDecimal tokens = number(node, path, "above_context_tokens", faults);
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

    private static Instant time(JsonNode node, String path, String field, Faults faults) {
        String text = text(node, path, field, faults);
        if (text == null) {
            return null;
        }
        try {
            return OffsetDateTime.parse(text).toInstant().truncatedTo(ChronoUnit.MILLIS);
        } catch (DateTimeException e) {
            faults.add(path + "." + field, "'" + text + "' is no time; it takes one such as 2026-01-01T00:00:00Z");
            return null;
        }
    }

    private static BigDecimal number(JsonNode node, String path, String field, Faults faults) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return null;
        }
        if (!value.isNumber()) {
            faults.add(path + "." + field, "is " + kind(value) + "; it takes a number");
            return null;
        }
        return value.decimalValue();
    }

    private static String text(JsonNode node, String path, String field, Faults faults) {
        JsonNode value = node.get(field);
        return value == null || value.isNull()
                ? null
                : text(value, path.isEmpty() ? field : path + "." + field, faults);
    }

    private static String text(JsonNode value, String path, Faults faults) {
        if (!value.isTextual()) {
            faults.add(path, "is " + kind(value) + "; it takes a text");
            return null;
        }
        return value.textValue();
    }

    private static List<JsonNode> array(JsonNode node, String path, String field, Faults faults) {
        JsonNode value = node.get(field);
        if (value == null || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            faults.add(path.isEmpty() ? field : path + "." + field, "is " + kind(value) + "; it takes an array");
            return List.of();
        }
        List<JsonNode> items = new ArrayList<>(value.size());
        value.forEach(items::add);
        return items;
    }

    private static boolean isObject(JsonNode node, String path, Faults faults) {
        if (!node.isObject()) {
            faults.add(path, "is " + kind(node) + "; it takes an object");
        }
        return node.isObject();
    }

    private static void refuseUnknown(JsonNode node, String path, Set<String> known, Faults faults) {
        node.fieldNames().forEachRemaining(name -> {
            if (!known.contains(name)) {
                String shown = Texts.shortened(name);
                faults.add(
                        path.isEmpty() ? shown : path + "." + shown,
                        "is not known here; known are "
                                + String.join(", ", known.stream().sorted().toList()));
            }
        });
    }

    private static String kind(JsonNode node) {
        return switch (node.getNodeType()) {
            case NULL, MISSING -> "null";
            case BOOLEAN -> "a boolean";
            case NUMBER -> "a number";
            case STRING -> "a text";
            case ARRAY -> "an array";
            default -> "an object";
        };
    }

    private static String text(JsonNode node) {
        try {
            return MAPPER.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of JSON nodes cannot be written", e);
        }
    }
}
