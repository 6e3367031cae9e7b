package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.budget.AdmissionPolicy;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.Decision;
import io.spendstream.budget.Standing;
import io.spendstream.budget.Window;
import io.spendstream.query.Freshness;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.Contributor;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.apache.avro.Schema;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class BudgetRoutesTest {

    private static final String DAILY = "{'limit': 1, 'period': 'day', 'match': {'feature': ['chat*']},"
            + " 'group_by': ['feature'], 'thresholds': [{'at': 0.5, 'action': 'notify'},"
            + " {'at': 0.8, 'action': 'use_model', 'model': 'm'}, {'at': 1.0, 'action': 'deny'}]}";
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private TestInstance instance;

    @BeforeEach
    void start() throws Exception {
        instance = new TestInstance();
        instance.put(
                "/v1/prices/m",
                "{\"cards\":[{\"effective_from\":\"2026-01-01T00:00:00Z\",\"rates\":[{\"meter\":\"input_tokens\","
                        + "\"usd_per_million\":0.15}]}]}");
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    @Test
    void a_budget_is_made_changed_read_and_deleted() throws Exception {
        // When, Then
        HttpResponse<String> made = put("/v1/budgets/daily", DAILY);
        assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
        assertThat(MAPPER.readTree(made.body()).get("id").asText()).isEqualTo("daily");
        HttpResponse<String> changed = put("/v1/budgets/daily", DAILY.replace("'limit': 1,", "'limit': 2.5,"));
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(changed.body()).contains("\"limit\":2.5,");
        assertThat(instance.get("/v1/budgets/daily").body()).isEqualTo(changed.body());
        assertThat(instance.get("/v1/budgets").body()).isEqualTo("{\"budgets\":[" + changed.body() + "]}");
        assertThat(delete("/v1/budgets/daily").statusCode()).isEqualTo(204);
        assertThat(delete("/v1/budgets/daily").statusCode()).isEqualTo(404);
        assertThat(instance.get("/v1/budgets/daily").statusCode()).isEqualTo(404);
        assertThat(instance.get("/v1/budgets/daily/status").statusCode()).isEqualTo(404);
    }

    @Test
    void all_faults_of_a_budget_are_named_at_once_and_nothing_is_changed() throws Exception {
        // When
        HttpResponse<String> response = put(
                "/v1/budgets/daily",
                "{'id': 'weekly', 'limit': 0, 'zone': 'Mars', 'colour': 'red', 'thresholds':"
                        + " [{'at': 0.9, 'action': 'use_model', 'model': 'unknown'}]}");

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(MAPPER.readTree(response.body()).findValuesAsText("field"))
                .containsExactlyInAnyOrder("id", "limit", "zone", "colour", "thresholds[0].model");
        assertThat(instance.budgets.list()).isEmpty();
    }

    @Test
    void an_alias_is_a_model_that_has_a_price() throws Exception {
        // Given: what the price book prices without knowing it as a record
        String aliased = DAILY.replace("'model': 'm'", "'model': 'm-alias'");
        assertThat(put("/v1/budgets/daily", aliased).statusCode()).isEqualTo(400);
        instance.prices.aliases.put("m-alias", "m");

        // Then
        assertThat(put("/v1/budgets/daily", aliased).statusCode()).isEqualTo(201);
    }

    @Test
    void a_status_says_per_group_what_is_left_and_where_it_leads() throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);
        spent("daily", 250_000_000, TestInstance.NOW, "chat-b");
        spent("daily", 820_000_000, TestInstance.NOW, "chat-a");
        spent("daily", 999_000_000, TestInstance.NOW.minus(Duration.ofDays(1)), "chat-old");

        // When
        JsonNode status = json("/v1/budgets/daily/status");

        // Then
        assertThat(status.get("budget").asText()).isEqualTo("daily");
        assertThat(status.get("freshness").get("lag_ms").asInt()).isEqualTo(85);
        assertThat(status.get("groups").findValuesAsText("feature")).containsExactly("chat-a", "chat-b", "chat-old");
        JsonNode first = status.get("groups").get(0);
        assertThat(first.toString())
                .isEqualTo("{\"group\":{\"feature\":\"chat-a\"},\"overflow\":false,\"limit\":1,\"spent\":0.82,"
                        + "\"remaining\":0.18,\"fraction\":0.82,\"period_start\":\"2026-11-21T00:00:00Z\","
                        + "\"period_end\":\"2026-11-22T00:00:00Z\",\"rollover\":0,\"thresholds_passed\":[0.5,0.8],"
                        + "\"burn_rate\":1.5,\"burn_rate_yesterday\":null,\"burn_rate_7d\":0.25,\"forecast\":1.64,"
                        + "\"limit_reached_at\":\"2026-11-21T18:00:00Z\",\"days_until_limit\":0.25,"
                        + "\"measured_from\":\"2026-11-21T00:00:00Z\",\"updated_at\":\"2026-11-21T12:00:00Z\","
                        + "\"as_of\":\"2026-11-21T12:00:00Z\"}");
        assertThat(status.get("groups").get(2).get("spent").asText())
                .as("of a day that is over")
                .isEqualTo("0");
        JsonNode nearest = json("/v1/budgets/daily/status?limit=1");
        assertThat(nearest.get("groups")).hasSize(1);
        assertThat(nearest.get("truncated").asBoolean()).isTrue();
        assertThat(nearest.get("group_count").asInt()).isEqualTo(3);
    }

    @Test
    void a_status_says_what_its_record_says_as_of_when_the_record_does() throws Exception {
        // Given: a record of three hours ago
        put("/v1/budgets/daily", DAILY);
        spent("daily", 820_000_000, TestInstance.NOW.minus(Duration.ofHours(3)), "chat-a");
        BudgetStatus record = BudgetStatus.newBuilder(instance.budgets.statuses.remove(0))
                .setBurnRateYesterdayPpm(750_000L)
                .setBurnRateNowPpm(0L)
                .setCrossedPpm(List.of(500_000L, 800_000L))
                .build();
        instance.budgets.statuses.add(record);

        // When
        JsonNode status = json("/v1/budgets/daily/status");

        // Then: field for field, under the record's names, where the answer does not say it once for all groups
        Map<String, JsonNode> said = new TreeMap<>();
        status.get("groups").get(0).properties().forEach(field -> said.put(field.getKey(), field.getValue()));
        said.put("crossed", said.remove("thresholds_passed"));
        said.put("burn_rate_now", said.remove("burn_rate"));
        Map<String, JsonNode> recorded = new TreeMap<>();
        for (Schema.Field field : record.getSchema().getFields()) {
            String name = field.name();
            if (!List.of("budget", "scope", "tenant", "measure", "zone").contains(name)) {
                Object value = record.get(field.pos());
                boolean isAmount = List.of("limit", "rollover", "spent", "remaining", "forecast")
                        .contains(name);
                recorded.put(
                        name.replace("_ppm", ""),
                        MAPPER.readTree(asJson(value, isAmount ? 9 : name.endsWith("_ppm") ? 6 : 0)));
            }
        }
        assertThat(said).isEqualTo(recorded);
        assertThat(said.get("days_until_limit").decimalValue()).isEqualByComparingTo("0.25");
    }

    private static String asJson(Object value, int digits) {
        if (value instanceof Long number) {
            return BigDecimal.valueOf(number, digits).stripTrailingZeros().toPlainString();
        }
        if (value instanceof List<?> list) {
            return list.stream().map(item -> asJson(item, digits)).collect(Collectors.joining(",", "[", "]"));
        }
        if (value instanceof Map<?, ?> map) {
            return map.entrySet().stream()
                    .map(entry -> asJson(entry.getKey(), 0) + ":" + asJson(entry.getValue(), 0))
                    .collect(Collectors.joining(",", "{", "}"));
        }
        return value instanceof Boolean ? value.toString() : "\"" + value + "\"";
    }

    @Test
    void a_group_that_never_spent_has_what_it_carries_over() throws Exception {
        // Given: made at 9:30, it is 12:00
        put("/v1/budgets/hourly", "{'limit': 2, 'measure': 'requests', 'period': 'hour', 'rollover': {'max': 5}}");

        // Then: what was left at 10, and with it what was left at 11 and at 12
        JsonNode group = json("/v1/budgets/hourly/status").get("groups").get(0);
        assertThat(group.get("rollover").asInt()).isEqualTo(5);
        assertThat(group.get("limit").asInt()).isEqualTo(7);
        assertThat(MAPPER.readTree(instance.post(
                                        "/v1/admission",
                                        "{\"model\": \"m\", \"input_tokens\": 1}",
                                        "Content-Type",
                                        "application/json")
                                .body())
                        .get("binding")
                        .get("limit")
                        .asInt())
                .isEqualTo(7);
    }

    @Test
    void a_budget_without_groups_stands_at_nothing_before_it_is_spent() throws Exception {
        // Given
        put("/v1/budgets/total", "{'limit': 500, 'measure': 'requests', 'period': 'lifetime'}");

        // Then
        JsonNode group = json("/v1/budgets/total/status").get("groups").get(0);
        assertThat(group.get("spent").toString()).isEqualTo("0");
        assertThat(group.get("remaining").toString()).isEqualTo("500");
        assertThat(group.get("period_end").isNull()).isTrue();
        assertThat(group.get("burn_rate").isNull()).as("a lifetime has no pace").isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                // what decides | measured from: the cube knows a dimension, not who called
                "'match': {'feature': ['chat*']} | 2026-11-20T23:00:00Z",
                "'match': {'tags.region': ['eu']} | 2026-11-20T23:00:00Z",
                "'match': {'tags.colour': ['red']} | 2026-11-21T09:30:00Z",
                "'exclude': {'session': ['test*']} | 2026-11-21T09:30:00Z",
            })
    void before_anything_is_spent_a_budget_says_so_in_full(String matches, String measuredFrom) throws Exception {
        // Given
        put(
                "/v1/budgets/new",
                "{'limit': 2.5, 'period': 'day', 'zone': 'Europe/Berlin', 'thresholds': [{'at': 1, 'action': 'deny'}], "
                        + matches + "}");

        // Then
        JsonNode status = json("/v1/budgets/new/status");
        assertThat(status.get("groups").get(0).toString())
                .isEqualTo(
                        "{\"group\":{},\"overflow\":false,\"limit\":2.5,\"spent\":0,\"remaining\":2.5,\"fraction\":0,"
                                + "\"period_start\":\"2026-11-20T23:00:00Z\",\"period_end\":\"2026-11-21T23:00:00Z\","
                                + "\"rollover\":0,\"thresholds_passed\":[],\"burn_rate\":0,\"burn_rate_yesterday\":0,"
                                + "\"burn_rate_7d\":0,\"forecast\":0,\"limit_reached_at\":null,\"days_until_limit\":null,"
                                + "\"measured_from\":\"" + measuredFrom + "\",\"updated_at\":null,\"as_of\":null}");
    }

    @Test
    void what_was_spent_an_hour_ago_is_no_pace_of_now() throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);
        spent("daily", 250_000_000, TestInstance.NOW.minus(Duration.ofMinutes(59)), "chat-a");
        spent("daily", 240_000_000, TestInstance.NOW.minus(Duration.ofMinutes(60)), "chat-b");

        // Then
        JsonNode groups = json("/v1/budgets/daily/status").get("groups");
        assertThat(groups.get(0).get("burn_rate").asText()).isEqualTo("1.5");
        assertThat(groups.get(1).get("burn_rate").asText()).isEqualTo("0");
    }

    @Test
    void a_body_that_is_too_large_for_a_budget_or_a_call_is_refused() throws Exception {
        // Given
        String words = "x".repeat(600_000);

        // Then
        assertThat(put("/v1/budgets/daily", "{'limit': 1, 'description': '" + words + "'}")
                        .statusCode())
                .isEqualTo(413);
        assertThat(instance.post("/v1/admission", "{\"model\": \"" + words + "\"}")
                        .statusCode())
                .isEqualTo(413);
        assertThat(instance.budgets.list()).isEmpty();
    }

    @Test
    void counters_that_are_not_known_are_not_zero() throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);
        instance.budgets.freshness = null;

        // Then
        assertThat(instance.get("/v1/budgets/daily/status").statusCode()).isEqualTo(503);
        JsonNode answer = admit("{'feature': 'chat-a', 'model': 'm', 'input_tokens': 1}");
        assertThat(answer.get("state").asText()).isEqualTo("unknown");
        assertThat(answer.get("when_unavailable").asText()).isEqualTo("allow");
        assertThat(answer.get("staleness_ms").isNull()).isTrue();
    }

    @Test
    void while_it_is_not_known_what_budgets_there_are_every_call_is_denied_where_that_is_configured() throws Exception {
        // Given an instance that knows nothing yet
        AdmissionPolicy denies = new AdmissionPolicy(Decision.DENY, Decision.DENY, Duration.ofSeconds(30));
        try (TestInstance starting = new TestInstance(RestConfig.on("127.0.0.1", 0), RestSecurity.OFF, denies)) {
            starting.budgets.freshness = null;

            // When
            String unknown =
                    starting.post("/v1/admission", "{\"model\": \"m\"}").body();
            starting.budgets.freshness = TestInstance.MemoryBudgets.FRESHNESS;
            String known = starting.post("/v1/admission", "{\"model\": \"m\"}").body();

            // Then
            JsonNode answer = MAPPER.readTree(unknown);
            assertThat(answer.get("decision").asText()).isEqualTo("deny");
            assertThat(answer.get("when_unavailable").asText()).isEqualTo("deny");
            assertThat(answer.get("retry_after").asText()).isEqualTo("2026-11-21T12:00:05Z");
            assertThat(answer.get("reasons").get(0).asText())
                    .isEqualTo("What budgets there are and what was spent is not known now, and calls are denied then");
            assertThat(MAPPER.readTree(known).get("decision").asText()).isEqualTo("allow");
        }
    }

    @Test
    void an_age_that_is_not_known_yet_is_not_said() throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);
        instance.budgets.freshness = new Freshness(true, Instant.EPOCH, 0, TestInstance.NOW.toEpochMilli());

        // Then
        JsonNode answer = admit("{'feature': 'chat-a', 'model': 'm', 'input_tokens': 1}");
        assertThat(answer.get("state").asText()).isEqualTo("unknown");
        assertThat(answer.get("as_of").isNull()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // spent | decision | actions | retry after
                "0 | allow | | ",
                "500000000 | warn | notify | ",
                "800000000 | degrade | notify use_model | ",
                "1000000000 | deny | notify use_model deny | 2026-11-22T00:00:00Z",
            })
    void admission_answers_by_what_is_spent(long spent, String decision, String actions, String retryAfter)
            throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);
        spent("daily", spent, TestInstance.NOW, "chat-a");

        // When
        JsonNode answer = admit("{'feature': 'chat-a', 'model': 'm', 'input_tokens': 1200, 'max_output_tokens': 500}");

        // Then
        assertThat(answer.get("decision").asText()).isEqualTo(decision);
        assertThat(answer.get("estimated_cost_usd").decimalValue()).isEqualByComparingTo("0.0000025");
        assertThat(String.join(" ", answer.get("actions").findValuesAsText("action")))
                .isEqualTo(actions == null ? "" : actions);
        assertThat(answer.get("retry_after").textValue()).isEqualTo(retryAfter);
        assertThat(answer.get("binding").get("budget").asText()).isEqualTo("daily");
        assertThat(answer.get("binding").get("group").toString()).isEqualTo("{\"feature\":\"chat-a\"}");
        assertThat(answer.get("binding").get("period_end").asText()).isEqualTo("2026-11-22T00:00:00Z");
        assertThat(answer.get("considered")).hasSize(1);
        assertThat(answer.get("considered_count").asInt()).isEqualTo(1);
        assertThat(answer.get("state").asText()).isEqualTo("current");
        assertThat(answer.get("staleness_ms").asInt()).isEqualTo(85);
    }

    @Test
    void groups_past_the_limit_of_groups_share_a_counter() throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);
        spent("daily", 1_000_000_000, TestInstance.NOW, Standing.OVERFLOW);

        // Then
        assertShared("chat-new");

        // And also one that had a counter of its own yesterday
        spent("daily", 10_000_000, TestInstance.NOW.minus(Duration.ofDays(1)), "chat-late");
        assertShared("chat-late");
    }

    private void assertShared(String feature) throws Exception {
        JsonNode answer = admit("{'feature': '" + feature + "', 'model': 'm'}");
        assertThat(answer.get("decision").asText()).isEqualTo("deny");
        assertThat(answer.get("binding").get("overflow").asBoolean()).isTrue();
        assertThat(answer.get("binding").get("spent").asText()).isEqualTo("1");
    }

    @Test
    void yesterdays_shared_counter_says_nothing_of_today() throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);
        spent("daily", 1_000_000_000, TestInstance.NOW.minus(Duration.ofDays(1)), Standing.OVERFLOW);

        // Then
        JsonNode answer = admit("{'feature': 'chat-new', 'model': 'm'}");
        assertThat(answer.get("decision").asText()).isEqualTo("allow");
        assertThat(answer.get("binding").get("overflow").asBoolean()).isFalse();
    }

    @Test
    void a_model_without_a_price_is_not_free() throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);

        // Then
        JsonNode answer = admit("{'feature': 'chat-a', 'model': 'unknown', 'input_tokens': 1}");
        assertThat(answer.get("decision").asText()).isEqualTo("deny");
        assertThat(answer.get("estimated_cost_usd").isNull()).isTrue();
        assertThat(answer.get("unpriced").asText()).isEqualTo("no rate card prices the model 'unknown'");
    }

    @Test
    void a_call_that_no_budget_counts_may_be_made() throws Exception {
        // When
        JsonNode answer = admit("{'model': 'm', 'tags': {'region': 'eu'}, 'service_tier': 'BATCH', 'team': null}");

        // Then
        assertThat(answer.get("decision").asText()).isEqualTo("allow");
        assertThat(answer.get("binding").isNull()).isTrue();
        assertThat(answer.get("considered")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'feature': 'x'} | model",
                "{'model': ''} | model model",
                "{'model': 7} | model model",
                "{'model': 'm', 'colour': {'a': [1]}, 'input_tokens': -1} | colour input_tokens",
                "{'model': 'm', 'max_output_tokens': 1.5} | max_output_tokens",
                "{'model': 'm', 'input_tokens': 99999999999999999999} | input_tokens",
                "{'model': 'm', 'service_tier': 'GOLD'} | service_tier",
                "{'model': 'm', 'tags': {'a': 1}} | tags.a",
                "{'model': 'm', 'tags': []} | tags",
                "[] | ",
                "{'model': | ",
                "{'model': 'm'} x | ",
            })
    void a_call_that_is_not_described_well_is_refused_with_all_its_faults(String body, String fields) throws Exception {
        // When
        HttpResponse<String> response = instance.post("/v1/admission", body.replace('\'', '"'));

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(400);
        JsonNode errors = MAPPER.readTree(response.body()).get("errors");
        assertThat(String.join(" ", errors.findValuesAsText("field"))).isEqualTo(fields == null ? "" : fields);
        assertThat(errors).isNotEmpty();
    }

    @Test
    void alerts_are_found_by_what_they_are() throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);
        instance.alerts.add(alert("1", "chat-a"));
        instance.alerts.add(alert("2", "chat-b"));

        // Then
        JsonNode all = json("/v1/alerts");
        assertThat(all.get("alerts")).hasSize(2);
        assertThat(all.get("freshness").get("complete").asBoolean()).isTrue();
        JsonNode alert = all.get("alerts").get(0);
        assertThat(alert.fieldNames())
                .toIterable()
                .contains("id", "tenant", "baseline", "zone", "opened_at", "changed_at", "labels", "summary");
        assertThat(alert.get("kind").asText()).isEqualTo("budget_threshold");
        assertThat(alert.get("state").asText()).isEqualTo("OPEN");
        assertThat(alert.get("severity").asText()).isEqualTo("info");
        assertThat(alert.get("scope").toString()).isEqualTo("{\"feature\":\"chat-a\"}");
        assertThat(alert.get("threshold").asText()).isEqualTo("0.5");
        assertThat(alert.get("limit").asText()).isEqualTo("1");
        assertThat(alert.get("value").asText()).isEqualTo("0.6");
        assertThat(alert.get("fraction").asText()).isEqualTo("0.6");
        assertThat(alert.get("contributors").toString())
                .isEqualTo("[{\"field\":\"model\",\"value\":\"m\",\"amount\":0.6,\"share\":1}]");
        assertThat(json("/v1/alerts?state=open&kind=budget_threshold&budget=daily&since=2026-11-21T12:00:00Z")
                        .get("alerts"))
                .hasSize(2);
        assertThat(json("/v1/alerts?state=RESOLVED,ESCALATED").get("alerts")).isEmpty();
        assertThat(json("/v1/alerts?tenant=acme").get("alerts")).isEmpty();
        assertThat(json("/v1/alerts?since=2026-11-21T13:00:00%2B00:00").get("alerts"))
                .isEmpty();
        assertThat(json("/v1/alerts?limit=1").get("truncated").asBoolean()).isTrue();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "/v1/alerts?state=shut&since=yesterday&limit=0&colour=red | colour state since limit",
                "/v1/alerts?tenant=a&tenant=b | tenant",
                "/v1/alerts?kind=budget_threshold,budget | kind",
                "/v1/budgets?tenant=a | tenant",
                "/v1/budgets/daily?colour=red | colour",
                "/v1/budgets/daily/status?limits=1 | limits",
                "/v1/prices?model=m | model",
                "/v1/prices/m?at=now | at",
                "/v1/instances?self=true | self",
                "/v1/budgets/daily/status?limit=x | limit",
            })
    void parameters_that_are_wrong_are_named(String path, String fields) throws Exception {
        // Given
        put("/v1/budgets/daily", DAILY);

        // When
        HttpResponse<String> response = instance.get(path);

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(String.join(" ", MAPPER.readTree(response.body()).findValuesAsText("field")))
                .isEqualTo(fields);
    }

    private HttpResponse<String> put(String path, String json) throws IOException, InterruptedException {
        return instance.put(path, json.replace('\'', '"'));
    }

    private HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return instance.send(instance.request(path).DELETE());
    }

    private JsonNode json(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = instance.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body());
    }

    private JsonNode admit(String call) throws IOException, InterruptedException {
        HttpResponse<String> response = instance.post("/v1/admission", call.replace('\'', '"'));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body());
    }

    private BudgetDefinition definition(String id) {
        Budget budget = instance.budgets.get(id).orElseThrow();
        return BudgetDefinition.of(budget);
    }

    private void spent(String id, long amount, Instant time, String... group) {
        BudgetDefinition definition = definition(id);
        Window window = definition.period().windowOf(time);
        Map<String, String> values = new HashMap<>();
        for (int i = 0; i < group.length; i++) {
            values.put(definition.groupBy().get(i), group[i]);
        }
        instance.budgets.statuses.add(BudgetStatus.newBuilder()
                .setBudget(id)
                .setScope(definition.scopeId())
                .setGroup(values)
                .setOverflow(values.containsValue(Standing.OVERFLOW))
                .setMeasure(definition.measure())
                .setLimit(definition.limit())
                .setSpent(amount)
                .setRemaining(definition.limit() - amount)
                .setFractionPpm(amount / 1_000)
                .setPeriodStart(window.start())
                .setPeriodEnd(window.end())
                .setBurnRateNowPpm(1_500_000L)
                .setBurnRate7dPpm(250_000L)
                .setForecast(2 * amount)
                .setLimitReachedAt(time.plus(Duration.ofHours(6)))
                .setDaysUntilLimitPpm(250_000L)
                .setMeasuredFrom(window.start())
                .setUpdatedAt(time)
                .setAsOf(time)
                .build());
    }

    private static Alert alert(String id, String feature) {
        return Alert.newBuilder()
                .setId(id)
                .setKind("budget_threshold")
                .setState(AlertState.OPEN)
                .setSeverity(AlertSeverity.INFO)
                .setScope(Map.of("feature", feature))
                .setBudget("daily")
                .setThreshold(500_000L)
                .setLimit(1_000_000_000L)
                .setValue(600_000_000)
                .setOpenedAt(TestInstance.NOW)
                .setChangedAt(TestInstance.NOW)
                .setSummary("Half of it is spent.")
                .setContributors(List.of(new Contributor("model", "m", 600_000_000L, 1_000_000L)))
                .build();
    }

    @Test
    void of_very_many_faults_the_first_hundred_are_told() throws Exception {
        // When
        HttpResponse<String> answer =
                instance.put("/v1/budgets/b", "{\"match\": {\"feature\": [" + "1, ".repeat(150) + "1]}, \"limit\": 1}");

        // Then
        JsonNode problem = MAPPER.readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(problem.get("errors")).hasSize(100);
        assertThat(problem.get("detail").asText()).endsWith("; there are more faults than these, the first 100");
    }
}
