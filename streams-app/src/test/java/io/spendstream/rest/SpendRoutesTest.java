package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.query.FakeCells;
import io.spendstream.query.Peers.Peer;
import io.spendstream.usage.Measure;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SpendRoutesTest {

    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private TestInstance instance;

    @BeforeEach
    void start() throws IOException {
        instance = new TestInstance();
        instance.cells.add(new FakeCells(0)
                .spend("2026-11-21T00:00:00Z", Map.of("feature", "chat", "model", "m1"), "ann", 12_345_000)
                .spend(
                        "2026-11-21T01:00:00Z",
                        Map.of("feature", "=1+1", "model", "a,\"b\"", "tags.region", "eu"),
                        "bob",
                        1,
                        Map.of("images", new long[] {3, 1}))
                .spend("2026-11-20T22:30:00Z", Map.of("feature", "chat", "model", "m1"), "ann", 4_000_000_000L));
    }

    @AfterEach
    void stop() throws IOException {
        instance.close();
    }

    @Test
    void an_answer_has_rows_totals_and_freshness() throws Exception {
        // When
        HttpResponse<String> response =
                instance.get("/v1/spend?from=2026-11-21T00:00:00Z&to=2026-11-22T00:00:00Z&group_by=feature");

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        JsonNode answer = MAPPER.readTree(response.body());
        assertThat(answer.fieldNames())
                .toIterable()
                .containsExactly(
                        "from",
                        "to",
                        "zone",
                        "granularity",
                        "group_by",
                        "rows",
                        "row_count",
                        "truncated",
                        "totals",
                        "freshness");
        assertThat(answer.get("from").asText()).isEqualTo("2026-11-21T00:00:00Z");
        assertThat(answer.get("to").asText()).isEqualTo("2026-11-22T00:00:00Z");
        assertThat(answer.get("zone").asText()).isEqualTo("UTC");
        assertThat(answer.get("granularity").asText()).isEqualTo("total");
        assertThat(answer.get("group_by").toString()).isEqualTo("[\"feature\"]");
        assertThat(answer.get("freshness").toString())
                .isEqualTo(
                        "{\"complete\":true,\"as_of\":\"2026-11-21T11:59:59.915Z\",\"lag_records\":3,\"lag_ms\":85}");
        JsonNode first = answer.get("rows").get(0);
        assertThat(first.get("feature").asText()).isEqualTo("chat");
        assertThat(first.get("start").asText()).isEqualTo("2026-11-21T00:00:00Z");
        assertThat(first.get("cost_usd").decimalValue()).isEqualTo(new BigDecimal("0.012345"));
        assertThat(answer.get("totals").get("cost_usd").decimalValue()).isEqualTo(new BigDecimal("0.012345001"));
        assertThat(answer.get("totals").get("requests").asLong()).isEqualTo(2);
        for (Measure measure : Measure.values()) {
            assertThat(first.has(measure.restField())).as(measure.restField()).isTrue();
            assertThat(answer.get("totals").has(measure.restField())).isTrue();
        }
        assertThat(answer.get("rows").get(0).has("other_units")).isFalse();
        assertThat(response.body()).contains("\"other_units\":{\"images\":{\"quantity\":3,\"cost_usd\":0.000000001}}");
    }

    @Test
    void money_is_printed_exactly_and_never_scientifically() throws Exception {
        // Given
        instance.cells.clear();
        instance.cells.add(new FakeCells(0)
                .spend("2026-11-21T00:00:00Z", Map.of("feature", "a"), null, 1)
                .spend("2026-11-21T00:00:00Z", Map.of("feature", "b"), null, Long.MAX_VALUE - 1)
                .spend("2026-11-21T00:00:00Z", Map.of("feature", "c"), null, -1_500_000_000_000L)
                .spend("2026-11-21T00:00:00Z", Map.of("feature", "d"), null, 100_000_000_000L));

        // When
        String body = instance.get("/v1/spend?group_by=feature&order=cost_usd").body();

        // Then
        assertThat(body)
                .contains("\"cost_usd\":0.000000001,", "\"cost_usd\":9223372036.854775806,", "\"cost_usd\":-1500,")
                .contains("\"cost_usd\":100,")
                .doesNotContain("E-", "E+");
    }

    @Test
    void without_an_interval_it_is_the_last_24_hours_in_whole_quarter_hours() throws Exception {
        // When
        JsonNode answer = json("/v1/spend");

        // Then
        assertThat(answer.get("from").asText()).isEqualTo("2026-11-20T12:00:00Z");
        assertThat(answer.get("to").asText()).isEqualTo("2026-11-21T12:00:00Z");
        assertThat(answer.get("rows")).hasSize(1);
        assertThat(answer.get("rows").get(0).get("requests").asInt()).isEqualTo(3);
    }

    @Test
    void where_there_is_nothing_there_are_no_rows_and_totals_of_zero() throws Exception {
        // When
        JsonNode answer = json("/v1/spend?feature=none&granularity=day");

        // Then
        assertThat(answer.get("rows")).isEmpty();
        assertThat(answer.get("totals").get("cost_usd").asText()).isEqualTo("0");
        assertThat(answer.get("row_count").asInt()).isZero();
    }

    @Test
    void buckets_and_times_are_those_of_the_zone() throws Exception {
        // When: a plus that is not escaped, a date, and an escaped zone
        JsonNode answer =
                json("/v1/spend?from=2026-11-20T23:00:00+01:00&to=2026-11-22&zone=Europe%2FBerlin&granularity=day");

        // Then
        assertThat(answer.get("from").asText()).isEqualTo("2026-11-20T23:00:00+01:00");
        assertThat(answer.get("to").asText()).isEqualTo("2026-11-22T00:00:00+01:00");
        assertThat(answer.get("rows").findValuesAsText("start"))
                .containsExactly("2026-11-20T00:00:00+01:00", "2026-11-21T00:00:00+01:00");
        assertThat(answer.get("rows").findValuesAsText("requests")).containsExactly("1", "2");
    }

    @Test
    void filters_come_with_commas_or_repeated_and_dimensions_that_were_not_given_are_empty() throws Exception {
        assertThat(requests("/v1/spend?model=m1,m2")).isEqualTo(2);
        assertThat(requests("/v1/spend?model=m1&model=a%5C,%22b%22")).isEqualTo(3);
        assertThat(requests("/v1/spend?tags.region=eu")).isEqualTo(1);
        assertThat(requests("/v1/spend?tags.region=")).isEqualTo(2);
        assertThat(requests("/v1/spend?user=ann")).isEqualTo(2);
        assertThat(json("/v1/spend?group_by=tags.region,model&limit=1")
                        .get("group_by")
                        .toString())
                .isEqualTo("[\"tags.region\",\"model\"]");
        assertThat(json("/v1/spend?group_by=tags.region")
                        .get("rows")
                        .get(0)
                        .get("tags.region")
                        .isNull())
                .isTrue();
    }

    @Test
    void a_limit_says_what_it_cut() throws Exception {
        // When
        JsonNode answer = json("/v1/spend?group_by=feature&limit=1");

        // Then
        assertThat(answer.get("rows")).hasSize(1);
        assertThat(answer.get("truncated").asBoolean()).isTrue();
        assertThat(answer.get("row_count").asInt()).isEqualTo(2);
        assertThat(answer.get("totals").get("requests").asInt()).isEqualTo(3);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // query | fields at fault | what the answer says
                "colour=red | colour | accepted: from, to, zone, granularity, group_by, limit, order, and as filters",
                "tags.planet=x | tags.planet | is not a parameter",
                "from=yesterday | from | RFC 3339",
                "from=2026-11-21T10:00:00 | from | with an offset",
                "from=2026-13-01 | from | RFC 3339",
                "from=2026-11-21T13:00:00Z | from | is not before to",
                "from=2019-01-01T00:00:00Z&to=2026-01-01T00:00:00Z | from | at most 1200 days",
                "from=1999-12-31T00:00:00Z&to=2000-01-01T00:00:00Z | from | is not between",
                "from=2026-01-01T10:00:00Z | from | whole UTC days",
                "zone=Mars/Olympus | zone | IANA",
                "granularity=minute | granularity | accepted: total, 15m, hour, day, week, month",
                "group_by=colour | group_by | accepted: tenant, feature,",
                "group_by=model,model | group_by | twice",
                "group_by=model,,feature | group_by | is not a dimension",
                "limit=0 | limit | between 1 and 50000",
                "limit=many | limit | a number of rows",
                "limit=1&limit=2 | limit | given 2 times",
                "order=price | order | start, requests,",
                "group_by=user&granularity=hour | granularity | accepted together with user: total, day, week, month",
                "group_by=user,feature | user | not by feature",
                "group_by=user&zone=Asia/Kolkata | zone | accepted together with user: UTC",
                "colour=red&limit=x&zone=y | colour,zone,limit | is not a parameter",
            })
    void a_query_that_is_not_right_is_refused_with_what_would_be(String query, String fields, String says)
            throws Exception {
        // When
        HttpResponse<String> response = instance.get("/v1/spend?" + query);

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = MAPPER.readTree(response.body());
        assertThat(problem.get("errors").findValuesAsText("field"))
                .as(response.body())
                .containsExactly(fields.split(","));
        assertThat(problem.get("detail").asText()).contains(says);
        assertThat(problem.get("status").asInt()).isEqualTo(400);
        assertThat(problem.get("type").asText()).isEqualTo("urn:spendstream:problem:invalid-request");
        assertThat(problem.get("instance").asText()).isEqualTo("/v1/spend");
    }

    @Test
    void rows_come_as_csv_where_that_is_asked_for() throws Exception {
        // When
        HttpResponse<String> response = instance.send(
                instance.request("/v1/spend?group_by=feature,model,team").header("Accept", "text/csv"));

        // Then
        assertThat(response.headers().firstValue("Content-Type")).contains("text/csv; charset=utf-8; header=present");
        String[] lines = response.body().split("\r\n", -1);
        String measures = String.join(
                ",", Arrays.stream(Measure.values()).map(Measure::restField).toList());
        assertThat(lines).hasSize(4).endsWith("");
        assertThat(lines[0]).isEqualTo("feature,model,team,start," + measures + ",images.quantity,images.cost_usd");
        assertThat(lines[1]).startsWith("chat,m1,,2026-11-20T12:00:00Z,2,").contains(",4.012345,");
        assertThat(lines[2])
                .startsWith("'=1+1,\"a,\"\"b\"\"\",,2026-11-20T12:00:00Z,1,")
                .endsWith(",3,0.000000001");
        assertThat(response.headers().firstValue("Spendstream-Complete")).contains("true");
        assertThat(response.headers().firstValue("Spendstream-Lag-Ms")).contains("85");
        assertThat(response.headers().firstValue("Spendstream-Truncated")).contains("false");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "text/csv;q=0.5, application/json | 200 | application/json",
                "text/csv, application/json;q=0.9 | 200 | text/csv; charset=utf-8; header=present",
                "text/*;q=0.5, */*;q=0.1 | 200 | text/csv; charset=utf-8; header=present",
                "*/* | 200 | application/json",
                "text/html | 406 | application/problem+json",
                "application/json;q=0 | 406 | application/problem+json",
            })
    void the_form_that_the_caller_likes_best_is_answered(String accept, int status, String contentType)
            throws Exception {
        // When
        HttpResponse<String> response =
                instance.send(instance.request("/v1/spend").header("Accept", accept));

        // Then
        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(response.headers().firstValue("Content-Type")).contains(contentType);
    }

    @Test
    void every_instance_answers_for_all_partitions_and_none_when_one_is_gone() throws Exception {
        try (TestInstance other = new TestInstance()) {
            // Given
            other.cells.add(new FakeCells(1)
                    .spend(
                            "2026-11-21T00:00:00Z",
                            Map.of("feature", "search", "model", "m1"),
                            "ann",
                            1_000_000,
                            Map.of("images", new long[] {1, 7})));
            instance.partitions = 2;
            other.partitions = 2;
            instance.others.add(new Peer(other.url(), false));
            other.others.add(new Peer(instance.url(), false));
            String query = "/v1/spend?group_by=model,team&model=m1&model=a%5C,%22b%22&granularity=hour&order=-requests";

            // When
            HttpResponse<String> here = instance.get(query);
            HttpResponse<String> there = other.get(query);

            // Then
            assertThat(here.statusCode()).as(here.body()).isEqualTo(200);
            assertThat(here.body()).isEqualTo(there.body());
            JsonNode answer = MAPPER.readTree(here.body());
            assertThat(answer.get("rows")).hasSize(3);
            assertThat(answer.get("totals").get("cost_usd").decimalValue()).isEqualTo(new BigDecimal("4.013345001"));
            assertThat(answer.get("totals")
                            .get("other_units")
                            .get("images")
                            .get("quantity")
                            .asInt())
                    .isEqualTo(4);
            assertThat(answer.get("freshness").get("lag_records").asInt()).isEqualTo(6);
            assertThat(json("/v1/spend?user=ann").get("totals").get("requests").asInt())
                    .isEqualTo(3);
        }

        // When
        HttpResponse<String> short1 = instance.get("/v1/spend");

        // Then
        assertThat(short1.statusCode()).isEqualTo(503);
        assertThat(short1.headers().firstValue("Retry-After")).contains("1");
        assertThat(short1.body()).contains("The answer would be short", "no instance answered for [1]");
    }

    @Test
    void an_answer_that_nobody_reads_is_still_a_query_under_way() throws Exception {
        // Given: room for one query, and an answer larger than what fits into the sockets between
        RestConfig one = new RestConfig(
                "127.0.0.1", 0, 1_000, 10, 1_000, 1, Duration.ofSeconds(30), Duration.ofSeconds(30), 2, 2);
        try (TestInstance small = new TestInstance(one)) {
            FakeCells large = new FakeCells(0);
            for (int i = 0; i < 900; i++) {
                large.spend("2026-11-21T00:00:00Z", Map.of("feature", i + "x".repeat(20_000)), null, 1);
            }
            small.cells.add(large);

            // When
            HttpResponse<String> second;
            try (Socket slow = new Socket()) {
                slow.setReceiveBufferSize(4_096);
                slow.connect(new InetSocketAddress("127.0.0.1", small.server.port()));
                slow.getOutputStream()
                        .write("GET /v1/spend?group_by=feature HTTP/1.1\r\nHost: x\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                assertThat(slow.getInputStream().read()).isEqualTo('H');
                second = small.get("/v1/spend");
            }

            // Then: there is room again when the slow one is gone
            assertThat(second.statusCode()).isEqualTo(429);
            long deadline = System.nanoTime() + 30_000_000_000L;
            int later = 429;
            while (later == 429 && System.nanoTime() < deadline) {
                later = small.get("/v1/spend").statusCode();
            }
            assertThat(later).isEqualTo(200);
        }
    }

    @Test
    void what_another_instance_refuses_is_refused() throws Exception {
        try (TestInstance other = new TestInstance()) {
            // Given: too many rows over there
            FakeCells many = new FakeCells(1);
            for (int i = 0; i < 1_001; i++) {
                many.spend("2026-11-21T00:00:00Z", Map.of("feature", "f" + i), null, 1);
            }
            other.cells.add(many);
            instance.partitions = 2;
            instance.others.add(new Peer(other.url(), false));

            // When
            HttpResponse<String> response = instance.get("/v1/spend?group_by=feature");

            // Then
            assertThat(response.statusCode()).isEqualTo(400);
            assertThat(response.body()).contains("too_large", "more than 1000 groups and buckets");
        }
    }

    @Test
    void something_else_in_place_of_an_instance_is_no_answer() throws Exception {
        try (TestInstance other = new TestInstance()) {
            // Given: an address that is not an instance's
            instance.partitions = 2;
            instance.others.add(new Peer(other.url() + "/elsewhere", false));

            // When
            HttpResponse<String> response = instance.get("/v1/spend");

            // Then
            assertThat(response.statusCode()).isEqualTo(503);
            assertThat(response.body()).contains("/elsewhere", "status 404");
        }
    }

    @Test
    void a_service_tier_that_does_not_exist_is_refused_and_not_a_sum_of_nothing() throws Exception {
        HttpResponse<String> response = instance.get("/v1/spend?service_tier=standard");

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body())
                .contains("'standard' is no service tier; accepted: STANDARD, BATCH, FLEX, PRIORITY");
    }

    @Test
    void a_sum_that_does_not_fit_is_an_error_and_no_wrong_number() throws Exception {
        // Given
        instance.cells.clear();
        instance.cells.add(new FakeCells(0)
                .spend("2026-11-21T00:00:00Z", Map.of("feature", "a"), null, Long.MAX_VALUE)
                .spend("2026-11-21T00:00:00Z", Map.of("feature", "b"), null, 1));

        // When
        HttpResponse<String> response = instance.get("/v1/spend?group_by=feature");

        // Then
        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("too_large", "does not fit 64 bits");
    }

    private JsonNode json(String path) throws IOException, InterruptedException {
        HttpResponse<String> response = instance.get(path);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        return MAPPER.readTree(response.body());
    }

    private int requests(String path) throws IOException, InterruptedException {
        return json(path).get("totals").get("requests").asInt();
    }
}
