package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.usage.Meter;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ShippedPricesTest {

    private static final List<ModelPrices> SHIPPED = ShippedPrices.load();

    @Test
    void everyRecordCanPriceAndSaysWhereItComesFrom() {
        assertThat(SHIPPED).hasSizeGreaterThan(40);
        for (ModelPrices prices : SHIPPED) {
            assertThat(PriceRules.check(prices)).as(prices.getModel()).isEmpty();
            assertThat(prices.getCards())
                    .extracting(RateCard::getSource)
                    .allSatisfy(source -> assertThat(source).contains("as of 2026-08"));
        }
        assertThat(SHIPPED).extracting(ModelPrices::getModel).doesNotHaveDuplicates();
    }

    @Test
    void noNameMeansTwoModels() {
        PriceBook book = new PriceBook();
        SHIPPED.forEach(prices -> assertThat(book.put(prices)).isEmpty());

        for (ModelPrices prices : SHIPPED) {
            assertThat(book.cardFor(prices.getModel(), null, 0).model()).isEqualTo(prices.getModel());
            for (String alias : prices.getAliases()) {
                assertThat(book.cardFor(alias, null, 0).model()).as(alias).isEqualTo(prices.getModel());
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-4o,                    STANDARD, 2500000,  10000000, 1250000",
        "gpt-4o,                    BATCH,    1250000,  5000000,  1250000",
        "gpt-4o-2024-08-06,         STANDARD, 2500000,  10000000, 1250000",
        "claude-haiku-4-5-20251001, STANDARD, 1000000,  5000000,  100000",
        "gemini-2.5-flash,          STANDARD, 300000,   2500000,  30000",
        "deepseek-chat,             STANDARD, 280000,   420000,   28000"
    })
    void wellKnownPrices(String model, ServiceTier tier, long input, long output, long cacheRead) {
        PriceBook book = new PriceBook();
        SHIPPED.forEach(book::put);

        Charge charge = Pricer.price(
                book.cardFor(model, "any", Instant.parse("2023-11-16T00:00:00Z").toEpochMilli()),
                tier,
                Cards.quantities("input_tokens:1 output_tokens:1 cache_read_tokens:1"),
                Map.of());

        assertThat(charge.picoUsdPerUnit(Meter.INPUT_TOKENS)).isEqualTo(input);
        assertThat(charge.picoUsdPerUnit(Meter.OUTPUT_TOKENS)).isEqualTo(output);
        assertThat(charge.picoUsdPerUnit(Meter.CACHE_READ_TOKENS)).isEqualTo(cacheRead);
    }

    @Test
    void theFiguresAreThoseOfTheMap() {
        Map<String, ModelPrices> map = LiteLlmImport.read(WholeMap.text(), Instant.EPOCH).models().stream()
                .collect(Collectors.toMap(ModelPrices::getModel, Function.identity()));

        for (ModelPrices prices : SHIPPED) {
            assertThat(map).containsKey(prices.getModel());
            assertThat(RateKey.pricesOf(prices.getCards().get(0)))
                    .as(prices.getModel())
                    .isEqualTo(RateKey.pricesOf(
                            map.get(prices.getModel()).getCards().get(0)));
            for (String alias : prices.getAliases()) {
                if (map.containsKey(alias)) {
                    Map<RateKey, Long> dated =
                            RateKey.pricesOf(map.get(alias).getCards().get(0));
                    dated.keySet().removeIf(key -> key.meter().startsWith("web_search_requests"));
                    assertThat(RateKey.pricesOf(prices.getCards().get(0)))
                            .as(alias)
                            .containsAllEntriesOf(dated);
                }
            }
        }
    }
}
