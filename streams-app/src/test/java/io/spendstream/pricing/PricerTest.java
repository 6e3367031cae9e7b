package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.usage.Meter;
import io.spendstream.v1.ServiceTier;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PricerTest {

    private static final String CHAT = "input_tokens:2500000 output_tokens:10000000 cache_read_tokens:1250000";
    private static final String CACHING =
            "input_tokens:3000000 output_tokens:15000000 cache_read_tokens:300000 cache_write_5m_tokens:3750000"
                    + " cache_write_1h_tokens:6000000";
    private static final String LONG = "input_tokens:3000000 input_tokens>128000:4000000 input_tokens>200000:6000000"
            + " cache_read_tokens:300000 cache_write_5m_tokens:1 cache_write_1h_tokens:1"
            + " output_tokens:15000000 output_tokens>200000:22500000";
    private static final String TIERS = "input_tokens:1000 input_tokens/BATCH:500 input_tokens>200000:2000"
            + " input_tokens/PRIORITY:1800 input_tokens/PRIORITY>200000:3600"
            + " output_tokens:8000 output_tokens/BATCH:4000 output_tokens/PRIORITY>200000:9000";
    private static final String REASONING = "input_tokens:1000 output_tokens:2000 reasoning_tokens:5000";

    @ParameterizedTest(name = "{0}: {2} {3} -> {4}")
    @CsvSource(delimiter = '|', textBlock = """
                    # case                                 | card      | tier     | used                                                    | nano-USD
                    nothing used costs nothing             | CHAT      | STANDARD | ''                                                      | 0
                    input and output                       | CHAT      | STANDARD | input_tokens:1000 output_tokens:100                     | 3500000
                    a cached read has its own price        | CHAT      | STANDARD | input_tokens:1000 cache_read_tokens:1000                | 3750000
                    writes for 5 minutes and for 1 hour    | CACHING   | STANDARD | cache_write_5m_tokens:100 cache_write_1h_tokens:100     | 975000
                    at a threshold the base price holds    | LONG      | STANDARD | input_tokens:128000                                     | 384000000
                    one above it, all tokens cost more     | LONG      | STANDARD | input_tokens:128001                                     | 512004000
                    the highest threshold exceeded wins    | LONG      | STANDARD | input_tokens:200001                                     | 1200006000
                    cache reads are context                | LONG      | STANDARD | input_tokens:1 cache_read_tokens:200000                 | 60006000
                    writes for 5 minutes are context       | LONG      | STANDARD | output_tokens:1 cache_write_5m_tokens:200001            | 22700
                    writes for 1 hour are context          | LONG      | STANDARD | output_tokens:1 cache_write_1h_tokens:200001            | 22700
                    output is not context                  | LONG      | STANDARD | output_tokens:200001                                    | 3000015000
                    a meter without the threshold: base    | LONG      | STANDARD | input_tokens:128001 output_tokens:1                     | 512019000
                    a tier has its own price               | TIERS     | BATCH    | input_tokens:1000 output_tokens:1000                    | 4500
                    a tier without one pays the standard   | TIERS     | FLEX     | input_tokens:1000 output_tokens:1000                    | 9000
                    and its long-context price             | TIERS     | FLEX     | input_tokens:200001                                     | 400002
                    a tier's price holds for long context  | TIERS     | BATCH    | input_tokens:200001                                     | 100000
                    unless the tier has one for it         | TIERS     | PRIORITY | input_tokens:200001                                     | 720004
                    only long context has the tier's price | TIERS     | PRIORITY | input_tokens:1000 output_tokens:1000                    | 9800
                    reasoning has its own price            | REASONING | STANDARD | output_tokens:1000 reasoning_tokens:400                 | 3200
                    reasoning alone leaves no output       | REASONING | STANDARD | output_tokens:400 reasoning_tokens:400                  | 2000
                    without a price it is part of output   | CHAT      | STANDARD | output_tokens:1000 reasoning_tokens:400                 | 10000000
                    """)
    void costs(String name, String card, ServiceTier tier, String used, long expected) {
        // Given
        CompiledCard compiled = compiled(card);

        // When
        Charge charge = Pricer.price(compiled, tier, Cards.quantities(used), Map.of());

        // Then
        assertThat(charge.isPriced()).isTrue();
        assertThat(charge.costNanoUsd()).isEqualTo(expected);
        assertThat(Arrays.stream(Meter.values()).mapToLong(charge::costNanoUsd).sum())
                .isEqualTo(expected);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    # case                                   | card      | tier     | used                                | fell back | long
                    the standard tier never falls back       | TIERS     | STANDARD | input_tokens:1                      | false     | false
                    a tier with its own price does not       | TIERS     | BATCH    | input_tokens:1 output_tokens:1      | false     | false
                    a tier without one does                  | TIERS     | FLEX     | input_tokens:1                      | true      | false
                    one meter of two is enough               | TIERS     | PRIORITY | input_tokens:1 output_tokens:1      | true      | false
                    a meter that was not used does not count | TIERS     | PRIORITY | input_tokens:1                      | false     | false
                    a long-context price is noted            | TIERS     | STANDARD | input_tokens:200001                 | false     | true
                    so is one that was fallen back to        | TIERS     | FLEX     | input_tokens:200001                 | true      | true
                    a tier's base price for a long context   | TIERS     | BATCH    | input_tokens:200001                 | false     | false
                    long context, but no meter prices it     | CHAT      | STANDARD | input_tokens:900000                 | false     | false
                    """)
    void flags(String name, String card, ServiceTier tier, String used, boolean fellBack, boolean longContext) {
        Charge charge = Pricer.price(compiled(card), tier, Cards.quantities(used), null);

        assertThat(charge.tierFallback()).isEqualTo(fellBack);
        assertThat(charge.longContext()).isEqualTo(longContext);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    # case                          | rates                                        | tier     | used                                | missing
                    a used meter                    | input_tokens:1                               | STANDARD | input_tokens:1 output_tokens:1      | output_tokens
                    the first of two                | input_tokens:1                               | STANDARD | cache_read_tokens:1 output_tokens:1 | output_tokens
                    only another tier has a price   | input_tokens/BATCH:1                         | STANDARD | input_tokens:1                      | input_tokens
                    only long context has a price   | input_tokens>200000:1                        | STANDARD | input_tokens:200000                 | input_tokens
                    an unused meter is not missed   | input_tokens:1                               | STANDARD | input_tokens:1                      |
                    reasoning needs no price        | output_tokens:1                              | STANDARD | output_tokens:5 reasoning_tokens:5  |
                    nor output that is reasoning    | reasoning_tokens:1                           | STANDARD | output_tokens:5 reasoning_tokens:5  |
                    reasoning priced in batch only  | output_tokens:1 reasoning_tokens/BATCH:1     | STANDARD | output_tokens:5 reasoning_tokens:5  |
                    a price of 0 is a price         | input_tokens:0                               | STANDARD | input_tokens:1                      |
                    """)
    void aUsedMeterWithoutARateLeavesTheEventUnpriced(
            String name, String rates, ServiceTier tier, String used, String missing) {
        Charge charge = Pricer.price(card(rates), tier, Cards.quantities(used), Map.of());

        assertThat(charge.missingMeter()).isEqualTo(missing);
        assertThat(charge.isPriced()).isEqualTo(missing == null);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    # case                              | rates                                                            | used                                             | nano-USD
                    reads save                          | input_tokens:3000000 cache_read_tokens:300000                    | cache_read_tokens:1000                           | 2700000
                    writes cost more than input         | input_tokens:3000000 cache_write_5m_tokens:3750000               | cache_write_5m_tokens:1000                       | -750000
                    both writes                         | input_tokens:30 cache_write_5m_tokens:1030 cache_write_1h_tokens:2030 | cache_write_5m_tokens:1 cache_write_1h_tokens:1 | -3
                    net                                 | input_tokens:3000000 cache_read_tokens:300000 cache_write_5m_tokens:3750000 | cache_read_tokens:1000 cache_write_5m_tokens:1000 | 1950000
                    writes cheaper than input save too  | input_tokens:3000 cache_write_5m_tokens:1000                     | cache_write_5m_tokens:1                          | 2
                    each product is rounded half-even   | input_tokens:1500 cache_read_tokens:0 cache_write_5m_tokens:4000 | cache_read_tokens:1 cache_write_5m_tokens:1      | 0
                    no input rate, no savings           | cache_read_tokens:300000                                         | cache_read_tokens:1000                           | 0
                    the long-context input rate         | input_tokens:1000 input_tokens>10:5000 cache_read_tokens:1000    | cache_read_tokens:11                             | 44
                    nothing cached                      | input_tokens:3000000                                             | input_tokens:5                                   | 0
                    """)
    void cacheSavings(String name, String rates, String used, long expected) {
        Charge charge = Pricer.price(card(rates), ServiceTier.STANDARD, Cards.quantities(used), Map.of());

        assertThat(charge.cacheSavingsNanoUsd()).isEqualTo(expected);
    }

    @Test
    void otherUnitsArePricedByNameAndAddedUp() {
        // Given
        CompiledCard card = card("input_tokens:1000 images:40000000000 web_search_requests:10000000000"
                + " web_search_requests/BATCH:5000000000");

        // When
        Charge charge = Pricer.price(
                card,
                ServiceTier.BATCH,
                Cards.quantities("input_tokens:1"),
                Map.of("web_search_requests", 2L, "images", 3L, "audio_seconds", 0L));

        // Then
        assertThat(charge.otherUnits())
                .containsExactly(
                        new Charge.OtherUnit("images", 3, 40_000_000_000L, 120_000_000L),
                        new Charge.OtherUnit("web_search_requests", 2, 5_000_000_000L, 10_000_000L));
        assertThat(charge.otherUnitsCostNanoUsd()).isEqualTo(130_000_000L);
        assertThat(charge.costNanoUsd()).isEqualTo(130_000_001L);
        assertThat(charge.tierFallback()).isTrue();
    }

    @Test
    void anOtherUnitWithoutARateLeavesTheEventUnpriced() {
        Charge charge = Pricer.price(
                card("input_tokens:1000 images:1"),
                ServiceTier.STANDARD,
                Cards.quantities("input_tokens:1"),
                Map.of("images", 1L, "zebras", 1L, "apples", 1L));

        assertThat(charge.missingMeter()).isEqualTo("apples");
        assertThat(charge.costNanoUsd()).isZero();
    }

    @Test
    void theChargeSaysWhatWasBilledOnEachMeter() {
        Charge charge = Pricer.price(
                compiled("REASONING"),
                ServiceTier.STANDARD,
                Cards.quantities("input_tokens:7 output_tokens:1000 reasoning_tokens:400"),
                Map.of());

        assertThat(charge.quantity(Meter.INPUT_TOKENS)).isEqualTo(7);
        assertThat(charge.quantity(Meter.OUTPUT_TOKENS)).isEqualTo(600);
        assertThat(charge.quantity(Meter.REASONING_TOKENS)).isEqualTo(400);
        assertThat(charge.picoUsdPerUnit(Meter.REASONING_TOKENS)).isEqualTo(5_000);
        assertThat(charge.costNanoUsd(Meter.REASONING_TOKENS)).isEqualTo(2_000);
    }

    @Test
    void eachMeterIsRoundedOnceSoPartsAddUpToTheWhole() {
        // 1 × 500 pico-USD is half a nano-USD: to even, 0. 3 × 500 is one and a half: to even, 2.
        Charge charge = Pricer.price(
                card("input_tokens:500 output_tokens:500"),
                ServiceTier.STANDARD,
                Cards.quantities("input_tokens:1 output_tokens:3"),
                Map.of());

        assertThat(charge.costNanoUsd(Meter.INPUT_TOKENS)).isZero();
        assertThat(charge.costNanoUsd(Meter.OUTPUT_TOKENS)).isEqualTo(2);
        assertThat(charge.costNanoUsd()).isEqualTo(2);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    one meter's cost | input_tokens:1000000000000000                                | input_tokens:1000000000000
                    the sum of two   | input_tokens:1000000000000000 output_tokens:1000000000000000 | input_tokens:9000000 output_tokens:9000000
                    """)
    void overflowIsAnError(String name, String rates, String used) {
        assertThatThrownBy(() -> Pricer.price(card(rates), ServiceTier.STANDARD, Cards.quantities(used), Map.of()))
                .isInstanceOf(ArithmeticException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "input_tokens:-1, input_tokens is negative",
        "output_tokens:1 reasoning_tokens:2, 2 reasoning_tokens are"
    })
    void amountsThatNoEventHasAreRefused(String used, String message) {
        assertThatThrownBy(() -> Pricer.price(compiled("CHAT"), ServiceTier.STANDARD, Cards.quantities(used), Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    private static CompiledCard compiled(String name) {
        return card(
                switch (name) {
                    case "CHAT" -> CHAT;
                    case "CACHING" -> CACHING;
                    case "LONG" -> LONG;
                    case "TIERS" -> TIERS;
                    default -> REASONING;
                });
    }

    private static CompiledCard card(String rates) {
        return CompiledCard.of("m", Cards.card(Cards.JANUARY, null, null, Cards.rates(rates)));
    }
}
