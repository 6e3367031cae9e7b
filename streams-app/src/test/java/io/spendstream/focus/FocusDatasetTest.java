package io.spendstream.focus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import io.spendstream.money.Money;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendRow;
import io.spendstream.usage.Measure;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is exported follows the specification, column by column, and adds up to the spend. */
class FocusDatasetTest {

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void everyRowFollowsTheSpecificationAndAllAddUp(long seed) throws Exception {
        // Given
        Spend spend = Spend.random(seed, 200);

        // When
        List<Map<String, String>> rows = parsed(csv(spend.focus()));

        // Then
        assertThat(rows).hasSizeGreaterThan(200);
        for (Map<String, String> row : rows) {
            assertThat(Requirements.broken(row)).as("seed %d: %s", seed, row).isEmpty();
        }
        for (String cost : List.of("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")) {
            assertThat(sum(rows, cost)).as(cost).isEqualByComparingTo(Money.usd(spend.cost()));
        }
    }

    @Test
    void theColumnsAreThereInTheOrderOfTheSpecificationAndOurOwnAfterThem() throws Exception {
        // When
        List<String> header = header(csv(List.of()));

        // Then
        List<String> focus = header.stream().filter(id -> !id.startsWith("x_")).toList();
        assertThat(header).containsAll(Requirements.PRESENT);
        assertThat(focus).isSorted();
        assertThat(header.subList(0, focus.size())).isEqualTo(focus);
        assertThat(focus).allMatch(id -> id.matches("([A-Z][a-z]+)+") && id.length() <= 50);
        assertThat(Requirements.columnsWithRequirements())
                .as("every column is held to something, but for a name that there is none of")
                .containsAll(focus.stream()
                        .filter(id -> !id.equals("BillingAccountName") && !id.equals("SubAccountId"))
                        .toList());
    }

