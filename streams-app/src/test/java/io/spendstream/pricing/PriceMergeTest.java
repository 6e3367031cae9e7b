package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.RateCard;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PriceMergeTest {

    private static final Instant EPOCH = Instant.EPOCH;
    private static final ModelPrices IMPORTED = Cards.model("m", Cards.card(EPOCH, 9));

    @ParameterizedTest(name = "{0}")
    @MethodSource("merges")
    void merges(String name, ModelPrices existing, Instant start, PriceMerge.Change change, List<RateCard> expected) {
        PriceMerge.Outcome outcome = PriceMerge.merge(existing, IMPORTED, start);

        assertThat(outcome.change()).isEqualTo(change);
        if (expected == null) {
            assertThat(outcome.prices()).isNull();
        } else {
            assertThat(outcome.prices().getCards()).containsExactlyElementsOf(expected);
        }
    }

    static Stream<Arguments> merges() {
        RateCard old = Cards.card(EPOCH, 1);
        RateCard same = Cards.card(EPOCH, 9);
        return Stream.of(
                Arguments.of("a new model is taken as it is", null, Cards.MARCH, PriceMerge.Change.NEW, List.of(same)),
                Arguments.of(
                        "the same rates change nothing",
                        Cards.model("m", same),
                        Cards.MARCH,
                        PriceMerge.Change.UNCHANGED,
                        null),
                Arguments.of(
                        "other rates start a card, the one before is kept",
                        Cards.model("m", old),
                        Cards.MARCH,
                        PriceMerge.Change.CHANGED,
                        List.of(old, Cards.card(Cards.MARCH, 9))),
                Arguments.of(
                        "the rates at the start count, not older ones",
                        Cards.model("m", same, Cards.card(Cards.FEBRUARY, 1)),
                        Cards.MARCH,
                        PriceMerge.Change.CHANGED,
                        List.of(same, Cards.card(Cards.FEBRUARY, 1), Cards.card(Cards.MARCH, 9))),
                Arguments.of(
                        "a card that was to end later ends at the start",
                        Cards.model("m", bounded(EPOCH, Cards.APRIL, 1)),
                        Cards.MARCH,
                        PriceMerge.Change.CHANGED,
                        List.of(bounded(EPOCH, Cards.MARCH, 1), Cards.card(Cards.MARCH, 9))),
                Arguments.of(
                        "one that ended before the start is left alone",
                        Cards.model("m", bounded(EPOCH, Cards.FEBRUARY, 9)),
                        Cards.MARCH,
                        PriceMerge.Change.CHANGED,
                        List.of(bounded(EPOCH, Cards.FEBRUARY, 9), Cards.card(Cards.MARCH, 9))),
                Arguments.of(
                        "a later card is kept and goes on from its start",
                        Cards.model("m", old, Cards.card(Cards.APRIL, 4)),
                        Cards.MARCH,
                        PriceMerge.Change.CHANGED,
                        List.of(old, Cards.card(Cards.APRIL, 4), Cards.card(Cards.MARCH, 9))),
                Arguments.of(
                        "before the first card there is room",
                        Cards.model("m", Cards.card(Cards.APRIL, 4)),
                        Cards.MARCH,
                        PriceMerge.Change.CHANGED,
                        List.of(Cards.card(Cards.APRIL, 4), Cards.card(Cards.MARCH, 9))),
                Arguments.of(
                        "a card from the same moment is not replaced",
                        Cards.model("m", old, Cards.card(Cards.MARCH, 3)),
                        Cards.MARCH,
                        PriceMerge.Change.REFUSED,
                        null),
                Arguments.of(
                        "the same rates from the same moment are no change",
                        Cards.model("m", old, Cards.card(Cards.MARCH, 9)),
                        Cards.MARCH,
                        PriceMerge.Change.UNCHANGED,
                        null),
                Arguments.of(
                        "another provider's card is another matter",
                        Cards.model("m", Cards.card(EPOCH, null, "p", Cards.rate("input_tokens", 9))),
                        Cards.MARCH,
                        PriceMerge.Change.CHANGED,
                        List.of(Cards.card(EPOCH, null, "p", Cards.rate("input_tokens", 9)), same)));
    }

    @Test
    void whatWasChargedBeforeTheStartStaysAsItWas() {
        // Given
        ModelPrices existing = Cards.model("m", Cards.card(EPOCH, 1), bounded(Cards.FEBRUARY, Cards.APRIL, 2));
        PriceBook before = bookOf(existing);

        // When
        PriceBook after =
                bookOf(PriceMerge.merge(existing, IMPORTED, Cards.MARCH).prices());

        // Then
        for (Instant time : List.of(EPOCH, Cards.JANUARY, Cards.FEBRUARY, Cards.MARCH.minusMillis(1))) {
            assertThat(inputRate(after, time)).isEqualTo(inputRate(before, time));
        }
        for (Instant time : List.of(Cards.MARCH, Cards.APRIL, Cards.APRIL.plusSeconds(1))) {
            assertThat(inputRate(after, time)).isEqualTo(9);
        }
    }

    @Test
    void theOrderOfRatesDoesNotMatter() {
        ModelPrices one = Cards.model("m", Cards.card(EPOCH, null, null, Cards.rates("images:1 input_tokens:2")));
        ModelPrices other = Cards.model("m", Cards.card(EPOCH, null, null, Cards.rates("input_tokens:2 images:1")));

        assertThat(PriceMerge.merge(one, other, Cards.MARCH).change()).isEqualTo(PriceMerge.Change.UNCHANGED);
    }

    @Test
    void aliasesAreAddedAndNeverTakenAway() {
        ModelPrices existing = Cards.aliased("m", List.of("a", "b"), Cards.card(EPOCH, 9));
        ModelPrices imported = Cards.aliased("m", List.of("b", "c"), Cards.card(EPOCH, 9));

        PriceMerge.Outcome outcome = PriceMerge.merge(existing, imported, Cards.MARCH);

        assertThat(outcome.change()).isEqualTo(PriceMerge.Change.CHANGED);
        assertThat(outcome.prices().getAliases()).containsExactly("a", "b", "c");
        assertThat(outcome.prices().getCards()).isEqualTo(existing.getCards());
    }

    @Test
    void aRecordThatWouldBreakARuleIsRefusedWithTheReason() {
        RateCard[] full = Stream.iterate(Cards.JANUARY, t -> t.plusSeconds(1))
                .limit(200)
                .map(t -> Cards.card(t, 1))
                .toArray(RateCard[]::new);

        PriceMerge.Outcome outcome = PriceMerge.merge(Cards.model("m", full), IMPORTED, Cards.MARCH);

        assertThat(outcome.change()).isEqualTo(PriceMerge.Change.REFUSED);
        assertThat(outcome.detail()).contains("201 cards are more than 200");
    }

    private static RateCard bounded(Instant from, Instant to, long rate) {
        return Cards.card(from, to, null, Cards.rate("input_tokens", rate));
    }

    private static PriceBook bookOf(ModelPrices prices) {
        PriceBook book = new PriceBook();
        assertThat(book.put(prices)).isEmpty();
        return book;
    }

    private static long inputRate(PriceBook book, Instant time) {
        return book.cardFor("m", null, time.toEpochMilli()).ladder(0, 0)[1];
    }
}
