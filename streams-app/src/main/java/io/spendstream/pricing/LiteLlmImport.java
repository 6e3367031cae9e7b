package io.spendstream.pricing;

import com.fasterxml.jackson.databind.JsonNode;
import io.spendstream.definition.Faults;
import io.spendstream.definition.FieldFault;
import io.spendstream.definition.JsonFields;
import io.spendstream.usage.Meter;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Turns LiteLLM's price map (model → fields, prices in USD per unit) into price records, and reports every price that
 * does not come through as it stands. {@link LiteLlmFields} says what each field means.
 *
 * <p>An entry's key is the model's name. Its card prices events of any provider, since events and the map name
 * providers differently ({@code aws.bedrock}, {@code bedrock_converse}); the map's provider is in the card's source.
 *
 * <p><b>Aliases.</b> A key that starts with its own provider, as {@code gemini/gemini-2.5-pro}, gets the rest of it as
 * an alias if that is unambiguous: no entry has that key, no other entry has the same rest, the rest does not itself
 * start with a provider of the map, is not a region's or size's path of Azure or Bedrock, and the entry is not free: a
 * name without a provider must not become free because some provider gives the model away.
 *
 * <p><b>Rounding.</b> A price with a fraction of a pico-USD is rounded half-even, by at most half a pico-USD, and listed
 * with the quantity up to which a meter's cost still is within 1 nano-USD of exact arithmetic: a rate that is off by d
 * pico-USD puts q units off by at most 0.5 + q·d/1,000 nano-USD.
 *
 * <p><b>Reasoning.</b> Where reasoning costs what output does and output has a price for a tier or a long context that
 * reasoning lacks, reasoning gets it too, as LiteLLM bills it; these rates are listed as inferred. Nothing else is
 * inferred: in particular no batch discount, and no long-context price of a tier, whose base price then holds; such
 * gaps are listed, as LiteLLM bills flex and priority calls at the standard tier's long-context price there. A threshold
 * is exceeded by more tokens than it says, for all providers.
 */
public final class LiteLlmImport {

    /** What came of a map: records that {@link PriceRules} has no fault with, by model, and what is to be said. */
    public record Result(List<ModelPrices> models, LiteLlmReport report) {}

    private static final String SAMPLE = "sample_spec";
    private static final Set<String> PATHS_OF_REGIONS = Set.of("azure", "bedrock");
    private static final BigDecimal HALF_NANO_IN_PICO = BigDecimal.valueOf(500);

    private final JsonNode map;
    private final Instant effectiveFrom;
    private final LiteLlmReport.Builder report = new LiteLlmReport.Builder();

    private LiteLlmImport(JsonNode map, Instant effectiveFrom) {
        this.map = map;
        this.effectiveFrom = effectiveFrom;
    }

    /**
     * Reads a map.
     *
     * @param json the map's text
     * @param effectiveFrom when its prices start; the map does not say. {@link Instant#EPOCH} prices past events too
     * @throws IllegalArgumentException where the text is no JSON object
     */
    public static Result read(String json, Instant effectiveFrom) {
        Faults faults = new Faults();
        JsonNode map = JsonFields.parse(json, faults);
        if (map == null || !map.isObject()) {
            throw new IllegalArgumentException(
                    "is no LiteLLM price map: " + (map == null ? faults.list().get(0) : "it is not a JSON object"));
        }
        return new LiteLlmImport(map, effectiveFrom).read();
    }

