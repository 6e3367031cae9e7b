package io.spendstream.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.usage.Meter;
import io.spendstream.v1.LeftOut;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each format's columns as its exports have them, and every way a file can be wrong. */
class InvoiceReaderTest {

    private static final LocalDate DAY = LocalDate.of(2026, 11, 1);

    private static Invoice read(InvoiceFormat format, String... lines) {
        return InvoiceReader.csv(String.join("\n", lines) + "\n", InvoiceOptions.of(format, ZoneOffset.UTC));
    }

    private static InvoiceLine only(Invoice invoice) {
        assertThat(invoice.faults()).isEmpty();
        assertThat(invoice.lines()).hasSize(1);
        return invoice.lines().get(0);
    }

    @Test
    void generic_lines_have_the_fields_by_their_names() {
        InvoiceLine line = only(read(
                InvoiceFormat.GENERIC,
                "date,model,cost_usd,provider,requests,input_tokens,output_tokens,cache_read_tokens",
                "2026-11-01,gpt-4o,12.345678901,openai,10,1000,200,300"));

        assertThat(line)
                .isEqualTo(new InvoiceLine(
                        DAY,
                        "openai",
                        "gpt-4o",
                        12_345_678_901L,
                        10L,
                        Map.of(
                                Meter.INPUT_TOKENS, 1000L,
                                Meter.OUTPUT_TOKENS, 200L,
                                Meter.CACHE_READ_TOKENS, 300L),
                        Map.of()));
    }

    @Test
    void openai_costs_are_of_a_line_item_each() {
        Invoice invoice = read(
                InvoiceFormat.OPENAI_COSTS,
                "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,quantity,quantity_unit,"
                        + "line_item,user_id,api_key_id,project_id,organization_id,project_name,organization_name,"
                        + "user_email,api_source",
                "1793404800,1793491200,2026-10-31T00:00:00+00:00,2026-11-01T00:00:00+00:00,,,,,,,,,,,,,",
                "1793491200,1793577600,2026-11-01T00:00:00+00:00,2026-11-02T00:00:00+00:00,"
                        + "0.0250000000000000000,usd,10000.0,tokens,\"gpt-4o-2024-08-06, input\",,,p,o,P,O,,",
                "1793491200,1793577600,2026-11-01T00:00:00,2026-11-02T00:00:00,"
                        + "1.2E-5,usd,,,\"gpt-4o-2024-08-06, cached input\",,,p,o,P,O,,",
                "1793491200,1793577600,2026-11-01T00:00:00,2026-11-02T00:00:00,"
                        + "0.5,usd,,,assistants api | file search,,,p,o,P,O,,");

        assertThat(invoice.faults()).isEmpty();
        assertThat(invoice.lines())
                .containsExactly(
                        new InvoiceLine(
                                DAY,
                                "openai",
                                "gpt-4o-2024-08-06",
                                25_000_000L,
                                null,
                                Map.of(Meter.INPUT_TOKENS, 10_000L),
                                Map.of(Meter.INPUT_TOKENS, 25_000_000L)),
                        new InvoiceLine(
                                DAY,
                                "openai",
                                "gpt-4o-2024-08-06",
                                12_000L,
                                null,
                                Map.of(),
                                Map.of(Meter.CACHE_READ_TOKENS, 12_000L)),
                        new InvoiceLine(
                                DAY, "openai", "assistants api | file search", 500_000_000L, null, Map.of(), Map.of()));
        assertThat(invoice.leftOut()).containsExactly(new LeftOut("days without a charge", 1L, 0L));
        assertThat(invoice.ignoredColumns())
                .contains("project_id", "api_source")
                .doesNotContain("line_item");
    }

    @Test
    void openai_usage_has_tokens_and_no_cost() {
        InvoiceLine line = only(read(
                InvoiceFormat.OPENAI_USAGE,
                "start_time,end_time,start_time_iso,end_time_iso,project_id,num_model_requests,user_id,api_key_id,model,"
                        + "batch,service_tier,input_tokens,output_tokens,input_cached_tokens,input_uncached_tokens",
                "1793404800,1793491200,2026-10-31T00:00:00+00:00,2026-11-01T00:00:00+00:00,,,,,,,,,,,",
                "1793491200,1793577600,2026-11-01T00:00:00+00:00,2026-11-02T00:00:00+00:00,p,10.0,u,k,"
                        + "gpt-4o-2024-08-06,FALSE,default,59200.0,10646.0,5760.0,53440.0"));

        assertThat(line)
                .isEqualTo(new InvoiceLine(
                        DAY,
                        "openai",
                        "gpt-4o-2024-08-06",
                        null,
                        10L,
                        Map.of(
                                Meter.INPUT_TOKENS, 53_440L,
                                Meter.CACHE_READ_TOKENS, 5_760L,
                                Meter.OUTPUT_TOKENS, 10_646L),
                        Map.of()));
    }

