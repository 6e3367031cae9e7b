package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.spendstream.ingest.EventRules;
import io.spendstream.usage.Meter;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.ServiceTier;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The whole map against an oracle that looks prices up in the JSON by the names of its fields and multiplies decimals,
 * and shares nothing with the importer.
 */
class LiteLlmMapTest {

    private static final long[] CONTEXTS = {1, 999, 32_001, 128_000, 128_001, 200_000, 200_001, 272_001, 600_000};
    private static final long[] THRESHOLDS = {1_000_000, 512_000, 272_000, 256_000, 200_000, 128_000};
    private static final Map<Meter, List<String>> FIELDS = Map.of(
            Meter.INPUT_TOKENS, List.of("input_cost_per_token"),
            Meter.OUTPUT_TOKENS, List.of("output_cost_per_token"),
            Meter.CACHE_READ_TOKENS, List.of("cache_read_input_token_cost", "input_cost_per_token_cache_hit"),
            Meter.CACHE_WRITE_5M_TOKENS, List.of("cache_creation_input_token_cost"),
            Meter.CACHE_WRITE_1H_TOKENS, List.of("cache_creation_input_token_cost_above_1hr"),
            Meter.AUDIO_INPUT_TOKENS, List.of("input_cost_per_audio_token"),
            Meter.AUDIO_OUTPUT_TOKENS, List.of("output_cost_per_audio_token"),
            Meter.REASONING_TOKENS, List.of("output_cost_per_reasoning_token"));
    private static final Map<ServiceTier, String> SUFFIX = Map.of(
            ServiceTier.STANDARD, "",
            ServiceTier.BATCH, "_batches",
            ServiceTier.FLEX, "_flex",
            ServiceTier.PRIORITY, "_priority");

    private static JsonNode map;
    private static LiteLlmImport.Result result;
    private static final PriceBook BOOK = new PriceBook();

    @BeforeAll
    static void read() throws Exception {
        String text = WholeMap.text();
        map = new ObjectMapper()
                .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .readTree(text);
        result = LiteLlmImport.read(text, Instant.EPOCH);
        result.models().forEach(prices -> assertThat(BOOK.put(prices)).isEmpty());
    }

    @Test
    void everyMetersCostIsWithinANanoUsdOfExactArithmetic() {
        int compared = 0;
        for (ModelPrices prices : result.models()) {
            JsonNode entry = map.get(prices.getModel());
            CompiledCard card = BOOK.cardFor(prices.getModel(), "any", 0);
            for (ServiceTier tier : ServiceTier.values()) {
                for (long context : CONTEXTS) {
                    compared += compare(prices.getModel(), entry, card, tier, context);
                }
            }
        }
        assertThat(compared).isGreaterThan(200_000);
    }

    /** Uses every meter that the entry prices, with {@code context} tokens of context in all, and compares each cost. */
    private static int compare(String model, JsonNode entry, CompiledCard card, ServiceTier tier, long context) {
        long[] used = usage(entry, context);
        Charge charge = Pricer.price(card, tier, used, Map.of());
        assertThat(charge.missingMeter()).as(model).isNull();

        int compared = 0;
        BigDecimal sum = BigDecimal.ZERO;
        for (Meter meter : Meter.values()) {
            long quantity = used[meter.ordinal()];
            if (meter == Meter.OUTPUT_TOKENS) {
                quantity -= used[Meter.REASONING_TOKENS.ordinal()];
            }
            BigDecimal exact = quantity == 0
                    ? BigDecimal.ZERO
                    : price(entry, meter, tier, context)
                            .multiply(BigDecimal.valueOf(quantity))
                            .movePointRight(9);
            BigDecimal off = exact.subtract(BigDecimal.valueOf(charge.costNanoUsd(meter)));
            if (off.abs().compareTo(BigDecimal.ONE) > 0) {
                fail("%s %s %s with a context of %d costs %s nano-USD, not %d"
                        .formatted(model, tier, meter.field(), context, exact, charge.costNanoUsd(meter)));
            }
            sum = sum.add(exact);
            compared += quantity == 0 ? 0 : 1;
        }
        assertThat(sum.subtract(BigDecimal.valueOf(charge.costNanoUsd())).abs())
                .isLessThanOrEqualTo(BigDecimal.valueOf(Meter.COUNT));
        return compared;
    }

