package io.spendstream.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.definition.FieldFault;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Rate;
import io.spendstream.v1.ServiceTier;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PricesJsonTest {

    private static final String RECORD = """
            {"model": "m", "aliases": ["n"], "cards": [{
              "effective_from": "2026-01-01T01:00:00.123456+01:00", "effective_to": "2026-02-01T00:00:00Z",
              "provider": "p", "source": "list price", "rates": [
                {"meter": "input_tokens", "usd_per_million": 2.5},
                {"meter": "output_tokens", "pico_usd_per_unit": 10000000, "service_tier": "BATCH",
                 "above_context_tokens": 200000}]}]}
            """;

    @Test
    void aRecordIsRead() {
        PricesJson.Reading reading = PricesJson.read(RECORD, null);

        assertThat(reading.faults()).isEmpty();
        assertThat(reading.prices())
                .isEqualTo(Cards.aliased(
                        "m",
                        List.of("n"),
                        Cards.card(
                                Instant.parse("2026-01-01T00:00:00.123Z"),
                                Cards.FEBRUARY,
                                "p",
                                "list price",
                                Cards.rates("input_tokens:2500000 output_tokens/BATCH>200000:10000000"))));
    }

    @Test
    void whatIsWrittenHasBothFormsOfAPriceAndIsReadBack() {
        // Given
        ModelPrices prices = PricesJson.read(RECORD, null).prices();

        // When
        String json = PricesJson.write(prices);

        // Then
        assertThat(json).isEqualTo("""
                        {"model":"m","aliases":["n"],"cards":[{"effective_from":"2026-01-01T00:00:00.123Z",\
                        "effective_to":"2026-02-01T00:00:00Z","provider":"p","rates":[\
                        {"meter":"input_tokens","pico_usd_per_unit":2500000,"usd_per_million":2.5,\
                        "service_tier":"STANDARD","above_context_tokens":0},\
                        {"meter":"output_tokens","pico_usd_per_unit":10000000,"usd_per_million":10,\
                        "service_tier":"BATCH","above_context_tokens":200000}],"source":"list price"}]}""");
        assertThat(PricesJson.read(json, "m").prices()).isEqualTo(prices);
        assertThat(PricesJson.readBook(PricesJson.writeBook(List.of(prices))).models())
                .containsExactly(prices);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    "usd_per_million": 2.5                                 | 2500000
                    "usd_per_million": 3e-06                               | 3
                    "usd_per_million": 0.000001                            | 1
                    "usd_per_million": 0                                   | 0
                    "usd_per_million": 1.10                                | 1100000
                    "usd_per_million": 1000000000                          | 1000000000000000
                    "pico_usd_per_unit": 1000000000000000                  | 1000000000000000
                    "pico_usd_per_unit": 7.0                               | 7
                    "pico_usd_per_unit": 7, "usd_per_million": 0.000007    | 7
                    "pico_usd_per_unit": null, "usd_per_million": 1        | 1000000
                    """)
    void pricesAreExactDecimals(String price, long pico) {
        PricesJson.Reading reading = PricesJson.read(record("{\"meter\": \"input_tokens\", " + price + "}"), null);

        assertThat(reading.faults()).isEmpty();
        Rate rate = reading.prices().getCards().get(0).getRates().get(0);
        assertThat(rate.getPicoUsdPerUnit()).isEqualTo(pico);
        assertThat(rate.getServiceTier()).isEqualTo(ServiceTier.STANDARD);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
                    {"meter": "input_tokens"}                                                                     | .pico_usd_per_unit    | is missing
                    {"meter": "input_tokens", "usd_per_million": 0.0000001}                                       | .usd_per_million      | no whole number of pico-USD
                    {"meter": "input_tokens", "usd_per_million": 1000000000.1}                                    | .usd_per_million      | is not between 0 and 1,000 USD
                    {"meter": "input_tokens", "usd_per_million": 1e999999999}                                     | .usd_per_million      | 1E+999999999 is out of all proportion
                    {"meter": "input_tokens", "usd_per_million": 1e-999999999}                                    | .usd_per_million      | 1E-999999999 is out of all proportion
                    {"meter": "input_tokens", "usd_per_million": -1}                                              | .usd_per_million      | is not between
                    {"meter": "input_tokens", "usd_per_million": "2.5"}                                           | .usd_per_million      | is a text; it takes a number
                    {"meter": "input_tokens", "pico_usd_per_unit": 1.5}                                           | .pico_usd_per_unit    | no whole number
                    {"meter": "input_tokens", "pico_usd_per_unit": 2, "usd_per_million": 2}                       | .usd_per_million      | is not 2 pico_usd_per_unit
                    {"meter": "input_tokens", "pico_usd_per_unit": 2, "service_tier": "batch"}                    | .service_tier         | is none of [STANDARD, BATCH
                    {"meter": "input_tokens", "pico_usd_per_unit": 2, "service_tier": 1}                          | .service_tier         | is a number
                    {"meter": "input_tokens", "pico_usd_per_unit": 2, "above_context_tokens": 1.5}                | .above_context_tokens | no whole number of tokens
                    {"meter": "input_tokens", "pico_usd_per_unit": 2, "above_context_tokens": 9000000000}         | .above_context_tokens | is not between 0
                    {"meter": "input_tokens", "pico_usd_per_unit": 2, "tier": "BATCH"}                            | .tier                 | is not known here
                    {"meter": 5, "pico_usd_per_unit": 2}                                                          | .meter                | is a number; it takes a text
                    {"pico_usd_per_unit": 2}                                                                      | .meter                | is missing
                    5                                                                                             | ''                    | is a number; it takes an object
                    """)
    void faultsOfARate(String rate, String field, String reason) {
        PricesJson.Reading reading = PricesJson.read(record(rate), null);

        assertThat(reading.prices()).isNull();
        assertThat(reading.faults()).hasSize(1);
        assertThat(reading.faults().get(0).field()).isEqualTo("cards[0].rates[0]" + (field == null ? "" : field));
        assertThat(reading.faults().get(0).reason()).contains(reason);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
                    not json                                    | '' is not JSON
                    ''                                          | '' is empty
                    []                                          | '' is an array; it takes an object
                    {} {}                                       | '' is not JSON
                    {"model": "m", "model": "n"}                | '' is not JSON
                    {"model": NaN}                              | '' is not JSON
                    {}                                          | model is missing, cards is missing
                    {"model": "m", "cards": {}}                 | cards is an object
                    {"model": "m", "cards": [null]}             | cards[0] is null
                    {"model": "m", "cards": [{}]}               | cards[0].effective_from is missing, cards[0].rates is missing
                    {"model": "m", "cards": [], "price": 1}     | price is not known here, cards is missing
                    {"model": 7, "aliases": [7], "cards": 7}    | model is a number, aliases[0] is a number, cards is a number
                    """)
    void faultsOfARecord(String json, String expected) {
        List<FieldFault> faults =
                PricesJson.read(json == null ? "" : json, null).faults();

        String[] each = expected.split(", ");
        assertThat(faults).hasSameSizeAs(each);
        for (int i = 0; i < each.length; i++) {
            String[] fieldAndReason = each[i].split(" ", 2);
            assertThat(faults.get(i).field()).isEqualTo(fieldAndReason[0].replace("''", ""));
            assertThat(faults.get(i).reason()).startsWith(fieldAndReason[1]);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-01, is no time",
        "2026-01-01T00:00:00, is no time",
        "yesterday, is no time",
        "1969-12-31T23:59:59Z, is not between"
    })
    void aCardsStartIsAMomentInRfc3339(String time, String reason) {
        String json = "{\"model\": \"m\", \"cards\": [{\"effective_from\": \"" + time
                + "\", \"rates\": [{\"meter\": \"input_tokens\", \"pico_usd_per_unit\": 1}]}]}";

        assertThat(PricesJson.read(json, null).faults()).singleElement().satisfies(fault -> {
            assertThat(fault.field()).isEqualTo("cards[0].effective_from");
            assertThat(fault.reason()).contains(reason);
        });
    }

    @Test
    void allFaultsAreNamedAtOnceWithTheirPaths() {
        String json = """
                {"model": "", "x": 1, "cards": [
                  {"effective_from": "soon", "rates": [
                    {"meter": "Input", "usd_per_million": -1},
                    {"meter": "input_tokens", "usd_per_million": 1},
                    {"meter": "input_tokens", "usd_per_million": 1}]}]}
                """;

        assertThat(PricesJson.read(json, null).faults())
                .extracting(FieldFault::field)
                .containsExactlyInAnyOrder(
                        "x",
                        "model",
                        "cards[0].effective_from",
                        "cards[0].rates[0].meter",
                        "cards[0].rates[0].usd_per_million",
                        "cards[0].rates[2]");
    }

    @Test
    void theModelMayBeLeftOutWhereTheAddressSaysIt() {
        String without = RECORD.replace("\"model\": \"m\",", "");

        assertThat(PricesJson.read(without, "gpt").prices().getModel()).isEqualTo("gpt");
        assertThat(PricesJson.read(without, null).faults())
                .extracting(FieldFault::field)
                .containsExactly("model");
        assertThat(PricesJson.read(RECORD, "gpt").faults())
                .singleElement()
                .satisfies(fault -> assertThat(fault)
                        .hasToString(
                                "model: 'm' is not the model of the address, 'gpt'; leave it out or make them equal"));
    }

    @Test
    void aBookNamesTheRecordOfAFaultAndKeepsTheOthers() {
        String book = "{\"models\": [" + RECORD + ", {\"model\": \"bad\", \"cards\": []}]}";

        PricesJson.BookReading reading = PricesJson.readBook(book);

        assertThat(reading.models()).extracting(ModelPrices::getModel).containsExactly("m");
        assertThat(reading.faults()).extracting(FieldFault::field).containsExactly("models[1].cards");
        assertThat(PricesJson.readBook("{}").faults())
                .extracting(FieldFault::field)
                .containsExactly("models");
    }

    private static String record(String rate) {
        return "{\"model\": \"m\", \"cards\": [{\"effective_from\": \"2026-01-01T00:00:00Z\", \"rates\": [" + rate
                + "]}]}";
    }
}