    @Test
    void anthropic_costs_are_of_a_token_type_each() {
        Invoice invoice = read(
                InvoiceFormat.ANTHROPIC_COSTS,
                "usage_date_utc,model,workspace,api_key,usage_type,context_window,token_type,cost_usd,list_price_usd,"
                        + "cost_type,inference_geo,speed,api_key_id,api_key_status",
                "2026-11-01,Claude Haiku 4.5,Default,k,message,≤ 200k,input_cache_write_1h,0.05,0.05,token,n,,i,active",
                "2026-11-01,,Default,k,message,,,0.02,0.02,web_search,n,,i,active");

        assertThat(invoice.faults()).isEmpty();
        assertThat(invoice.lines())
                .containsExactly(
                        new InvoiceLine(
                                DAY,
                                "anthropic",
                                "Claude Haiku 4.5",
                                50_000_000L,
                                null,
                                Map.of(),
                                Map.of(Meter.CACHE_WRITE_1H_TOKENS, 50_000_000L)),
                        new InvoiceLine(DAY, "anthropic", "(web_search)", 20_000_000L, null, Map.of(), Map.of()));
    }

    @Test
    void anthropic_usage_has_each_meter_of_the_cache() {
        InvoiceLine line = only(read(
                InvoiceFormat.ANTHROPIC_USAGE,
                "usage_date_utc,model_version,api_key,workspace,usage_type,context_window,usage_input_tokens_no_cache,"
                        + "usage_input_tokens_cache_write_5m,usage_input_tokens_cache_write_1h,"
                        + "usage_input_tokens_cache_read,usage_output_tokens,web_search_count,inference_geo,speed",
                "2026-11-01,claude-sonnet-4-20250514,k,Default,standard,≤ 200k,1,2,3,4,5,6,not_available,"));

        assertThat(line.model()).isEqualTo("claude-sonnet-4-20250514");
        assertThat(line.costNanoUsd()).isNull();
        assertThat(line.tokens())
                .isEqualTo(Map.of(
                        Meter.INPUT_TOKENS, 1L,
                        Meter.CACHE_WRITE_5M_TOKENS, 2L,
                        Meter.CACHE_WRITE_1H_TOKENS, 3L,
                        Meter.CACHE_READ_TOKENS, 4L,
                        Meter.OUTPUT_TOKENS, 5L));
    }

    @Test
    void focus_charges_of_usage_are_compared_and_the_others_are_said() {
        Invoice invoice = InvoiceReader.csv(
                """
                BilledCost,BillingCurrency,ChargeCategory,ChargePeriodStart,ChargePeriodEnd,ProviderName,ServiceName,SkuId,SkuMeter,ConsumedQuantity,ConsumedUnit
                1.5,USD,Usage,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,AWS,Amazon Bedrock,ABC123,InputTokens,9,Units
                0.3,USD,Tax,2026-11-01T00:00:00Z,2026-12-01T00:00:00Z,AWS,Amazon Bedrock,,,,
                7,USD,Usage,2026-11-01 00:00:00 UTC,2026-11-01 01:00:00 UTC,AWS,Amazon S3,S3,,,
                2,USD,Usage,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,Unattributed,Amazon Bedrock,meta/llama/cache_read_tokens,Cache Read Tokens,100,Tokens
                3,USD,Usage,2026-11-01T00:00:00Z,2026-11-02T00:00:00Z,AWS,Amazon Bedrock,gpt-4o/web_search_requests,Web Search Requests,4,Web Search Requests
                """,
                new InvoiceOptions(
                        InvoiceFormat.FOCUS, Map.of(), Map.of("ServiceName", "Amazon Bedrock"), null, ZoneOffset.UTC));

        assertThat(invoice.faults()).isEmpty();
        assertThat(invoice.lines())
                .containsExactly(
                        new InvoiceLine(DAY, "AWS", "ABC123", 1_500_000_000L, null, Map.of(), Map.of()),
                        new InvoiceLine(
                                DAY,
                                null,
                                "meta/llama",
                                2_000_000_000L,
                                null,
                                Map.of(Meter.CACHE_READ_TOKENS, 100L),
                                Map.of(Meter.CACHE_READ_TOKENS, 2_000_000_000L)),
                        new InvoiceLine(DAY, "AWS", "gpt-4o", 3_000_000_000L, null, Map.of(), Map.of()));
        assertThat(invoice.leftOut())
                .containsExactly(
                        new LeftOut("ServiceName is not Amazon Bedrock", 1L, 7_000_000_000L),
                        new LeftOut("charges of the category Tax", 1L, 300_000_000L));
    }

