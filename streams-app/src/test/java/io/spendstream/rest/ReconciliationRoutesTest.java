package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.query.FakeCells;
import io.spendstream.query.Lag;
import io.spendstream.v1.Alert;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Invoices over HTTP: read, compared, stored and told. */
@Timeout(60)
class ReconciliationRoutesTest {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final String PATH = "/v1/reconciliations";

    private TestInstance instance;

    @BeforeEach
    void start() throws IOException {
        instance = new TestInstance();
        instance.cells.add(new FakeCells(0)
                .spend("2026-11-19T01:00:00Z", call("gpt-4o", "openai"), null, 10_000_000_000L)
                .spend("2026-11-19T01:00:00Z", call("gpt-4o", null), null, 1)
                .spend("2026-11-20T01:00:00Z", call("gpt-4o", "openai"), null, 20_000_000_000L)
                .spend("2026-11-20T13:00:00Z", call("gpt-4o", "openai"), null, 3_000_000_000L)
                .spend("2026-11-20T01:00:00Z", call("o3", "openai"), null, 500_000_000)
                .spend("2026-11-20T01:00:00Z", call("claude", "anthropic"), null, 7_000_000_000L)
                .spend("2026-11-20T01:00:00Z", call("local", null), null, 4_000_000_000L));
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    private static Map<String, String> call(String model, String provider) {
        Map<String, String> call =
                new HashMap<>(Map.of("feature", "f", "model", model, "service_tier", "STANDARD", "operation", "chat"));
        if (provider != null) {
            call.put("provider", provider);
        }
        return call;
    }

    private HttpResponse<String> load(String query, String csv) throws Exception {
        return instance.post(PATH + "?" + query, csv, "Content-Type", "text/csv");
    }

    private static JsonNode json(HttpResponse<String> answer) throws IOException {
        return JSON.readTree(answer.body());
    }

    @Test
    void what_is_not_counted_yet_is_taken_for_no_drift() throws Exception {
        // Given
        String invoice = "date,model,cost_usd\n2026-11-20,gpt-4o,23\n";
        instance.lag = new Lag(5_000, TestInstance.NOW.minusSeconds(61));

        // When
        HttpResponse<String> refused = load("provider=openai", invoice);
        HttpResponse<String> compared = load("provider=openai&dry_run=true", invoice);

        // Then
        assertThat(refused.statusCode()).as(refused.body()).isEqualTo(503);
        assertThat(refused.headers().firstValue("Retry-After")).contains("30");
        assertThat(refused.body()).contains("in the last 61 s is not all counted yet", "dry_run=true");
        assertThat(compared.statusCode()).isEqualTo(200);
        assertThat(json(instance.get(PATH)).get("reconciliations")).isEmpty();

        // And a minute is near enough
        instance.lag = new Lag(5_000, TestInstance.NOW.minusSeconds(60));
        assertThat(load("provider=openai", invoice).statusCode()).isEqualTo(201);
    }

    @Test
    void an_invoice_is_compared_by_day_and_model_and_kept() throws Exception {
        // When
        HttpResponse<String> answer = load(
                "provider=openai&tolerance=2%25",
                "date,model,cost_usd\n2026-11-19,gpt-4o,10.000000001\n2026-11-20,GPT-4o,23\n2026-11-20,o4,0.25\n");

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode report = json(answer);
        assertThat(report.get("invoiced_usd").decimalValue()).isEqualByComparingTo("33.250000001");
        assertThat(report.get("metered_usd").decimalValue()).isEqualByComparingTo("33.500000001");
        assertThat(report.get("difference_usd").decimalValue()).isEqualByComparingTo("-0.25");
        assertThat(report.get("drift").decimalValue()).isEqualByComparingTo("-0.007519");
        assertThat(report.get("within_tolerance").asBoolean()).isTrue();
        assertThat(report.get("models").findValuesAsText("model")).containsExactly("o3", "o4", "gpt-4o");
        assertThat(report.at("/models/0/on_invoice").asBoolean()).isFalse();
        assertThat(report.at("/models/1/metered").asBoolean()).isFalse();
        assertThat(report.at("/models/2/difference_usd").decimalValue()).isZero();
        assertThat(report.get("days")).hasSize(4);
        assertThat(report.at("/without_provider/requests").asInt()).isEqualTo(1);
        assertThat(report.at("/without_provider/cost_usd").asInt()).isEqualTo(4);
        assertThat(report.at("/freshness/complete").asBoolean()).isTrue();

        // And the same is kept
        String id = report.get("id").asText();
        JsonNode kept = json(instance.get(PATH + "/" + id));
        assertThat(kept.get("days")).isEqualTo(report.get("days"));
        assertThat(json(instance.get(PATH)).at("/reconciliations/0/id").asText())
                .isEqualTo(id);
        assertThat(json(instance.get(PATH)).at("/reconciliations/0").has("days"))
                .isFalse();
        assertThat(instance.reconciliations.told).isEmpty();
    }

    @Test
    void the_first_equals_sign_ends_the_name_of_a_column() throws Exception {
        // When
        HttpResponse<String> answer = load(
                "provider=openai&where=Tag%3Dteam%3Dsearch",
                "date,model,cost_usd,Tag\n2026-11-20,gpt-4o,23,team=search\n2026-11-20,gpt-4o,5,team=other\n");

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(json(answer).get("invoiced_usd").decimalValue()).isEqualByComparingTo("23");
        assertThat(json(answer).at("/left_out/0/reason").asText()).isEqualTo("Tag is not team=search");
    }

    @Test
    void the_same_days_loaded_again_are_the_same_reconciliation_and_tell_of_it_once() throws Exception {
        // When
        HttpResponse<String> beyond = load("provider=openai", "date,model,cost_usd\n2026-11-19,gpt-4o,12\n");
        HttpResponse<String> again = load("provider=openai", "date,model,cost_usd\n2026-11-19,gpt-4o,12\n");
        HttpResponse<String> within = load("provider=openai", "date,model,cost_usd\n2026-11-19,gpt-4o,10\n");

        // Then
        assertThat(List.of(beyond.statusCode(), again.statusCode(), within.statusCode()))
                .containsExactly(201, 200, 200);
        assertThat(json(again).get("id")).isEqualTo(json(beyond).get("id"));
        assertThat(json(beyond).get("alert_opened_at").isNull()).isFalse();
        assertThat(json(within).get("alert_opened_at").isNull()).isTrue();
        assertThat(instance.reconciliations.told)
                .extracting(alert -> alert.getState() + " " + alert.getNotify())
                .containsExactly("OPEN true", "OPEN false", "RESOLVED true");

        // And it goes
        assertThat(instance.send(instance.request(
                                        PATH + "/" + json(beyond).get("id").asText())
                                .DELETE())
                        .statusCode())
                .isEqualTo(204);
        assertThat(instance.get(PATH + "/" + json(beyond).get("id").asText()).statusCode())
                .isEqualTo(404);
    }

    @Test
    void a_dry_run_stores_and_tells_nothing() throws Exception {
        HttpResponse<String> answer =
                load("provider=openai&dry_run=true", "date,model,cost_usd\n2026-11-19,gpt-4o,12\n");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer).get("within_tolerance").asBoolean()).isFalse();
        assertThat(instance.reconciliations.list()).isEmpty();
        assertThat(instance.reconciliations.told).isEmpty();
    }

    @Test
    void what_is_metered_after_the_invoices_time_is_not_compared_and_shown() throws Exception {
        JsonNode report = json(load(
                "provider=openai&as_of=2026-11-20T12:00:00Z&from=2026-11-20&to=2026-11-21",
                "date,model,cost_usd\n2026-11-20,gpt-4o,20\n2026-11-20,o3,0.5\n2026-11-18,o3,9\n"));

        assertThat(report.get("difference_usd").decimalValue()).isZero();
        assertThat(report.get("metered_after_usd").asInt()).isEqualTo(3);
        assertThat(report.at("/left_out/0/cost_usd").asInt()).isEqualTo(9);
    }

    @Test
    void days_are_those_of_the_zone() throws Exception {
        // 13:00 UTC is the next day at +12:00
        JsonNode report = json(load(
                "provider=openai&zone=%2B12:00&from=2026-11-21&to=2026-11-22",
                "date,model,cost_usd\n2026-11-21,gpt-4o,3\n"));

        assertThat(report.get("difference_usd").decimalValue()).isZero();
        assertThat(report.get("zone").asText()).isEqualTo("+12:00");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTC", "Z", "Etc/UTC", "GMT", "%2B00:00"})
    void every_name_of_utc_is_the_zone_that_is_taken_without_one(String zone) throws Exception {
        String csv = "date,model,cost_usd\n2026-11-19,gpt-4o,10\n";

        JsonNode without = json(load("provider=openai", csv));
        JsonNode with = json(load("provider=openai&zone=" + zone, csv));

        assertThat(without.get("zone").asText()).isEqualTo("UTC");
        assertThat(with.get("zone").asText()).isEqualTo("UTC");
        assertThat(with.get("id")).isEqualTo(without.get("id"));
    }

    @Test
    void prices_of_the_book_value_tokens_that_were_never_metered() throws Exception {
        // Given
        instance.put("/v1/prices/m", """
                {"cards": [{"effective_from": "2024-01-01T00:00:00Z", "rates":
                  [{"meter": "input_tokens", "usd_per_million": 2.50}]}]}""");

        // When
        JsonNode report = json(
                instance.post(
                        PATH + "?provider=openai",
                        "{\"lines\": [{\"date\": \"2026-11-17\", \"model\": \"m\", \"cost_usd\": 3, \"input_tokens\": 1000000}]}"));

        // Then
        assertThat(report.at("/explained/quantity_usd").decimalValue()).isEqualByComparingTo("2.5");
        assertThat(report.get("unexplained_usd").decimalValue()).isEqualByComparingTo("0.5");
    }

    @ParameterizedTest
    @CsvSource({"2026-11-17, 2026-11-17", "2026-11-17, 2026-11-18"})
    void tokens_that_would_cost_more_than_fits_together_are_refused(String day, String another) throws Exception {
        // Given
        instance.put("/v1/prices/m", """
                {"cards": [{"effective_from": "2024-01-01T00:00:00Z", "rates":
                  [{"meter": "input_tokens", "usd_per_million": 500}]}]}""");

        // When
        HttpResponse<String> answer = load(
                "provider=openai",
                "date,model,input_tokens\n" + day + ",m,9000000000000\n" + another + ",m,9000000000000\n");

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains("more than nine billion USD");
        assertThat(instance.reconciliations.list()).isEmpty();
    }

    @Test
    void all_that_is_wrong_with_a_file_is_told_and_nothing_is_stored() throws Exception {
        HttpResponse<String> answer =
                load("provider=openai", "date,model,cost_usd,currency\n2026-11-19,gpt-4o,x,USD\n2026-11-19,,1,EUR\n");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(json(answer).get("detail").asText()).isEqualTo("Nothing was loaded: there are 3 faults");
        assertThat(json(answer).at("/errors/0/index").asInt()).isEqualTo(2);
        assertThat(json(answer).at("/errors/0/field").asText()).isEqualTo("cost_usd");
        assertThat(instance.reconciliations.list()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "format=pdf                         | is none of generic",
                "from=2026-11-20&to=2026-11-20      | is not after from",
                "from=20.11.2026                    | is no day",
                "zone=Moon                          | is no time zone",
                "tolerance=2                        | is no part from 0 to 1",
                "tolerance=-1%25                    | is no part from 0 to 1",
                "as_of=2026-11-20T12:01:00Z         | is no whole quarter-hour",
                "as_of=2026-11-01T00:00:00Z         | is not after the start",
                "column=price%3DAmount              | is no field",
                "column=cost_usd                    | is not of the form name=value",
                "from=2020-01-01&to=2026-01-01      | are not 1 to 400 days",
                "colour=red                         | unknown_parameter",
            })
    void parameters_that_are_wrong_are_told(String query, String reason) throws Exception {
        HttpResponse<String> answer = load(query, "date,model,cost_usd\n2026-11-19,gpt-4o,1\n");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.body()).contains(reason);
        assertThat(instance.reconciliations.list()).isEmpty();
    }

    @Test
    void other_forms_of_bodies_are_refused() throws Exception {
        assertThat(instance.post(PATH, "x", "Content-Type", "application/xml").statusCode())
                .isEqualTo(415);
        assertThat(instance.post(PATH + "?format=focus", "{\"lines\": []}").statusCode())
                .isEqualTo(400);
        assertThat(instance.get(PATH + "/none").statusCode()).isEqualTo(404);
    }

    @Test
    void alerts_say_the_models() throws Exception {
        load("provider=openai", "date,model,cost_usd\n2026-11-19,gpt-4o,12\n");

        Alert alert = instance.reconciliations.told.get(0);
        assertThat(alert.getContributors().get(0).getValue()).isEqualTo("gpt-4o");
        assertThat(alert.getScope()).containsEntry("provider", "openai");
    }
}
