package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Meter;
import io.spendstream.usage.MeteredUsage;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.MeterCost;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.Status;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RatingTest {

    private static final PriceBook BOOK = book("input_tokens:2500000 output_tokens:10000000 cache_read_tokens:250000"
            + " cache_write_5m_tokens:3125000 images:40000000000 input_tokens/BATCH:1250000");

    /** 1,000 input at 2.5 and 100 output at 10 USD per million: 2,500,000 + 1,000,000 nano-USD. */
    private static UsageRecord event(Consumer<UsageRecord> change) {
        UsageRecord event = new UsageRecord();
        event.id = "e";
        event.timeMs = Cards.FEBRUARY.toEpochMilli();
        event.dimension(Dimension.TENANT, "default");
        event.dimension(Dimension.FEATURE, "chat");
        event.dimension(Dimension.MODEL, "m");
        event.dimension(Dimension.OPERATION, "chat");
        event.dimension(Dimension.SERVICE_TIER, "STANDARD");
        event.meters[Meter.INPUT_TOKENS.ordinal()] = 1_000;
        event.meters[Meter.OUTPUT_TOKENS.ordinal()] = 100;
        change.accept(event);
        return event;
    }

    private static PriceBook book(String rates) {
        PriceBook book = new PriceBook();
        assertThat(book.put(Cards.model("m", Cards.card(Cards.JANUARY, null, null, Cards.rates(rates)))))
                .isEmpty();
        return book;
    }

    static Stream<Arguments> cases() {
        String call = "requests:1 input_tokens:1000 output_tokens:100 cost:3500000 input_tokens_cost:2500000"
                + " output_tokens_cost:1000000";
        return Stream.of(
                row("a plain call", e -> {}, call),
                row("work units", e -> e.workUnits = 7, call + " work_units:7"),
                row("a latency", e -> e.latencyMs = 250, call + " latency_ms_sum:250 latency_count:1"),
                row("a latency of nothing", e -> e.latencyMs = 0, call + " latency_count:1"),
                row(
                        "an answer from an application cache: no tokens, no cost, but what was saved",
                        e -> e.responseCached = true,
                        "requests:1 response_cached:1 response_cache_savings:3500000"),
                row("a retry", e -> e.attempt = 3, call + " retries:1 retry_cost:3500000"),
                row("an error", e -> e.status = Status.ERROR, call + " errors:1 failed_cost:3500000"),
                row("an aborted call", e -> e.status = Status.ABORTED, call + " aborted:1 failed_cost:3500000"),
                row(
                        "a retry that failed is in both",
                        e -> {
                            e.attempt = 2;
                            e.status = Status.ERROR;
                        },
                        call + " retries:1 retry_cost:3500000 errors:1 failed_cost:3500000"),
                row("an escalated call", e -> e.escalatedFrom = "small", call + " escalated:1"),
                row(
                        "a cached retry that failed costs nothing",
                        e -> {
                            e.responseCached = true;
                            e.attempt = 2;
                            e.status = Status.ERROR;
                        },
                        "requests:1 response_cached:1 response_cache_savings:3500000 retries:1 errors:1"),
                row(
                        "reasoning without a rate of its own is part of the output",
                        e -> e.meters[Meter.REASONING_TOKENS.ordinal()] = 60,
                        call + " reasoning_tokens:60"),
                row(
                        "cache reads save, cache writes cost more than input",
                        e -> {
                            e.meters[Meter.CACHE_READ_TOKENS.ordinal()] = 1_000;
                            e.meters[Meter.CACHE_WRITE_5M_TOKENS.ordinal()] = 100;
                        },
                        "requests:1 input_tokens:1000 output_tokens:100 cache_read_tokens:1000"
                                + " cache_write_5m_tokens:100 cost:4062500 input_tokens_cost:2500000"
                                + " output_tokens_cost:1000000 cache_read_tokens_cost:250000"
                                + " cache_write_5m_tokens_cost:312500 cache_savings:2187500"),
                row(
                        "other units",
                        e -> e.otherUnits = Map.of("images", 2L),
                        "requests:1 input_tokens:1000 output_tokens:100 cost:83500000 input_tokens_cost:2500000"
                                + " output_tokens_cost:1000000 other_units_cost:80000000 images=2/80000000"),
                row(
                        "other units that were not used",
                        e -> e.otherUnits = Map.of("images", 0L, "never_priced", 0L),
                        call + " images=0/0 never_priced=0/0"),
                row(
                        "other units of a cached answer",
                        e -> {
                            e.otherUnits = Map.of("images", 2L);
                            e.responseCached = true;
                        },
                        "requests:1 response_cached:1 response_cache_savings:83500000"),
                row(
                        "a tier",
                        e -> e.serviceTier = ServiceTier.BATCH,
                        "requests:1 input_tokens:1000 output_tokens:100 cost:2250000 input_tokens_cost:1250000"
                                + " output_tokens_cost:1000000"),
                row(
                        "parts of a prompt",
                        e -> e.promptTokens =
                                Map.of("system", 300L, "history", 500L, "user", 20L, "examples", 40L, "rag", 2L),
                        call + " prompt_system_tokens:300 prompt_history_tokens:500 prompt_user_tokens:20"
                                + " prompt_other_tokens:42"),
                row(
                        "parts of a prompt that was not sent",
                        e -> {
                            e.promptTokens = Map.of("context", 700L, "tools", 9L);
                            e.responseCached = true;
                        },
                        "requests:1 response_cached:1 response_cache_savings:3500000"),
                row("no tokens", e -> Arrays.fill(e.meters, 0), "requests:1"));
    }

    static Stream<Arguments> unpricedCases() {
        String tokens = "requests:1 unpriced_requests:1 input_tokens:1000 output_tokens:100";
        return Stream.of(
                row("an unknown model", e -> e.dimension(Dimension.MODEL, "n"), tokens),
                row("before the first card", e -> e.timeMs = Cards.JANUARY.toEpochMilli() - 1, tokens),
                row(
                        "a used meter without a rate",
                        e -> e.meters[Meter.AUDIO_INPUT_TOKENS.ordinal()] = 5,
                        tokens + " audio_input_tokens:5"),
                row("a unit without a rate", e -> e.otherUnits = Map.of("videos", 3L), tokens + " videos=3/0"),
                row(
                        "one unit with and one without a rate: their quantities count, no cost does",
                        e -> e.otherUnits = Map.of("videos", 3L, "images", 2L),
                        tokens + " videos=3/0 images=2/0"),
                row(
                        "a failed retry has no cost that was wasted, yet",
                        e -> {
                            e.dimension(Dimension.MODEL, "n");
                            e.attempt = 2;
                            e.status = Status.ERROR;
                        },
                        tokens + " retries:1 errors:1"),
                row(
                        "a cached answer",
                        e -> {
                            e.dimension(Dimension.MODEL, "n");
                            e.responseCached = true;
                        },
                        "requests:1 unpriced_requests:1 response_cached:1"));
    }

    private static Arguments row(String what, Consumer<UsageRecord> change, String expected) {
        return Arguments.of(what, change, expected);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("cases")
    void aPricedEventAdds(String what, Consumer<UsageRecord> change, String expected) {
        // When
        Rating rating = Rating.of(event(change), BOOK);

        // Then
        assertThat(rating.unpricedBecause()).isNull();
        assertThat(sums(rating.counted())).isEqualTo(words(expected));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("unpricedCases")
    void anUnpricedEventAddsItsTokensAndNoCost(String what, Consumer<UsageRecord> change, String expected) {
        // When
        Rating rating = Rating.of(event(change), BOOK);

        // Then
        assertThat(rating.isPriced()).isFalse();
        assertThat(rating.unpricedBecause()).isNotEmpty();
        assertThat(rating.charge()).isNull();
        assertThat(rating.card()).isNull();
        assertThat(sums(rating.counted())).isEqualTo(words(expected));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource({"cases", "unpricedCases"})
    void countedFirstAndPricedLaterAddsUpToPricedAtOnce(String what, Consumer<UsageRecord> change, String ignored) {
        // Given
        UsageRecord event = event(change);
        event.dimension(Dimension.MODEL, "m");
        event.timeMs = Cards.FEBRUARY.toEpochMilli();
        PriceBook complete = book("input_tokens:2500000 output_tokens:10000000 cache_read_tokens:250000"
                + " cache_write_5m_tokens:3125000 images:40000000000 videos:70000 audio_input_tokens:1000");

        // When
        Map<String, String> atOnce = sums(Rating.of(event, complete).counted());
        Map<String, String> inTwoSteps = sums(
                Rating.of(event, new PriceBook()).counted(),
                Rating.of(event, complete).repriced());

        // Then
        assertThat(inTwoSteps).isEqualTo(atOnce);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void theCostIsTheSumOfItsPartsForAnyEvent(long seed) {
        Random random = new Random(seed);
        PriceBook book = book("input_tokens:1234567 output_tokens:7654321 cache_read_tokens:77777"
                + " cache_write_5m_tokens:1999999 cache_write_1h_tokens:2500001 audio_input_tokens:1"
                + " audio_output_tokens:499 reasoning_tokens:501 images:40000000007");
        for (int i = 0; i < 5_000; i++) {
            // Given
            UsageRecord event = event(e -> {
                for (int m = 0; m < Meter.COUNT; m++) {
                    e.meters[m] = random.nextInt(3) == 0 ? 0 : random.nextInt(1 << random.nextInt(20));
                }
                e.meters[Meter.REASONING_TOKENS.ordinal()] =
                        Math.min(e.quantity(Meter.REASONING_TOKENS), e.quantity(Meter.OUTPUT_TOKENS));
                e.otherUnits = random.nextBoolean() ? Map.of() : Map.of("images", (long) random.nextInt(9));
            });

            // When
            Rating rating = Rating.of(event, book);
            PricedUsage published = rating.published(false);

            // Then
            long[] sums = rating.counted().measures();
            long parts = sums[Measure.OTHER_UNITS_COST.ordinal()];
            for (int m = 0; m < Meter.COUNT; m++) {
                parts += sums[Measure.costOf(Meter.at(m)).ordinal()];
            }
            assertThat(sums[Measure.COST.ordinal()]).isEqualTo(parts);
            assertThat(published.getCostNanoUsd()).isEqualTo(parts);
            assertThat(published.getMeters().stream()
                            .mapToLong(MeterCost::getCostNanoUsd)
                            .sum())
                    .isEqualTo(parts);
        }
    }

    @Test
    void aCallOfExactly10000UsdIsBelievedAndOneNanoUsdMoreIsNot() {
        // Given
        PriceBook book = book("input_tokens:10000000 output_tokens:1000");
        Consumer<UsageRecord> tenThousand = e -> {
            e.meters[Meter.INPUT_TOKENS.ordinal()] = 1_000_000_000;
            e.meters[Meter.OUTPUT_TOKENS.ordinal()] = 0;
        };

        // Then
        Rating most = Rating.of(event(tenThousand), book);
        assertThat(most.isPriced()).isTrue();
        assertThat(most.charge().costNanoUsd()).isEqualTo(Rating.COST_NANO_USD_MAX);

        Rating tooMuch = Rating.of(event(tenThousand.andThen(e -> e.meters[Meter.OUTPUT_TOKENS.ordinal()] = 1)), book);
        assertThat(tooMuch.isPriced()).isFalse();
        assertThat(tooMuch.unpricedBecause()).contains("10,000 USD");
    }

    @Test
    void aCostThatDoesNotEvenFitIsUnpriced() {
        // Given
        PriceBook book = book("input_tokens:1000000000000000");

        // When
        Rating rating = Rating.of(
                event(e -> {
                    e.meters[Meter.INPUT_TOKENS.ordinal()] = 1_000_000_000;
                    e.meters[Meter.OUTPUT_TOKENS.ordinal()] = 0;
                }),
                book);

        // Then
        assertThat(rating.isPriced()).isFalse();
    }

    /** Two events of such savings would not fit the sum of a cell, and the stream would stop for good. */
    @Test
    void absurdSavingsAreNotBelievedEither() {
        // Given
        PriceBook book = book("input_tokens:1000000000000000 cache_read_tokens:0");

        // When
        Rating rating = Rating.of(
                event(e -> {
                    Arrays.fill(e.meters, 0);
                    e.meters[Meter.CACHE_READ_TOKENS.ordinal()] = 9_000_000;
                }),
                book);

        // Then
        assertThat(rating.isPriced()).isFalse();
        assertThat(rating.unpricedBecause()).contains("10,000 USD");
    }

    @Test
    void whatIsPublishedSaysHowTheCostCameAbout() {
        // Given
        UsageRecord event = event(e -> {
            e.serviceTier = ServiceTier.BATCH;
            e.user = "ann";
            e.tags = Map.of("region", "eu");
        });

        // When
        PricedUsage priced = Rating.of(event, BOOK).published(true);

        // Then
        assertThat(priced.getCostNanoUsd()).isEqualTo(2_250_000L);
        assertThat(priced.getMeters())
                .containsExactly(
                        new MeterCost("input_tokens", 1_000L, 1_250_000L, 1_250_000L),
                        new MeterCost("output_tokens", 100L, 10_000_000L, 1_000_000L));
        assertThat(priced.getTierFallback()).isTrue();
        assertThat(priced.getLongContext()).isFalse();
        assertThat(priced.getUnpriced()).isFalse();
        assertThat(priced.getCorrection()).isTrue();
        assertThat(priced.getCardModel()).isEqualTo("m");
        assertThat(priced.getCardEffectiveFrom()).isEqualTo(Cards.JANUARY);
        assertThat(priced.getUser()).isEqualTo("ann");
        assertThat(priced.getTags()).isEqualTo(Map.of("region", "eu"));
    }

    @Test
    void whatIsPublishedWithoutAPriceHasNoCost() {
        // When
        PricedUsage priced = Rating.of(event(e -> {}), new PriceBook()).published(false);

        // Then
        assertThat(priced.getUnpriced()).isTrue();
        assertThat(priced.getCostNanoUsd()).isNull();
        assertThat(priced.getMeters()).isEmpty();
        assertThat(priced.getCardModel()).isNull();
    }

    /** Measures that are not zero by their names without a unit, and other units as quantity/cost. */
    private static Map<String, String> sums(MeteredUsage... usages) {
        long[] measures = new long[Measure.COUNT];
        Map<String, long[]> units = new TreeMap<>();
        for (MeteredUsage usage : usages) {
            for (int i = 0; i < Measure.COUNT; i++) {
                measures[i] += usage.measures()[i];
            }
            usage.otherUnits().forEach((name, amounts) -> {
                long[] sum = units.computeIfAbsent(name, n -> new long[2]);
                sum[0] += amounts[0];
                sum[1] += amounts[1];
            });
        }
        Map<String, String> sums = new HashMap<>();
        for (int i = 0; i < Measure.COUNT; i++) {
            if (measures[i] != 0) {
                sums.put(Measure.at(i).avroField().replace("_nano_usd", ""), Long.toString(measures[i]));
            }
        }
        units.forEach((name, sum) -> sums.put(name, sum[0] + "/" + sum[1]));
        return sums;
    }

    private static Map<String, String> words(String expected) {
        Map<String, String> sums = new HashMap<>();
        for (String word : expected.split(" ")) {
            String[] parts = word.split("[:=]");
            sums.put(parts[0], parts[1]);
        }
        return sums;
    }
}
