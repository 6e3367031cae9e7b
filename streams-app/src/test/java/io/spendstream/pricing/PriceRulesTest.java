package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.definition.FieldFault;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.RateCard;
import io.spendstream.v1.ServiceTier;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PriceRulesTest {

    private static final Rate RATE = Cards.rate("input_tokens", 1);

    @ParameterizedTest(name = "{0}")
    @MethodSource("records")
    void faults(String name, ModelPrices prices, List<String> fields, String reason) {
        List<FieldFault> faults = PriceRules.check(prices);

        assertThat(faults).extracting(FieldFault::field).containsExactlyElementsOf(fields);
        if (!fields.isEmpty()) {
            assertThat(faults.get(0).reason()).contains(reason);
        }
    }

    static Stream<Arguments> records() {
        return Stream.of(
                        good("the least there is", Cards.model("m", Cards.card(Instant.EPOCH, 0))),
                        good("the longest name", Cards.model("m".repeat(256), Cards.card(Cards.JANUARY, 1))),
                        bad("no name", Cards.model("", Cards.card(Cards.JANUARY, 1)), "model", "missing or empty"),
                        bad("a long name", Cards.model("m".repeat(257), okCard()), "model", "257 characters"),
                        bad("a control character", Cards.model("m\n", okCard()), "model", "U+000A"),
                        bad("half a pair of surrogates", Cards.model("m\ud800", okCard()), "model", "U+D800"),
                        bad("an alias of itself", aliases("m"), "aliases[0]", "is the model itself"),
                        bad("an alias twice", aliases("a", "a"), "aliases[1]", "listed twice"),
                        bad("an empty alias", aliases(""), "aliases[0]", "missing or empty"),
                        good("64 aliases", aliases(names(64))),
                        bad("65 aliases", aliases(names(65)), "aliases", "65 aliases are more than 64"),
                        bad("no cards", Cards.model("m"), "cards", "needs a rate card"),
                        good("200 cards", cards(200)),
                        bad("201 cards", cards(201), "cards", "201 cards are more than 200"),
                        bad("no start", card(null, null, null, "", RATE), "cards[0].effective_from", "is missing"),
                        bad(
                                "a start before 1970",
                                card(Instant.EPOCH.minusMillis(1), null, null, "", RATE),
                                "cards[0].effective_from",
                                "is not between 1970"),
                        bad(
                                "an end at the start",
                                card(Cards.JANUARY, Cards.JANUARY, null, "", RATE),
                                "cards[0].effective_to",
                                "is not after effective_from"),
                        bad("an empty provider", card(Cards.JANUARY, null, "", "", RATE), "cards[0].provider", "empty"),
                        good("the longest source", card(Cards.JANUARY, null, null, "s".repeat(1_000), RATE)),
                        bad(
                                "a long source",
                                card(Cards.JANUARY, null, null, "s".repeat(1_001), RATE),
                                "cards[0].source",
                                "1001 characters"),
                        bad("no rates", card(Cards.JANUARY, null, null, ""), "cards[0].rates", "needs a rate"),
                        good("200 rates", rates(units(200))),
                        bad("201 rates", rates(units(201)), "cards[0].rates", "201 rates are more than 200"),
                        good("the highest rate", rates(Cards.rate("input_tokens", 1_000_000_000_000_000L))),
                        bad(
                                "a higher rate",
                                rates(Cards.rate("input_tokens", 1_000_000_000_000_001L)),
                                "cards[0].rates[0].pico_usd_per_unit",
                                "is not between 0 and 1000000000000000"),
                        bad(
                                "a negative rate",
                                rates(Cards.rate("input_tokens", -1)),
                                "cards[0].rates[0].pico_usd_per_unit",
                                "is not between 0"),
                        good("a unit", rates(Cards.rate("web_search_requests", 1))),
                        good("the longest unit", rates(Cards.rate("u".repeat(64), 1))),
                        bad("a long unit", rates(Cards.rate("u".repeat(65), 1)), "cards[0].rates[0].meter", "no meter"),
                        bad("a capital", rates(Cards.rate("Images", 1)), "cards[0].rates[0].meter", "'Images' is no"),
                        bad("no meter", rates(Cards.rate(null, 1)), "cards[0].rates[0].meter", "is missing"),
                        bad(
                                "no tier",
                                rates(new Rate("input_tokens", 1L, null, 0L)),
                                "cards[0].rates[0].service_tier",
                                "is missing"),
                        bad(
                                "a negative threshold",
                                rates(new Rate("input_tokens", 1L, ServiceTier.BATCH, -1L)),
                                "cards[0].rates[0].above_context_tokens",
                                "-1 is not between 0"),
                        bad(
                                "a rate twice",
                                rates(Cards.rates("input_tokens:1 input_tokens>5:1 input_tokens>5:2")),
                                "cards[0].rates[2]",
                                "input_tokens STANDARD above 5 is priced by cards[0].rates[1] already"),
                        good(
                                "other tiers and thresholds",
                                rates(Cards.rates("images:1 images/FLEX:1 images/FLEX>5:1"))),
                        bad(
                                "two cards from one moment",
                                Cards.model("m", okCard(), okCard()),
                                "cards[1].effective_from",
                                "is also when cards[0] starts for any provider"),
                        good(
                                "two providers from one moment",
                                Cards.model("m", okCard(), Cards.card(Cards.JANUARY, null, "p", RATE))),
                        bad(
                                "an end after the next start",
                                Cards.model(
                                        "m",
                                        Cards.card(Cards.FEBRUARY, null, "p", RATE),
                                        Cards.card(Cards.JANUARY, Cards.MARCH, "p", RATE)),
                                "cards[1].effective_to",
                                "is after cards[0] starts for provider p"),
                        good(
                                "an end at the next start",
                                Cards.model(
                                        "m",
                                        Cards.card(Cards.JANUARY, Cards.FEBRUARY, null, RATE),
                                        Cards.card(Cards.FEBRUARY, Cards.MARCH, null, RATE),
                                        Cards.card(Cards.APRIL, 1))),
                        Stream.of(Arguments.of(
                                "null everywhere",
                                new ModelPrices(null, null, Collections.singletonList(null)),
                                List.of("model", "cards[0]"),
                                "missing")))
                .flatMap(s -> s);
    }

    @Test
    void allFaultsAreNamedAtOnce() {
        ModelPrices prices = new ModelPrices(
                "",
                List.of("a", "a"),
                List.of(Cards.card(null, null, "", "s".repeat(1_001), Cards.rate("X", -1), Cards.rate("y", -1))));

        assertThat(PriceRules.check(prices))
                .extracting(FieldFault::field)
                .containsExactly(
                        "model",
                        "aliases[1]",
                        "cards[0].effective_from",
                        "cards[0].provider",
                        "cards[0].source",
                        "cards[0].rates[0].meter",
                        "cards[0].rates[0].pico_usd_per_unit",
                        "cards[0].rates[1].pico_usd_per_unit");
    }

    @Test
    void whatIsSaidHasALimit() {
        Rate[] broken =
                IntStream.range(0, 200).mapToObj(i -> Cards.rate("u" + i, -1)).toArray(Rate[]::new);

        List<FieldFault> faults = PriceRules.check(rates(broken));

        assertThat(faults).hasSize(101);
        assertThat(faults.get(100)).hasToString("and 100 more faults");
    }

    private static Stream<Arguments> good(String name, ModelPrices prices) {
        return Stream.of(Arguments.of(name, prices, List.of(), ""));
    }

    private static Stream<Arguments> bad(String name, ModelPrices prices, String field, String reason) {
        return Stream.of(Arguments.of(name, prices, List.of(field), reason));
    }

    private static RateCard okCard() {
        return Cards.card(Cards.JANUARY, 1);
    }

    private static ModelPrices card(Instant from, Instant to, String provider, String source, Rate... rates) {
        return Cards.model("m", Cards.card(from, to, provider, source, rates));
    }

    private static ModelPrices rates(Rate... rates) {
        return Cards.model("m", Cards.card(Cards.JANUARY, null, null, rates));
    }

    private static ModelPrices aliases(String... aliases) {
        return Cards.aliased("m", List.of(aliases), okCard());
    }

    private static String[] names(int count) {
        return IntStream.range(0, count).mapToObj(i -> "n" + i).toArray(String[]::new);
    }

    private static Rate[] units(int count) {
        return IntStream.range(0, count).mapToObj(i -> Cards.rate("u" + i, 1)).toArray(Rate[]::new);
    }

    private static ModelPrices cards(int count) {
        List<RateCard> cards = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            cards.add(Cards.card(Cards.JANUARY.plusSeconds(i), 1));
        }
        return new ModelPrices("m", List.of(), cards);
    }
}
