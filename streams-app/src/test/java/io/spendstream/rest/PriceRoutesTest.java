package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.usage.Meter;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class PriceRoutesTest {

    private static final String CARDS = "{\"cards\":[{\"effective_from\":\"2026-01-01T00:00:00Z\","
            + "\"rates\":[{\"meter\":\"input_tokens\",\"usd_per_million\":0.15}]}]}";
    private static final JsonMapper MAPPER = new JsonMapper();

    private TestInstance instance;

    @BeforeEach
    void start() throws IOException {
        instance = new TestInstance();
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"m", "openai/gpt-4o", "openai%2Fgpt-4o", "a%20b+c", "m%2Fquote", "%C3%BC"})
    void a_record_can_be_put_and_read_by_any_name(String model) throws Exception {
        // When
        HttpResponse<String> created = instance.put("/v1/prices/" + model, CARDS);
        HttpResponse<String> replaced = instance.put("/v1/prices/" + model, CARDS);
        HttpResponse<String> read = instance.get("/v1/prices/" + model);
        HttpResponse<String> all = instance.get("/v1/prices");

        // Then
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(replaced.statusCode()).isEqualTo(200);
        assertThat(read.statusCode()).isEqualTo(200);
        JsonNode record = MAPPER.readTree(read.body());
        assertThat(record).isEqualTo(MAPPER.readTree(created.body()));
        assertThat(record.at("/cards/0/rates/0/pico_usd_per_unit").asLong()).isEqualTo(150_000);
        assertThat(MAPPER.readTree(all.body()).at("/models/0")).isEqualTo(record);
    }

    @Test
    void slashes_may_be_escaped_or_not() throws Exception {
        // When
        instance.put("/v1/prices/openai%2Fgpt-4o", CARDS);

        // Then
        assertThat(instance.get("/v1/prices/openai/gpt-4o").statusCode()).isEqualTo(200);
        assertThat(MAPPER.readTree(instance.get("/v1/prices").body())
                        .at("/models/0/model")
                        .asText())
                .isEqualTo("openai/gpt-4o");
    }

    @Test
    void an_invalid_record_is_refused_with_all_its_faults() throws Exception {
        // When
        HttpResponse<String> answer = instance.put(
                "/v1/prices/m",
                "{\"model\":\"other\",\"cards\":[{\"effective_from\":\"2026-01-01T00:00:00Z\",\"colour\":1,"
                        + "\"rates\":[{\"meter\":\"input_tokens\",\"usd_per_million\":-1}]}]}");

        // Then
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(MAPPER.readTree(answer.body()).get("errors").findValuesAsText("field"))
                .contains("model", "cards[0].colour", "cards[0].rates[0].usd_per_million");
        assertThat(instance.prices.list()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET | /v1/prices/none | 404",
                "GET | /v1/prices/ | 200",
                "PUT | /v1/prices/ | 405",
                "PUT | /v1/prices | 405",
                "POST | /v1/prices/m | 405",
                "POST | /v1/prices/quote | 405",
                "GET | /v1/prices/%zz | 400",
                "GET | /v1/prices/m/quote | 405",
                "PUT | /v1/prices/m/quote | 405",
            })
    void other_addresses_are_refused(String method, String path, int status) throws Exception {
        // When
        HttpResponse<String> answer = RawHttp.send(instance, method, path);

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    }

    @Test
    void a_quote_says_what_each_meter_costs_and_by_which_card() throws Exception {
        // Given
        instance.put("/v1/prices/a%2Fb", CARDS);

        // When
        HttpResponse<String> answer = instance.post("/v1/prices/a/b/quote", "{\"input_tokens\":1000}");

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"cost_usd\":0.0000025,\"meters\":{\"input_tokens\":{\"quantity\":1000,"
                        + "\"pico_usd_per_unit\":2500,\"cost_usd\":0.0000025}},\"tier_fallback\":false,"
                        + "\"long_context\":true,\"card\":{\"model\":\"a/b\",\"effective_from\":\"2026-01-01T00:00:00Z\","
                        + "\"effective_to\":null,\"provider\":null,\"source\":\"test\"}}");
        assertThat(instance.prices.quoted.quantity(Meter.INPUT_TOKENS)).isEqualTo(1_000);
        assertThat(instance.prices.quoted.timeMs).isEqualTo(TestInstance.NOW.toEpochMilli());
        assertThat(instance.published).isEmpty();
    }

    @Test
    void a_quote_is_as_of_the_time_of_the_event_however_long_ago() throws Exception {
        // Given
        instance.put("/v1/prices/m", CARDS);

        // When
        HttpResponse<String> answer =
                instance.post("/v1/prices/m/quote", "{\"model\":\"m\",\"time\":\"2026-02-01T00:00:00Z\"}");

        // Then
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(instance.prices.quoted.timeMs)
                .isEqualTo(Instant.parse("2026-02-01T00:00:00Z").toEpochMilli());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                // model | event | status | the answer says
                "none | {\"input_tokens\":1} | 404 | No rate card prices the model 'none'",
                "m | {\"other_units\":{\"images\":1}} | 422 | has no rate for images",
                "m | {\"model\":\"other\"} | 400 | is not the model in the address, 'm'",
                "m | {\"input_tokens\":-1} | 400 | is negative",
                "m | {\"input_tokens\":1 | 400 | line 1, column",
                "m | [] | 400 | takes an event, not an array",
                "m | {} {} | 400 | something follows",
            })
    void what_has_no_price_or_is_no_event_is_not_quoted(String model, String event, int status, String says)
            throws Exception {
        // Given
        instance.put("/v1/prices/m", CARDS);

        // When
        HttpResponse<String> answer = instance.post("/v1/prices/" + model + "/quote", event);

        // Then
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains(says).doesNotContain("cost_usd");
    }
}
