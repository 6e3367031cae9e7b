package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.spendstream.definition.FieldFault;
import io.spendstream.v1.ModelPrices;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PriceBookTest {

    private final PriceBook book = new PriceBook();

    @ParameterizedTest(name = "{0}: {1} at {2}")
    @CsvSource(delimiter = '|', textBlock = """
                    # case                                   | provider | time                     | input rate
                    before the first card                    |          | 2025-12-31T23:59:59.999Z |
                    at its start                             |          | 2026-01-01T00:00:00Z     | 1
                    until the next one starts                |          | 2026-01-31T23:59:59.999Z | 1
                    the next one                             |          | 2026-02-01T00:00:00Z     | 2
                    until it ends                            |          | 2026-02-28T23:59:59.999Z | 2
                    after its end no older card comes back   |          | 2026-03-01T00:00:00Z     |
                    a later one                              |          | 2026-04-01T00:00:00Z     | 4
                    an unknown provider has the general card | other    | 2026-02-01T00:00:00Z     | 2
                    a provider's own card goes first         | azure    | 2026-02-01T00:00:00Z     | 20
                    before it starts, the general card       | azure    | 2026-01-15T00:00:00Z     | 1
                    after it ended, the general card         | azure    | 2026-04-01T00:00:00Z     | 4
                    a provider's name is taken exactly       | Azure    | 2026-02-01T00:00:00Z     | 2
                    """)
    void theCardOfTheEventsTimeAndProvider(String name, String provider, Instant time, Long rate) {
        // Given: in no particular order
        assertThat(book.put(Cards.model(
                        "m",
                        Cards.card(Cards.FEBRUARY, Cards.MARCH, "azure", Cards.rate("input_tokens", 20)),
                        Cards.card(Cards.FEBRUARY, Cards.MARCH, null, Cards.rate("input_tokens", 2)),
                        Cards.card(Cards.APRIL, 4),
                        Cards.card(Cards.JANUARY, 1))))
                .isEmpty();

        // When
        CompiledCard card = book.cardFor("m", provider, time.toEpochMilli());

        // Then
        assertThat(inputRate(card)).isEqualTo(rate);
    }

    @Test
    void anExactNameGoesBeforeAnAlias() {
        book.put(Cards.aliased("a", List.of("b"), Cards.card(Cards.JANUARY, 1)));
        assertThat(rateOf("b")).isEqualTo(1);

        book.put(Cards.model("b", Cards.card(Cards.JANUARY, 2)));
        assertThat(rateOf("b")).isEqualTo(2);

        book.remove("b");
        assertThat(rateOf("b")).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"a,b", "b,a"})
    void anAliasOfTwoModelsMeansTheFirstByName(String first, String second) {
        for (String model : List.of(first, second)) {
            book.put(Cards.aliased(model, List.of("shared"), Cards.card(Cards.JANUARY, model.charAt(0))));
        }
        assertThat(rateOf("shared")).isEqualTo('a');

        book.remove("a");
        assertThat(rateOf("shared")).isEqualTo('b');

        book.remove("b");
        assertThat(rateOf("shared")).isNull();
    }

    @Test
    void anAliasThatIsTakenAwayNoLongerPrices() {
        book.put(Cards.aliased("m", List.of("old", "kept"), Cards.card(Cards.JANUARY, 1)));

        book.put(Cards.aliased("m", List.of("kept", "new"), Cards.card(Cards.JANUARY, 2)));

        assertThat(rateOf("old")).isNull();
        assertThat(rateOf("kept")).isEqualTo(2);
        assertThat(rateOf("new")).isEqualTo(2);
    }

    @Test
    void theVersionGrowsWithEveryChangeAndOnlyThen() {
        ModelPrices prices = Cards.model("m", Cards.card(Cards.JANUARY, 1));
        assertThat(book.version()).isZero();

        book.put(prices);
        assertThat(book.version()).isEqualTo(1);
        book.put(prices);
        assertThat(book.version()).isEqualTo(1);
        book.put(Cards.model("m", Cards.card(Cards.JANUARY, 2)));
        assertThat(book.version()).isEqualTo(2);
        assertThat(book.remove("unknown")).isFalse();
        assertThat(book.version()).isEqualTo(2);
        assertThat(book.remove("m")).isTrue();
        assertThat(book.version()).isEqualTo(3);
    }

    @Test
    void aFaultyRecordChangesNothing() {
        book.put(Cards.model("m", Cards.card(Cards.JANUARY, 1)));

        assertThat(book.put(Cards.model("m", Cards.card(Cards.JANUARY, -1))))
                .extracting(FieldFault::field)
                .containsExactly("cards[0].rates[0].pico_usd_per_unit");

        assertThat(rateOf("m")).isEqualTo(1);
        assertThat(book.version()).isEqualTo(1);
    }

    @Test
    void recordsAreFoundByNameAndListedInOrder() {
        book.put(Cards.model("b", Cards.card(Cards.JANUARY, 1)));
        book.put(Cards.aliased("a", List.of("x"), Cards.card(Cards.JANUARY, 1)));

        assertThat(book.get("a").getAliases()).containsExactly("x");
        assertThat(book.get("x")).isNull();
        assertThat(book.all()).extracting(ModelPrices::getModel).containsExactly("a", "b");
    }

    @Test
    void aRecordThatIsChangedAfterwardsDoesNotChangeTheBook() {
        ModelPrices prices = Cards.model("m", Cards.card(Cards.JANUARY, 1));
        book.put(prices);

        prices.getCards().get(0).setSource("changed");

        assertThat(book.get("m").getCards().get(0).getSource()).isEmpty();
    }

    @Test
    void aLookUpAllocatesNothing() {
        // Given
        book.put(Cards.aliased(
                "m",
                List.of("alias"),
                Cards.card(Cards.JANUARY, 1),
                Cards.card(Cards.JANUARY, null, "azure", Cards.rate("input_tokens", 2))));
        ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long time = Cards.MARCH.toEpochMilli();
        long found = lookUps(10_000, time);

        // When
        long before = thread.getCurrentThreadAllocatedBytes();
        found += lookUps(10_000, time);
        long allocated = thread.getCurrentThreadAllocatedBytes() - before;

        // Then: far less than a byte for each of 30,000 look-ups, the bean's own few included
        assertThat(found).isEqualTo(60_000);
        assertThat(allocated).isLessThan(10_000);
    }

    @Test
    void readersSeeWholeCardsWhileOneThreadWrites() throws InterruptedException {
        // Given: a record whose two rates are always alike
        book.put(twin(1));
        AtomicBoolean done = new AtomicBoolean();
        AtomicReference<String> torn = new AtomicReference<>();
        Thread reader = new Thread(() -> {
            while (!done.get()) {
                CompiledCard card = book.cardFor("alias", "p", Cards.MARCH.toEpochMilli());
                if (card == null || card.ladder(0, 0)[1] != card.ladder(1, 0)[1]) {
                    torn.set(String.valueOf(card));
                }
            }
        });
        reader.start();

        // When
        for (int i = 2; i < 2_000; i++) {
            book.put(twin(i));
        }
        done.set(true);
        reader.join();

        // Then
        assertThat(torn.get()).isNull();
        assertThat(book.version()).isEqualTo(1_999);
    }

    private static ModelPrices twin(long rate) {
        return Cards.aliased(
                "m",
                List.of("alias"),
                Cards.card(
                        Cards.JANUARY,
                        null,
                        null,
                        Cards.rate("input_tokens", rate),
                        Cards.rate("output_tokens", rate)));
    }

    private long lookUps(int times, long time) {
        long found = 0;
        for (int i = 0; i < times; i++) {
            found += book.cardFor("m", null, time) == null ? 0 : 1;
            found += book.cardFor("alias", "azure", time) == null ? 0 : 1;
            found += book.cardFor("unknown", "azure", time) == null ? 1 : 0;
        }
        return found;
    }

    private Long rateOf(String model) {
        return inputRate(book.cardFor(model, null, Cards.MARCH.toEpochMilli()));
    }

    private static Long inputRate(CompiledCard card) {
        return card == null ? null : card.ladder(0, 0)[1];
    }
}
