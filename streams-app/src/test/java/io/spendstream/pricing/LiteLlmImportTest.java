package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.spendstream.v1.ModelPrices;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LiteLlmImportTest {

    private static final LiteLlmImport.Result RESULT = LiteLlmImport.read(sample(), Instant.EPOCH);
    private static final Map<String, ModelPrices> MODELS =
            RESULT.models().stream().collect(Collectors.toMap(ModelPrices::getModel, Function.identity()));

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    # tokens, cache reads, tiers, audio, web searches of different sizes
                    gpt-sample               | input_tokens:2500000 input_tokens/BATCH:1250000 input_tokens/PRIORITY:4250000 output_tokens:10000000 output_tokens/BATCH:5000000 output_tokens/FLEX:5000000 cache_read_tokens:1250000 audio_input_tokens:100000000 audio_output_tokens:200000000 web_search_requests:35000000000 web_search_requests_low:30000000000 web_search_requests_medium:35000000000 web_search_requests_high:50000000000
                    # cache writes for 5 minutes and for 1 hour, long context, web searches of one price
                    claude-sample            | input_tokens:3000000 input_tokens>200000:6000000 output_tokens:15000000 output_tokens>200000:22500000 cache_read_tokens:300000 cache_read_tokens>200000:600000 cache_write_5m_tokens:3750000 cache_write_5m_tokens>200000:7500000 cache_write_1h_tokens:6000000 cache_write_1h_tokens>200000:12000000 web_search_requests:10000000000
                    # tier and threshold in either order; reasoning follows output
                    gemini/gemini-sample     | input_tokens:2000000 input_tokens>200000:4000000 input_tokens/PRIORITY:3600000 input_tokens/PRIORITY>200000:7200000 input_tokens/FLEX>200000:2000000 input_tokens/BATCH:1000000 output_tokens:12000000 output_tokens>200000:18000000 output_tokens/PRIORITY:21600000 reasoning_tokens:12000000 reasoning_tokens>200000:18000000 reasoning_tokens/PRIORITY:21600000
                    dashscope/qwen-sample    | input_tokens:400000 input_tokens>256000:1200000 output_tokens:1200000 output_tokens>256000:3600000 reasoning_tokens:4000000 reasoning_tokens>256000:12000000
                    search/sample            | search_queries:5000000000
                    deepseek/deepseek-sample | input_tokens:280000 output_tokens:420000 cache_read_tokens:28000
                    contradicting            | cache_read_tokens:100000
                    # half-even: 1.5 and 2.5 pico-USD are both 2
                    databricks/rounded       | input_tokens:2999990 input_pixels:2 output_pixels:2
                    whisper-sample           | audio_input_seconds:100000000 audio_output_seconds:100000000
                    veo-sample               | video_output_seconds:50000000000 video_output_seconds_1080p:80000000000
                    dedicated-sample         | input_seconds:11000000000
                    dall-e-sample            | images:40000000000
                    image-sample             | images:134000000000 input_images:1100000000
                    vision-sample            | input_images:200000000
                    ocr-sample               | ocr_pages:1000000000 annotation_pages:3000000000
                    video-embedding          | video_input_seconds:500000000
                    strange                  | requests:5000000000
                    ollama/free-sample       | input_tokens:0 output_tokens:0
                    """)
    void fieldsBecomeRates(String model, String rates) {
        Map<RateKey, Long> expected = new TreeMap<>();
        Arrays.stream(Cards.rates(rates)).forEach(r -> expected.put(RateKey.of(r), r.getPicoUsdPerUnit()));

        assertThat(RateKey.pricesOf(MODELS.get(model).getCards().get(0))).isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    gemini/gemini-sample     | gemini-sample
                    deepseek/deepseek-sample | deepseek-sample
                    vertex_ai/claude@1       | claude@1
                    one/meta/llama           | meta/llama
                    # another key, two entries, another provider's name, a region's path, a prefix that is no provider, free
                    one/gpt-sample           |
                    one/twice                |
                    two/twice                |
                    one/openai/other         |
                    azure/eu/gpt-sample      |
                    other/unprefixed         |
                    ollama/free-sample       |
                    """)
    void aNameWithoutProviderIsAnAliasOnlyWhereItIsUnambiguous(String model, String alias) {
        assertThat(MODELS.get(model).getAliases()).isEqualTo(alias == null ? List.of() : List.of(alias));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @CsvSource(delimiter = '|', textBlock = """
                    gpt-sample         | regional_processing_uplift_multiplier_eu           | 1.1       | factor for where
                    claude-sample      | provider_specific_entry                            | {"us":1.1} | factor for a region
                    search/sample      | tiered_pricing[0]                                  | {"input_cost_per_query":0.025,"max_results_range":[26,100]} | no range of context tokens
                    contradicting      | input_cost_per_token_cache_hit                     | 2E-7      | contradicts cache_read_input_token_cost
                    databricks/rounded | input_dbu_cost_per_token                           | 0.000042857 | Databricks units
                    video-embedding    | input_cost_per_video_per_second_above_15s_interval | 0.002     | length of one video
                    strange            | input_cost_per_token                               | "3e-06"   | is not a number
                    strange            | output_cost_per_token                              | -1        | is not between 0
                    strange            | cost_per_zebra                                     | 1         | no known meaning
                    strange            | input_cost_per_query                               | 2000      | is not between 0
                    """)
    void aPriceThatNoRateStandsForIsReported(String model, String field, String value, String reason) {
        assertThat(RESULT.report().unrepresented())
                .filteredOn(u -> u.model().equals(model) && u.field().equals(field))
                .singleElement()
                .satisfies(u -> {
                    assertThat(u.value()).isEqualToIgnoringCase(value);
                    assertThat(u.reason()).contains(reason);
                });
        assertThat(RESULT.report().unrepresented()).hasSize(10);
    }

    @Test
    void roundedPricesAreListedWithTheQuantityUpToWhichTheyAreExactToANanoUsd() {
        assertThat(RESULT.report().rounded())
                .extracting(
                        LiteLlmReport.Rounded::field,
                        LiteLlmReport.Rounded::picoUsdPerUnit,
                        r -> r.exactUpTo().longValueExact())
                .containsExactly(
                        tuple("input_cost_per_token", 2_999_990L, 2_500_000_000_000L),
                        tuple("input_cost_per_pixel", 2L, 1_000L),
                        tuple("output_cost_per_pixel", 2L, 1_000L));
    }

    @Test
    void everyEntryIsAccountedFor() {
        LiteLlmReport report = RESULT.report();

        assertThat(report.entries()).isEqualTo(28);
        assertThat(report.imported()).isEqualTo(RESULT.models().size()).isEqualTo(26);
        assertThat(report.withoutPrice()).containsExactly("no-price");
        assertThat(report.refused()).extracting(LiteLlmReport.Refused::model).containsExactly("bad\u0000name");
        assertThat(report.free()).containsExactly("ollama/free-sample");
        assertThat(report.inferred())
                .extracting(LiteLlmReport.Inferred::rate)
                .containsExactlyInAnyOrder("reasoning_tokens STANDARD above 200000", "reasoning_tokens PRIORITY");
        assertThat(report.gaps())
                .extracting(LiteLlmReport.Gap::rate)
                .containsExactlyInAnyOrder(
                        "input_tokens BATCH above 200000",
                        "output_tokens PRIORITY above 200000",
                        "reasoning_tokens PRIORITY above 200000");
        assertThat(MODELS).doesNotContainKey("sample_spec");
        assertThat(report.summary())
                .isEqualTo("28 entries: 26 priced (1 of them free), 1 without a price, 1 refused; price fields not"
                        + " represented: 10, rounded to a whole pico-USD: 3; rates inferred: 2, missing for a tier's"
                        + " long context: 3");
        assertThat(report.toJson().path("unrepresented")).hasSize(10);
        assertThat(report.toJson().path("rounded").path(0).path("usd_per_unit").asText())
                .isEqualTo("0.0000029999900000000002");
    }

    @Test
    void theCardSaysWhereItComesFromAndFromWhen() {
        Instant from = Instant.parse("2026-08-01T00:00:00Z");

        ModelPrices prices = LiteLlmImport.read(sample(), from).models().stream()
                .filter(m -> m.getModel().equals("gpt-sample"))
                .findFirst()
                .orElseThrow();

        assertThat(prices.getCards()).singleElement().satisfies(card -> {
            assertThat(card.getEffectiveFrom()).isEqualTo(from);
            assertThat(card.getEffectiveTo()).isNull();
            assertThat(card.getProvider()).isNull();
            assertThat(card.getSource()).isEqualTo("LiteLLM price map, provider openai, https://example.com/prices");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"[]", "", "nonsense", "3"})
    void whatIsNoMapIsRefused(String json) {
        assertThatThrownBy(() -> LiteLlmImport.read(json, Instant.EPOCH))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("is no LiteLLM price map: ");
    }

    private static String sample() {
        try (InputStream in = LiteLlmImportTest.class.getResourceAsStream("/prices/litellm-sample.json")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
