package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.pricing.PriceBook;
import io.spendstream.pricing.Rating;
import io.spendstream.query.Prices.Quote;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import io.spendstream.usage.UsageRecords;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.UsageEvent;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A quote is what metering would make of the event. */
class PricesTopicTest {

    private final PriceBook book = new PriceBook();
    private final MockProducer<String, ModelPrices> producer =
            new MockProducer<>(true, null, new StringSerializer(), (topic, prices) -> new byte[0]);
    private final PricesTopic prices = new PricesTopic(book, "prices", producer);

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                // pico-USD per unit, tokens, images, why there is no cost
                "2500000, 1000, 0, null",
                "2500000, 0, 0, null",
                "2500000, 1, 1, the rate card has no rate for images",
                "100000000000000, 100, 0, null",
                "100000000000000, 101, 0, 10_000 USD",
                "1000000000000000, 1000000000, 0, 10_000 USD",
            })
    void aQuoteIsWhatMeteringMakesOfIt(long picoUsd, long tokens, long images, String because) {
        // Given
        book.put(of("m", picoUsd));
        UsageRecord event = UsageRecords.of(UsageEvent.newBuilder()
                .setId("e")
                .setTime(Instant.EPOCH)
                .setFeature("f")
                .setModel("m")
                .setInputTokens(tokens)
                .setOtherUnits(images == 0 ? Map.of() : Map.of("images", images))
                .build());

        // When
        Quote quote = prices.quote(event);

        // Then
        Rating rating = Rating.of(event, book);
        assertThat(quote.isPriced()).isEqualTo(rating.isPriced()).isEqualTo(because == null);
        assertThat(quote.card().model()).isEqualTo("m");
        if (because == null) {
            assertThat(quote.costNanoUsd()).isEqualTo(rating.charge().costNanoUsd());
            assertThat(quote.lines())
                    .allMatch(line -> line.costNanoUsd() == rating.charge().costNanoUsd(Meter.INPUT_TOKENS));
        } else {
            assertThat(quote.unpricedBecause()).contains(because.replace('_', ','));
            assertThat(quote.costNanoUsd()).isZero();
        }
    }

    @Test
    void aModelWithoutACardHasNoCard() {
        Quote quote = prices.quote(UsageRecords.of(UsageEvent.newBuilder()
                .setId("e")
                .setTime(Instant.EPOCH)
                .setFeature("f")
                .setModel("other")
                .build()));

        assertThat(quote.isPriced()).isFalse();
        assertThat(quote.card()).isNull();
    }

    @Test
    @Timeout(30)
    void of_two_that_are_written_at_once_both_are_stored_and_the_later_one_holds() throws Exception {
        // Given
        CompletableFuture<Void> first = prices.put(of("m", 1)).toCompletableFuture();
        CompletableFuture<Void> second = prices.put(of("m", 2)).toCompletableFuture();

        // When both are read before anybody looks
        book.put(of("m", 1));
        book.changed("m", 0);
        book.put(of("m", 2));
        book.changed("m", 1);
        book.readUpTo(2);

        // Then
        first.get(5, TimeUnit.SECONDS);
        second.get(5, TimeUnit.SECONDS);
        assertThat(prices.get("m")).contains(of("m", 2));
    }

    private static ModelPrices of(String model, long picoUsd) {
        return ModelPrices.newBuilder()
                .setModel(model)
                .setCards(List.of(RateCard.newBuilder()
                        .setEffectiveFrom(Instant.EPOCH)
                        .setRates(List.of(new Rate("input_tokens", picoUsd, ServiceTier.STANDARD, 0L)))
                        .build()))
                .build();
    }
}