    @Test
    void reasons_to_leave_lines_out_are_bounded_and_their_sums_whole() {
        StringBuilder file = new StringBuilder("date,model,cost_usd,charge_category\n2026-11-01,m,1,Usage\n");
        for (int i = 0; i < 1_000; i++) {
            file.append("2026-11-01,m,1,c").append(i).append('\n');
        }

        Invoice invoice = InvoiceReader.csv(file.toString(), InvoiceOptions.of(InvoiceFormat.GENERIC, ZoneOffset.UTC));

        assertThat(invoice.faults()).isEmpty();
        assertThat(invoice.leftOut()).hasSize(50).contains(new LeftOut("for other reasons", 951L, 951_000_000_000L));
    }

    @Test
    void columns_may_be_called_otherwise_and_separated_otherwise() {
        Invoice invoice = InvoiceReader.csv(
                "\uFEFFDay;Product;Amount due\n2026-11-01;gpt-4o;1.5\n",
                new InvoiceOptions(
                        InvoiceFormat.GENERIC,
                        Map.of(
                                InvoiceField.DATE, "day",
                                InvoiceField.MODEL, "Product",
                                InvoiceField.COST_USD, "Amount due"),
                        Map.of(),
                        "me",
                        ZoneOffset.UTC));

        assertThat(only(invoice).costNanoUsd()).isEqualTo(1_500_000_000L);
        assertThat(only(invoice).provider()).isEqualTo("me");
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-01,                UTC,           2026-11-01",
        "2026-11-01,                Asia/Kolkata,  2026-11-01",
        "2026-11-01T20:00:00Z,      Asia/Kolkata,  2026-11-02",
        "2026-11-01T00:00:00-08:00, UTC,           2026-11-01",
        "2026-11-01 23:00:00,       UTC,           2026-11-01",
        "1793491200,                UTC,           2026-11-01",
    })
    void days_are_those_of_the_zone(String date, ZoneId zone, LocalDate day) {
        Invoice invoice = InvoiceReader.csv(
                "date,model,cost_usd\n" + date + ",m,1", InvoiceOptions.of(InvoiceFormat.GENERIC, zone));

        assertThat(only(invoice).day()).isEqualTo(day);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "01/11/2026,m,1,USD,1  | date       | is '01/11/2026'; it takes a day such as 2026-11-01",
                "'',m,1,USD,1          | date       | is empty; it takes a day",
                "1999-11-01,m,1,USD,1  | date       | is not between 2000-01-01",
                "2026-11-01,'',1,USD,1 | model      | is empty; group the export by model",
                "2026-11-01,m,'',USD,1 | cost_usd   | is empty, and the line has no tokens either",
                "2026-11-01,m,$1,USD,1 | cost_usd   | is '$1'; it takes an amount in USD such as 1234.56",
                "2026-11-01,m,1e99,USD,1 | cost_usd | it takes an amount in USD",
                "2026-11-01,m,1e8,USD,1  | cost_usd | is more than 10000000 USD on one line",
                "2026-11-01,m,1,EUR,1  | currency   | is EUR; amounts are compared in USD",
                "2026-11-01,m,1,USD,-1 | requests   | no whole number from 0",
                "2026-11-01,m,1,USD,1.5 | requests  | no whole number from 0",
                "2026-11-01,m,1,USD    |            | has 4 fields, and the header has 5",
            })
    void a_bad_line_is_named_with_what_would_be_right(String line, String column, String reason) {
        Invoice invoice = read(
                InvoiceFormat.GENERIC,
                "date,model,cost_usd,currency,requests",
                "2026-11-01,m,1,usd,1",
                line.replace("''", ""));

        assertThat(invoice.lines()).as("nothing is loaded half").isEmpty();
        assertThat(invoice.faults()).hasSize(1);
        InvoiceFault fault = invoice.faults().get(0);
        assertThat(fault.line()).isEqualTo(3);
        assertThat(fault.column()).isEqualTo(column == null ? "" : column);
        assertThat(fault.reason()).contains(reason);
    }

    @Test
    void all_bad_lines_are_told_at_once_up_to_a_bound() {
        StringBuilder file = new StringBuilder("date,model,cost_usd\n2026-11-01,\"a\nb\",1\nx,m,y\n");
        Invoice two = InvoiceReader.csv(file.toString(), InvoiceOptions.of(InvoiceFormat.GENERIC, ZoneOffset.UTC));
        for (int i = 0; i < 1_000; i++) {
            file.append("x,m,1\n");
        }
        Invoice many = InvoiceReader.csv(file.toString(), InvoiceOptions.of(InvoiceFormat.GENERIC, ZoneOffset.UTC));

        assertThat(two.faults())
                .extracting(fault -> fault.line() + " " + fault.column())
                .containsExactly("2 model", "4 cost_usd", "4 date");
        assertThat(many.faults()).hasSize(InvoiceReader.FAULTS_MAX);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                      | is empty",
                "date,model,cost_usd     | has no line that can be compared",
                "day,model,cost_usd      | date: is not in the header; say which column has it, column=date=NAME",
                "date,cost_usd           | model: is not in the header",
                "date,model              | has no column of costs, cost_usd, and none of tokens",
            })
    void a_header_that_is_not_the_formats_is_told_with_what_there_is(String header, String reason) {
        Invoice invoice = read(InvoiceFormat.GENERIC, header.replace("''", ""));

        assertThat(invoice.faults().toString()).contains(header.isEmpty() ? "is empty" : reason);
        if (reason.contains("header")) {
            assertThat(invoice.faults().toString())
                    .contains("the header has day,".replace("day,", header.split(",")[0]));
        }
    }

    @Test
    void a_mapped_column_and_a_column_to_choose_by_must_be_there() {
        Invoice invoice = InvoiceReader.csv(
                "date,model,cost_usd\n2026-11-01,m,1\n",
                new InvoiceOptions(
                        InvoiceFormat.GENERIC,
                        Map.of(InvoiceField.COST_USD, "Amount"),
                        Map.of("Service", "LLM"),
                        null,
                        ZoneOffset.UTC));

        assertThat(invoice.faults()).extracting(InvoiceFault::column).containsExactlyInAnyOrder("Amount", "Service");
    }

    @Test
    void a_charge_of_more_than_a_day_cannot_be_compared_by_day() {
        Invoice invoice = read(
                InvoiceFormat.GENERIC,
                "date,end,model,cost_usd",
                "2026-11-01,2026-12-01,m,1",
                "2026-11-01,2026-11-02,m,1");

        assertThat(invoice.faults()).hasSize(1);
        assertThat(invoice.faults().get(0).toString()).startsWith("line 2: end: is more than a day after the start");
    }

    @Test
    void lines_in_json_are_generic() {
        InvoiceOptions options = InvoiceOptions.of(InvoiceFormat.GENERIC, ZoneOffset.UTC);
        Invoice good = InvoiceReader.json(
                "{\"lines\": [{\"date\": \"2026-11-01\", \"model\": \"m\", \"cost_usd\": 1.000000001, \"input_tokens\": 7}]}",
                options);
        Invoice bad = InvoiceReader.json(
                "{\"lines\": [{\"date\": \"2026-11-01\", \"modle\": \"m\", \"cost_usd\": []}, 3]}", options);

        assertThat(only(good).costNanoUsd()).isEqualTo(1_000_000_001L);
        assertThat(only(good).tokens()).isEqualTo(Map.of(Meter.INPUT_TOKENS, 7L));
        assertThat(bad.faults())
                .extracting(fault -> fault.line() + " " + fault.column())
                .contains("0 modle", "0 cost_usd", "1 ");
        assertThat(InvoiceReader.json("[]", options).faults()).hasSize(1);
        assertThat(InvoiceReader.json("{", options).faults()).hasSize(1);
    }

    @Test
    void sums_that_would_not_fit_are_refused() {
        StringBuilder file = new StringBuilder("date,model,cost_usd\n");
        for (int i = 0; i < 101; i++) {
            file.append("2026-11-01,m,-10000000\n");
        }

        Invoice invoice = InvoiceReader.csv(file.toString(), InvoiceOptions.of(InvoiceFormat.GENERIC, ZoneOffset.UTC));

        assertThat(invoice.faults())
                .extracting(InvoiceFault::reason)
                .containsOnly("brings the file to more than a billion USD");
    }

    @Test
    void the_same_file_has_the_same_content() {
        List<String> lines = List.of("date,model,cost_usd", "2026-11-01,m,1");
        String content =
                read(InvoiceFormat.GENERIC, lines.toArray(String[]::new)).content();

        assertThat(read(InvoiceFormat.GENERIC, lines.toArray(String[]::new)).content())
                .isEqualTo(content);
        assertThat(read(InvoiceFormat.GENERIC, lines.get(0), "2026-11-01,m,2").content())
                .isNotEqualTo(content);
    }
}
