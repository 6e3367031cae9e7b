package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.v1.ServiceTier;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UsageEvent;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The oracle against figures worked out by hand. */
class OracleTest {

    private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    private static final int EVENTS = 7;
    private static final int OTHER = 8;

    private final Oracle oracle = new Oracle(
            Map.of(
                    EVENTS,
                    UsageEvent.getClassSchema().toString(),
                    OTHER,
                    SpendRollup.getClassSchema().toString()),
            Duration.ofMinutes(5),
            Duration.ofDays(400));
    private final EventStream stream = new EventStream("e", 1, EventStream.Mix.GOOD, NOW, EVENTS, OTHER, List.of());

    private static UsageEvent.Builder event(String id, String model) {
        return UsageEvent.newBuilder().setId(id).setTime(NOW).setFeature("chat").setModel(model);
    }

    private Oracle.Fate take(UsageEvent.Builder event) {
        return oracle.take(Delivery.of("key", stream.encode(event.build()), NOW.toEpochMilli()));
    }

    @ParameterizedTest
    @EnumSource(BadRecords.Kind.class)
    void everyBadRecordIsRejectedForItsReason(BadRecords.Kind kind) {
        // Given
        BadRecords records = new BadRecords(new Random(1), stream::encode, OTHER, Duration.ofDays(400));

        // When
        Delivery delivery =
                records.of(kind, event("e1", "plain").setOutputTokens(5).build(), NOW.toEpochMilli());

        // Then
        assertThat(oracle.take(delivery)).isEqualTo(new Oracle.Fate(Oracle.Fate.Kind.REJECTED, kind.reason));
        assertThat(oracle.received()).isEqualTo(1);
    }

    @Test
    void anEventIsCountedOnceAndOneThatWasRejectedIsNoRepeat() {
        assertThat(take(event("e1", "plain").setInputTokens(-1)).kind()).isEqualTo(Oracle.Fate.Kind.REJECTED);
        assertThat(take(event("e1", "plain")).kind()).isEqualTo(Oracle.Fate.Kind.COUNTED);
        assertThat(take(event("e1", "plain")).kind()).isEqualTo(Oracle.Fate.Kind.DUPLICATE);
        assertThat(take(event("e1", "plain").setTime(NOW.minusSeconds(60))).kind())
                .isEqualTo(Oracle.Fate.Kind.DUPLICATE);
        assertThatThrownBy(() -> take(event("e1", "plain").setTime(NOW.minusSeconds(61))))
                .hasMessageContaining("not promised");
    }

    @ParameterizedTest
    @CsvSource({
        // half-even: 1 token at 500 pico-USD is 0.5 nano-USD, 3 are 1.5
        "halves, STANDARD, 1, 0, 0, 0, 0",
        "halves, STANDARD, 3, 0, 0, 0, 2",
        "plain, STANDARD, 1000, 100, 0, 0, 3000000",
        "tiered, BATCH, 1000, 100, 0, 0, 1400500",
        "tiered-alias, PRIORITY, 1000, 0, 0, 0, 3400000",
        // FLEX has no rate of its own
        "tiered, FLEX, 1000, 0, 0, 0, 2000001",
        // 200,000 tokens do not exceed the threshold; one more does, for all of them
        "long-context, STANDARD, 200000, 0, 0, 0, 250000000",
        "long-context, STANDARD, 200001, 0, 0, 0, 500102500",
        // reasoning is taken out of the output: 60 at 2,201,000 and 40 at 4,400,501
        "reasoning, STANDARD, 0, 100, 40, 0, 308080",
        // 10 cached reads at 300,333 pico-USD
        "cached, STANDARD, 0, 0, 0, 10, 3003"
    })
    void pricesAreThoseWorkedOutByHand(
            String model, ServiceTier tier, long input, long output, long reasoning, long cacheReads, long nanoUsd) {
        // Given
        SamplePrices.at(NOW).forEach(oracle::price);

        // When
        take(event("e1", model)
                .setServiceTier(tier)
                .setInputTokens(input)
                .setOutputTokens(output)
                .setReasoningTokens(reasoning)
                .setCacheReadTokens(cacheReads));

        // Then
        assertThat(oracle.costs()).containsEntry("e1", BigInteger.valueOf(nanoUsd));
    }

    @Test
    void anEventWithoutAPriceGetsTheOneThatComesLater() {
        // Given
        take(event("e1", SamplePrices.LATE_MODEL).setInputTokens(1_000));
        assertThat(oracle.unpriced()).isEqualTo(1);

        // When
        oracle.price(SamplePrices.late());

        // Then
        assertThat(oracle.unpriced()).isZero();
        assertThat(oracle.repriced()).isEqualTo(1);
        assertThat(oracle.costs()).containsEntry("e1", BigInteger.valueOf(7_000_500));
    }

    @ParameterizedTest
    @CsvSource({
        "Asia/Kathmandu, hour, 2026-11-21T12:00:00Z, 2026-11-21T11:15:00Z",
        "Asia/Kolkata, day, 2026-11-20T18:29:59Z, 2026-11-19T18:30:00Z",
        "UTC, week, 2026-11-21T12:00:00Z, 2026-11-16T00:00:00Z",
        "America/New_York, month, 2026-11-01T03:59:59Z, 2026-10-01T04:00:00Z",
        // the clock's 01:30 is there twice
        "America/New_York, hour, 2026-11-01T05:30:00Z, 2026-11-01T05:00:00Z",
        "America/New_York, hour, 2026-11-01T06:30:00Z, 2026-11-01T06:00:00Z",
        // back by half an hour from 02:00 to 01:30, at 15:00Z
        "Australia/Lord_Howe, hour, 2026-04-04T14:59:00Z, 2026-04-04T14:00:00Z",
        "Australia/Lord_Howe, hour, 2026-04-04T15:10:00Z, 2026-04-04T15:00:00Z",
        "Australia/Lord_Howe, hour, 2026-04-04T15:40:00Z, 2026-04-04T15:30:00Z"
    })
    void bucketsFollowTheClocksOfTheZone(String zone, String granularity, Instant time, Instant start) {
        // Given
        take(event("e1", "plain").setTime(time).setInputTokens(5));

        // When
        SpendTable table = oracle.spend(SpendQuestion.between(NOW.minus(Duration.ofDays(400)), NOW.plusSeconds(900))
                .every(granularity, zone)
                .by("feature", "team"));

        // Then
        assertThat(table.rows()).containsOnlyKeys(List.of(Arrays.asList("chat", null, start)));
        assertThat(table.total("input_tokens")).isEqualByComparingTo(BigDecimal.valueOf(5));
    }
}