    /** The requirements themselves can fail. */
    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "BilledCost, null",
                "BilledCost, '1,5'",
                "BillingAccountId, null",
                "BillingCurrency, dollars",
                "BillingPeriodEnd, 2026-10-31T00:00:00Z",
                "ChargePeriodStart, 2026-10-01",
                "ChargePeriodEnd, 2026-11-02T00:00:00Z",
                "ChargeCategory, Other",
                "ChargeClass, Regular",
                "ChargeDescription, null",
                "ChargeFrequency, Hourly",
                "ConsumedQuantity, null",
                "ConsumedUnit, tokens",
                "ContractedUnitPrice, -1",
                "EffectiveCost, 1E+2",
                "InvoiceIssuerName, ' '",
                "ListCost, 17",
                "ListUnitPrice, null",
                "PricingCategory, Cheap",
                "PricingQuantity, null",
                "PricingUnit, per 1M",
                "ProviderName, null",
                "PublisherName, null",
                "ServiceCategory, AI",
                "ServiceName, null",
                "ServiceSubcategory, Chat",
                "SkuId, null",
                "SkuMeter, null",
                "SkuPriceDetails, '{\"Tier\": \"BATCH\"}'",
                "SkuPriceId, other",
                "SubAccountName, null",
                "SubAccountType, null",
                "Tags, '{\"a\": [1]}'"
            })
    void aRowThatBreaksTheSpecificationIsFound(String column, String value) throws Exception {
        // Given
        Spend spend = new Spend()
                .day(
                        "2026-10-02",
                        Map.of("team", "search"),
                        Map.of(Measure.INPUT_TOKENS, 1_000L, Measure.INPUT_COST, 2_500_000L, Measure.COST, 2_500_000L),
                        Map.of());
        Map<String, String> row = new HashMap<>(parsed(csv(spend.focus())).get(0));
        assertThat(Requirements.broken(row)).isEmpty();

        // When
        row.put(column, value);

        // Then
        assertThat(Requirements.broken(row)).isNotEmpty();
    }

    @Test
    void aRowIsOfOneMeterAtThePriceThatWasPaid() {
        // Given
        Spend spend = new Spend()
                .day(
                        "2026-10-02",
                        Map.of("team", "search", "environment", "prod", "tags.region", "eu"),
                        Map.of(
                                Measure.INPUT_TOKENS, 1_000_000L,
                                Measure.INPUT_COST, 2_500_000_000L,
                                Measure.OUTPUT_TOKENS, 3L,
                                Measure.OUTPUT_COST, 31L,
                                Measure.COST, 2_510_000_031L),
                        Map.of("web_search_requests", new long[] {4, 10_000_000}));

        // When
        List<FocusRow> rows = spend.focus();

        // Then
        assertThat(rows)
                .extracting(
                        row -> row.text(FocusColumn.SKU_PRICE_ID),
                        row -> row.number(FocusColumn.CONSUMED_QUANTITY).toPlainString() + " "
                                + row.text(FocusColumn.CONSUMED_UNIT),
                        row -> row.number(FocusColumn.PRICING_QUANTITY).toPlainString() + " x "
                                + row.text(FocusColumn.PRICING_UNIT),
                        row -> row.number(FocusColumn.LIST_UNIT_PRICE).toPlainString(),
                        row -> row.number(FocusColumn.BILLED_COST).toPlainString())
                .containsExactly(
                        tuple("gpt-4o/input_tokens/STANDARD", "1000000 Tokens", "1 x 1000000 Tokens", "2.5", "2.5"),
                        tuple(
                                "gpt-4o/output_tokens/STANDARD",
                                "3 Tokens",
                                "0.000003 x 1000000 Tokens",
                                "0.010333333333333333",
                                "0.000000031"),
                        tuple(
                                "gpt-4o/web_search_requests/STANDARD",
                                "4 Web Search Requests",
                                "4 x Web Search Requests",
                                "0.0025",
                                "0.01"));
        assertThat(rows.get(0).text(FocusColumn.TAGS))
                .isEqualTo("{\"region\":\"eu\",\"spendstream/environment\":\"prod\",\"spendstream/feature\":\"chat\","
                        + "\"spendstream/operation\":\"chat\"}");
        assertThat(rows.get(0).text(FocusColumn.CHARGE_DESCRIPTION)).isEqualTo("Input Tokens of gpt-4o for chat");
    }

    @ParameterizedTest
    @CsvSource({
        // output, of it reasoning, cost of output, cost of reasoning -> charges
        "100, 30, 700, 0, output_tokens 100 for 700",
        "100, 30, 700, 60, output_tokens 70 for 700; reasoning_tokens 30 for 60",
        "100, 100, 0, 60, output_tokens 100 for 60",
        "100, 100, 5, 60, output_tokens 100 for 65",
        "0, 0, 0, 0, ''"
    })
    void reasoningIsTakenOutOfTheOutputWhereItIsBilledApart(
            long output, long reasoning, long outputCost, long reasoningCost, String charges) {
        // Given
        Spend spend = new Spend()
                .day(
                        "2026-10-02",
                        Map.of(),
                        Map.of(
                                Measure.OUTPUT_TOKENS, output,
                                Measure.REASONING_TOKENS, reasoning,
                                Measure.OUTPUT_COST, outputCost,
                                Measure.REASONING_COST, reasoningCost,
                                Measure.COST, outputCost + reasoningCost),
                        Map.of());

        // Then
        assertThat(spend.focus().stream()
                        .map(row -> row.text(FocusColumn.SKU_ID).substring("gpt-4o/".length()) + " "
                                + row.number(FocusColumn.CONSUMED_QUANTITY) + " for "
                                + Money.nanoUsd(row.number(FocusColumn.BILLED_COST)))
                        .collect(Collectors.joining("; ")))
                .isEqualTo(charges);
    }

    @Test
    void callsWithoutAPriceAreThereAndSaySo() {
        // Given
        Spend spend = new Spend()
                .day(
                        "2026-10-02",
                        Map.of("model", "new"),
                        Map.of(Measure.REQUESTS, 5L, Measure.UNPRICED_REQUESTS, 5L, Measure.INPUT_TOKENS, 70L),
                        Map.of());

        // Then
        FocusRow row = spend.focus().get(0);
        assertThat(row.number(FocusColumn.BILLED_COST)).isEqualByComparingTo("0");
        assertThat(row.number(FocusColumn.CONSUMED_QUANTITY)).isEqualByComparingTo("70");
        assertThat(row.number(FocusColumn.UNPRICED_REQUESTS)).isEqualByComparingTo("5");
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void whatIsWrittenAsCsvIsReadAgain(long seed) throws Exception {
        // Given
        List<FocusRow> rows = Spend.random(seed, 50).focus();

        // When
        List<FocusRow> read = new ArrayList<>();
        FocusCsv.read(new StringReader(csv(rows)), read::add);

        // Then
        assertThat(read).usingRecursiveFieldByFieldElementComparator().hasSameSizeAs(rows);
        assertThat(csv(read)).isEqualTo(csv(rows));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BilledCost,Nonsense|has a column 'Nonsense'",
                "BilledCost|lacks the column BillingAccountId",
                "''|lacks the column BilledCost",
                "\"open|is no CSV",
                "BilledCost,BilledCost|has a column 'BilledCost' twice"
            })
    void whatIsNoDatasetIsRefusedWithWhy(String csv, String why) {
        assertThatThrownBy(() -> FocusCsv.read(new StringReader(csv), row -> {}))
                .isInstanceOf(FocusFault.class)
                .hasMessageContaining(why);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "BilledCost|1e3|record 1: BilledCost is '1e3', and should be a number",
                "BilledCost|1.0000000001|record 1: BilledCost is '1.0000000001', and should be a number",
                "BilledCost|''|record 1: BilledCost is empty",
                "ChargePeriodStart|yesterday|record 1: ChargePeriodStart is 'yesterday', and should be a time"
            })
    void aFieldThatIsWrongIsNamed(String column, String value, String why) throws Exception {
        // Given
        FocusRow row = Spend.random(3, 1)
                .day("2026-10-02", Map.of(), Map.of(Measure.INPUT_TOKENS, 1L), Map.of())
                .focus()
                .get(0);
        String csv = csv(List.of(row));
        List<String> header = header(csv);
        CSVRecord fields = CSVParser.parse(csv, CSVFormat.RFC4180).getRecords().get(1);
        List<String> values = new ArrayList<>(fields.toList());
        values.set(header.indexOf(column), value);

        // Then
        String broken =
                CSVFormat.RFC4180.format(header.toArray()) + "\r\n" + CSVFormat.RFC4180.format(values.toArray());
        assertThatThrownBy(() -> FocusCsv.read(new StringReader(broken), read -> {}))
                .isInstanceOf(FocusFault.class)
                .hasMessageContaining(why);
    }

    @Test
    void anAnswerByOtherBucketsIsNotTakenForDays() {
        SpendAnswer days = new Spend().answer();
        SpendAnswer byFeature = new SpendAnswer(
                days.from(),
                days.to(),
                days.zone(),
                days.granularity(),
                List.of("feature"),
                List.<SpendRow>of(),
                0,
                days.totals(),
                days.freshness());
        assertThatThrownBy(() -> FocusRows.forEach(byFeature, row -> {})).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24})
    void whatWasExportedAndItsCorrectionsAddUpToWhatIsKnownNow(long seed) throws Exception {
        // Given the same month as it was, after late events and a price, and later again
        List<FocusRow> first = Spend.random(seed, 80).focus();
        List<FocusRow> second = new ArrayList<>(Spend.random(seed, 60).focus());
        second.addAll(Spend.random(seed + 1_000, 20).focus());
        List<FocusRow> third = Spend.random(seed + 1_000, 40).focus();

        // When
        List<FocusRow> once = corrections(second, first);
        List<FocusRow> twice = corrections(third, first, once);

        // Then
        List<FocusRow> exported = new ArrayList<>(first);
        exported.addAll(once);
        exported.addAll(twice);
        assertThat(amounts(exported)).isEqualTo(amounts(third));
        assertThat(once).isNotEmpty();
        for (Map<String, String> row : parsed(csv(once))) {
            assertThat(row).containsEntry("ChargeClass", "Correction").containsEntry("ListUnitPrice", null);
            assertThat(Requirements.broken(row)).isEmpty();
        }
        assertThat(twice)
                .allSatisfy(row -> assertThat(row.text(FocusColumn.CHARGE_DESCRIPTION))
                        .startsWith("Correction: ")
                        .doesNotStartWith("Correction: Correction"));
        assertThat(corrections(third, first, once, twice)).isEmpty();
    }

    @SafeVarargs
    private static List<FocusRow> corrections(List<FocusRow> now, List<FocusRow>... exported) {
        FocusCorrections corrections = new FocusCorrections();
        for (List<FocusRow> rows : exported) {
            rows.forEach(corrections::exported);
        }
        now.forEach(corrections::now);
        List<FocusRow> rows = new ArrayList<>();
        corrections.forEach(rows::add);
        return rows;
    }

    /** By charge, where there is any: cost and quantity. */
    private static Set<List<Object>> amounts(List<FocusRow> rows) {
        Map<List<String>, BigDecimal[]> amounts = new HashMap<>();
        for (FocusRow row : rows) {
            BigDecimal[] sums = amounts.computeIfAbsent(
                    row.key(), key -> new BigDecimal[] {BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO});
            sums[0] = sums[0].add(row.number(FocusColumn.BILLED_COST));
            sums[1] = sums[1].add(row.number(FocusColumn.CONSUMED_QUANTITY));
            sums[2] = sums[2].add(row.number(FocusColumn.PRICING_QUANTITY));
        }
        Set<List<Object>> all = new HashSet<>();
        amounts.forEach((key, sums) -> {
            if (sums[0].signum() != 0 || sums[1].signum() != 0) {
                all.add(List.of(key, FocusRows.plain(sums[0]), FocusRows.plain(sums[1]), FocusRows.plain(sums[2])));
            }
        });
        return all;
    }

    private static BigDecimal sum(List<Map<String, String>> rows, String column) {
        return rows.stream().map(row -> new BigDecimal(row.get(column))).reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static String csv(List<FocusRow> rows) throws IOException {
        StringBuilder csv = new StringBuilder();
        try (FocusCsv writer = new FocusCsv(csv)) {
            rows.forEach(writer::write);
        }
        return csv.toString();
    }

    private static List<String> header(String csv) throws IOException {
        return CSVParser.parse(csv, CSVFormat.RFC4180).getRecords().get(0).toList();
    }

    /** As anybody would read the file: empty is null. */
    private static List<Map<String, String>> parsed(String csv) throws IOException {
        List<CSVRecord> records = CSVParser.parse(csv, CSVFormat.RFC4180).getRecords();
        List<Map<String, String>> rows = new ArrayList<>();
        for (CSVRecord line : records.subList(1, records.size())) {
            Map<String, String> row = new HashMap<>();
            for (int i = 0; i < line.size(); i++) {
                row.put(records.get(0).get(i), line.get(i).isEmpty() ? null : line.get(i));
            }
            rows.add(row);
        }
        return rows;
    }
}