    private static long[] usage(JsonNode entry, long context) {
        long[] used = new long[Meter.COUNT];
        List<Meter> inContext = new ArrayList<>();
        for (Meter meter : Meter.values()) {
            if (price(entry, meter, ServiceTier.STANDARD, 0) == null) {
                continue;
            }
            switch (meter) {
                case INPUT_TOKENS, CACHE_READ_TOKENS, CACHE_WRITE_5M_TOKENS, CACHE_WRITE_1H_TOKENS ->
                    inContext.add(meter);
                case OUTPUT_TOKENS -> used[meter.ordinal()] = 7_777;
                case REASONING_TOKENS -> used[meter.ordinal()] = 3_333;
                default -> used[meter.ordinal()] = 12_345;
            }
        }
        long left = context;
        for (int i = 0; i < inContext.size(); i++) {
            long share = i == inContext.size() - 1 ? left : left / 3;
            used[inContext.get(i).ordinal()] = share;
            left -= share;
        }
        return used;
    }

    /** USD per unit straight from the entry, or null. */
    private static BigDecimal price(JsonNode entry, Meter meter, ServiceTier tier, long context) {
        for (String field : FIELDS.get(meter)) {
            BigDecimal price = tier == ServiceTier.STANDARD ? null : ofTier(entry, field, SUFFIX.get(tier), context);
            if (price == null && meter == Meter.REASONING_TOKENS && followsOutput(entry)) {
                price = ofTier(entry, "output_cost_per_token", SUFFIX.get(tier), context);
            }
            price = price == null ? ofTier(entry, field, "", context) : price;
            if (price != null) {
                return price;
            }
        }
        return null;
    }

    private static boolean followsOutput(JsonNode entry) {
        return entry.has("output_cost_per_reasoning_token")
                && entry.get("output_cost_per_reasoning_token")
                                .decimalValue()
                                .compareTo(entry.get("output_cost_per_token").decimalValue())
                        == 0;
    }

    private static BigDecimal ofTier(JsonNode entry, String field, String suffix, long context) {
        for (JsonNode step : entry.path("tiered_pricing")) {
            BigDecimal from = step.path("range").path(0).decimalValue();
            BigDecimal to = step.path("range").path(1).decimalValue();
            boolean last = step
                    == entry.get("tiered_pricing")
                            .get(entry.get("tiered_pricing").size() - 1);
            BigDecimal tokens = BigDecimal.valueOf(Math.max(context, 1));
            if (step.has(field)
                    && suffix.isEmpty()
                    && tokens.compareTo(from) > 0
                    && (last || tokens.compareTo(to) <= 0)) {
                return step.get(field).decimalValue();
            }
        }
        for (long threshold : THRESHOLDS) {
            JsonNode above = entry.get(field + "_above_" + threshold / 1_000 + "k_tokens" + suffix);
            if (context > threshold && above != null) {
                return above.decimalValue();
            }
        }
        JsonNode base = entry.get(field + suffix);
        return base == null ? null : base.decimalValue();
    }

    @Test
    void everyPriceOfTheMapIsInACardOrInTheReport() {
        Set<String> reported = result.report().unrepresented().stream()
                .map(u -> u.model() + " " + u.field())
                .collect(Collectors.toSet());
        int prices = 0;
        for (Map.Entry<String, JsonNode> entry : map.properties()) {
            ModelPrices record = BOOK.get(entry.getKey());
            Set<Long> rates = new HashSet<>();
            if (record != null) {
                record.getCards().get(0).getRates().stream()
                        .map(Rate::getPicoUsdPerUnit)
                        .forEach(rates::add);
            }
            for (Map.Entry<String, JsonNode> field : entry.getValue().properties()) {
                if (!entry.getKey().equals("sample_spec")
                        && field.getKey().contains("cost")
                        && field.getValue().isNumber()
                        && !reported.contains(entry.getKey() + " " + field.getKey())) {
                    long pico = field.getValue()
                            .decimalValue()
                            .movePointRight(12)
                            .setScale(0, RoundingMode.HALF_EVEN)
                            .longValueExact();
                    assertThat(rates).as(entry.getKey() + " " + field.getKey()).contains(pico);
                    prices++;
                }
            }
        }
        assertThat(prices).isGreaterThan(7_000);
    }

    @Test
    void theReportAddsUp() {
        LiteLlmReport report = result.report();

        assertThat(report.entries()).isEqualTo(map.size() - 1);
        assertThat(report.imported()
                        + report.withoutPrice().size()
                        + report.refused().size())
                .isEqualTo(report.entries());
        assertThat(report.refused()).isEmpty();
    }

    @Test
    void onlyPricesPerPixelAndPerSecondAreNotExactForWhateverAnEventMayHold() {
        assertThat(result.report().rounded())
                .filteredOn(r -> r.exactUpTo().compareTo(BigInteger.valueOf(EventRules.AMOUNT_MAX)) < 0)
                .extracting(LiteLlmReport.Rounded::field)
                .isNotEmpty()
                .containsOnly("input_cost_per_pixel", "input_cost_per_second", "input_cost_per_video_per_second");
    }
}