    private Result read() {
        Map<String, String> aliases = aliases();
        Map<String, ModelPrices> models = new TreeMap<>();
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            String model = entry.getKey();
            if (model.equals(SAMPLE)) {
                continue;
            }
            report.entry();
            Map<RateKey, Long> prices = new Entry(model, entry.getValue()).prices();
            if (prices.isEmpty()) {
                report.withoutPrice(model);
                continue;
            }
            boolean free = prices.values().stream().allMatch(pico -> pico == 0);
            if (free) {
                report.free(model);
            }
            String alias = free ? null : aliases.get(model);
            ModelPrices record = new ModelPrices(
                    model, alias == null ? List.of() : List.of(alias), List.of(card(entry.getValue(), prices)));
            List<FieldFault> faults = PriceRules.check(record);
            if (faults.isEmpty()) {
                models.put(model, record);
            } else {
                report.refused(model, faults);
            }
        }
        return new Result(List.copyOf(models.values()), report.build(models.size()));
    }

    private RateCard card(JsonNode entry, Map<RateKey, Long> prices) {
        List<Rate> rates = new ArrayList<>();
        prices.entrySet().stream()
                .sorted((a, b) -> compare(a.getKey(), b.getKey()))
                .forEach(price -> rates.add(new Rate(
                        price.getKey().meter(),
                        price.getValue(),
                        price.getKey().tier(),
                        price.getKey().aboveContextTokens())));
        String url = entry.path("source").asText("");
        String source = "LiteLLM price map, provider "
                + entry.path("litellm_provider").asText("unknown") + (url.isEmpty() ? "" : ", " + url);
        return new RateCard(
                effectiveFrom,
                null,
                null,
                rates,
                source.substring(0, Math.min(source.length(), PriceRules.SOURCE_LENGTH_MAX)));
    }

    /** Token meters first, in their order, then units by name. */
    private static int compare(RateKey a, RateKey b) {
        int byMeter = Integer.compare(place(a.meter()), place(b.meter()));
        return byMeter == 0 ? a.compareTo(b) : byMeter;
    }

    private static int place(String meter) {
        return Meter.ofField(meter).map(Meter::ordinal).orElse(Meter.COUNT);
    }

    /** The unambiguous names without provider, by key. */
    private Map<String, String> aliases() {
        Set<String> providers = new TreeSet<>();
        map.forEach(entry -> providers.add(entry.path("litellm_provider").asText("")));
        Map<String, String> keyByRest = new HashMap<>();
        map.fieldNames().forEachRemaining(key -> {
            String rest = rest(key, map.get(key));
            if (rest != null) {
                // Two entries of one rest: neither gets it.
                keyByRest.merge(rest, key, (one, other) -> "");
            }
        });
        Map<String, String> aliases = new HashMap<>();
        keyByRest.forEach((rest, key) -> {
            int slash = rest.indexOf('/');
            boolean path = slash >= 0
                    && (providers.contains(rest.substring(0, slash))
                            || PATHS_OF_REGIONS.contains(key.substring(0, Math.max(0, key.indexOf('/')))));
            if (!key.isEmpty() && !map.has(rest) && !path) {
                aliases.put(key, rest);
            }
        });
        return aliases;
    }

    private static String rest(String key, JsonNode entry) {
        int slash = key.indexOf('/');
        String provider = entry.path("litellm_provider").asText("");
        if (slash <= 0 || slash == key.length() - 1) {
            return null;
        }
        String prefix = key.substring(0, slash);
        return provider.equals(prefix) || provider.startsWith(prefix + "-") ? key.substring(slash + 1) : null;
    }

    /** One entry of the map on its way to the rates of a card. */
    private final class Entry {

        private final String model;
        private final JsonNode fields;
        private final String mode;
        private final boolean pricesGeneratedImages;
        private final Map<RateKey, Long> prices = new TreeMap<>();
        private final Map<RateKey, String> origin = new HashMap<>();

        Entry(String model, JsonNode fields) {
            this.model = model;
            this.fields = fields;
            this.mode = fields.path("mode").asText("");
            this.pricesGeneratedImages = fields.has(LiteLlmFields.OUTPUT_COST_PER_IMAGE);
        }

        Map<RateKey, Long> prices() {
            // First, as it takes the place of prices given outside of it.
            if (fields.has(LiteLlmFields.TIERED_PRICING)) {
                tieredPricing(fields.get(LiteLlmFields.TIERED_PRICING));
            }
            fields.properties().forEach(field -> {
                if (field.getKey().equals(LiteLlmFields.SEARCH_CONTEXT)) {
                    searchContext(field.getValue());
                } else if (!field.getKey().equals(LiteLlmFields.TIERED_PRICING)
                        && LiteLlmFields.isPrice(field.getKey())) {
                    price(field.getKey(), field.getKey(), field.getValue(), 0);
                }
            });
            inferReasoning();
            reportGaps();
            return prices;
        }

        private void price(String field, String path, JsonNode value, long aboveContextTokens) {
            RateKey key =
                    LiteLlmFields.rateKey(field, mode, pricesGeneratedImages).orElse(null);
            if (key == null && value.isObject() && !holdsMoreThanText(value)) {
                return;
            }
            if (key == null) {
                report.unrepresented(model, path, value, LiteLlmFields.whyNot(field));
            } else if (key.aboveContextTokens() > 0 && aboveContextTokens > 0) {
                report.unrepresented(model, path, value, "has a threshold within a tier that has one");
            } else {
                put(
                        new RateKey(key.meter(), key.tier(), Math.max(key.aboveContextTokens(), aboveContextTokens)),
                        path,
                        value);
            }
        }

        /** Some entries keep settings beside factors; an object of texts holds no price. */
        private boolean holdsMoreThanText(JsonNode object) {
            return object.properties().stream().anyMatch(e -> !e.getValue().isTextual());
        }

        private void put(RateKey key, String path, JsonNode value) {
            if (value.isNull()) {
                return;
            }
            if (!value.isNumber()) {
                report.unrepresented(model, path, value, "is not a number");
                return;
            }
            BigDecimal exact = value.decimalValue().scaleByPowerOfTen(12);
            if (exact.signum() < 0 || exact.compareTo(BigDecimal.valueOf(PriceRules.PICO_USD_PER_UNIT_MAX)) > 0) {
                report.unrepresented(model, path, value, "is not between 0 and 1,000 USD per unit");
                return;
            }
            long pico = exact.setScale(0, RoundingMode.HALF_EVEN).longValueExact();
            Long before = prices.putIfAbsent(key, pico);
            if (before != null && before != pico) {
                report.unrepresented(model, path, value, "contradicts " + origin.get(key) + ", which is imported");
                return;
            }
            origin.putIfAbsent(key, path);
            BigDecimal off = exact.subtract(BigDecimal.valueOf(pico)).abs();
            if (off.signum() > 0 && before == null) {
                report.rounded(
                        model,
                        path,
                        value.decimalValue(),
                        pico,
                        HALF_NANO_IN_PICO.divide(off, 0, RoundingMode.DOWN).toBigInteger());
            }
        }

        private void tieredPricing(JsonNode steps) {
            String path = LiteLlmFields.TIERED_PRICING;
            if (!steps.isArray()) {
                report.unrepresented(model, path, steps, "is not an array");
                return;
            }
            for (int i = 0; i < steps.size(); i++) {
                JsonNode step = steps.get(i);
                String at = path + "[" + i + "]";
                JsonNode from = step.path("range").path(0);
                if (!from.isNumber() || !isWholeNumberOfTokens(from.decimalValue())) {
                    report.unrepresented(
                            model, at, step, "has no range of context tokens; an event says nothing else to choose by");
                    continue;
                }
                long above = from.decimalValue().longValueExact();
                step.properties().forEach(field -> {
                    if (LiteLlmFields.isPrice(field.getKey())) {
                        price(field.getKey(), at + "." + field.getKey(), field.getValue(), above);
                    }
                });
            }
        }

        private boolean isWholeNumberOfTokens(BigDecimal value) {
            return value.signum() >= 0
                    && value.compareTo(BigDecimal.valueOf(PriceRules.ABOVE_CONTEXT_TOKENS_MAX)) <= 0
                    && value.remainder(BigDecimal.ONE).signum() == 0;
        }

        private void searchContext(JsonNode sizes) {
            String path = LiteLlmFields.SEARCH_CONTEXT;
            String prefix = "search_context_size_";
            Map<String, JsonNode> bySize = new TreeMap<>();
            sizes.properties().forEach(size -> {
                if (size.getKey().matches(prefix + "(low|medium|high)")) {
                    bySize.put(size.getKey().substring(prefix.length()), size.getValue());
                } else {
                    report.unrepresented(model, path + "." + size.getKey(), size.getValue(), "is no known size");
                }
            });
            if (bySize.isEmpty()) {
                report.unrepresented(model, path, sizes, "has no price by size");
                return;
            }
            boolean alike = bySize.values().stream().distinct().count() == 1;
            if (alike || bySize.containsKey("medium")) {
                String size = bySize.containsKey("medium")
                        ? "medium"
                        : bySize.keySet().iterator().next();
                put(standard(LiteLlmFields.WEB_SEARCH_REQUESTS), path + "." + prefix + size, bySize.get(size));
            }
            if (!alike) {
                bySize.forEach((size, value) -> put(
                        standard(LiteLlmFields.WEB_SEARCH_REQUESTS + "_" + size), path + "." + prefix + size, value));
            }
        }

        private RateKey standard(String unit) {
            return new RateKey(unit, ServiceTier.STANDARD, 0);
        }

        private void inferReasoning() {
            Long reasoning = prices.get(standard(Meter.REASONING_TOKENS.field()));
            if (reasoning == null || !reasoning.equals(prices.get(standard(Meter.OUTPUT_TOKENS.field())))) {
                return;
            }
            Map<RateKey, Long> inferred = new TreeMap<>();
            prices.forEach((key, pico) -> {
                RateKey alike = new RateKey(Meter.REASONING_TOKENS.field(), key.tier(), key.aboveContextTokens());
                if (key.meter().equals(Meter.OUTPUT_TOKENS.field()) && !prices.containsKey(alike)) {
                    inferred.put(alike, pico);
                    report.inferred(model, alike.toString(), pico, "reasoning costs what output does");
                }
            });
            prices.putAll(inferred);
        }

        private void reportGaps() {
            for (RateKey key : prices.keySet()) {
                if (key.tier() != ServiceTier.STANDARD || key.aboveContextTokens() == 0) {
                    continue;
                }
                for (ServiceTier tier : ServiceTier.values()) {
                    if (prices.containsKey(new RateKey(key.meter(), tier, 0))
                            && !prices.containsKey(new RateKey(key.meter(), tier, key.aboveContextTokens()))) {
                        report.gap(
                                model,
                                new RateKey(key.meter(), tier, key.aboveContextTokens()).toString(),
                                "is not in the map; the tier's base price holds");
                    }
                }
            }
        }
    }
}
