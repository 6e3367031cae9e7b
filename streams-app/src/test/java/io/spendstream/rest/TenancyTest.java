package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.spendstream.access.Scope;
import io.spendstream.query.FakeCells;
import io.spendstream.query.Peers.Peer;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNoteKind;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Two tenants, every route: what is one's, the other neither sees nor changes nor learns of. */
@Timeout(60)
class TenancyTest {

    private static final JsonMapper MAPPER = new JsonMapper();
    /** In everything that is the other tenant's, or belongs to all. */
    private static final String MARK = "zebra";

    private static final String BUDGET =
            "{'tenant': %s, 'description': '%s', 'limit': 7, 'per_request': {'max_tokens': 9}, 'period': 'day', 'thresholds':"
                    + " [{'at': 1, 'action': 'deny'}]}";
    private static final String SILENCE =
            "{'match': {'tenant': [%s]}, 'until': '2026-11-22T00:00:00Z', 'by': 'x'," + " 'comment': '%s'}";
    private static final String EVENT =
            "{'id': '%s', 'time': '2026-11-21T11:59:00Z', 'tenant': '%s', 'feature': 'f', 'model': 'm'}";

    private static final String LINES = "{'lines': [{'date': '2026-11-21', 'model': '%s', 'cost_usd': 9}]}";

    private static String myReconciliation;
    private static String theirReconciliation;

    private static final Callers CALLERS = new Callers();
    private static String acme;
    private static String globex;
    private static String everybody;
    private static TestInstance instance;

    @BeforeAll
    static void startServer() throws IOException {
        acme = CALLERS.key("ann", List.of(Scope.values()), "acme");
        globex = CALLERS.key("gil", List.of(Scope.values()), "globex");
        everybody = CALLERS.key("olga", List.of(Scope.values()), "*");
        instance = new TestInstance(RestConfig.on("127.0.0.1", 0), CALLERS.security());
    }

    @AfterAll
    static void stop() throws IOException {
        instance.close();
    }

    @BeforeEach
    void fill() throws Exception {
        instance.cells.clear();
        instance.alerts.clear();
        instance.published.clear();
        instance.budgets.list().forEach(budget -> instance.budgets.delete(budget.getId()));
        instance.notes.silences().forEach(silence -> instance.notes.delete(AlertNoteKind.SILENCE, silence.getId()));
        instance.notes.delete(AlertNoteKind.ACKNOWLEDGEMENT, "mine");
        instance.reconciliations.list().forEach(one -> instance.reconciliations.delete(one.getId(), TestInstance.NOW));
        instance.cells.add(new FakeCells(0)
                .spend("2026-11-21T01:00:00Z", spender("acme", "chat"), "ann", 1_000_000_000)
                .spend("2026-11-21T01:00:00Z", spender("globex", MARK), MARK, 2_000_000_000L));
        put(
                everybody,
                "/v1/prices/m",
                "{'cards': [{'effective_from': '2024-01-01T00:00:00Z', 'rates':"
                        + " [{'meter': 'input_tokens', 'usd_per_million': 2.50}]}]}");
        put(acme, "/v1/budgets/mine", BUDGET.formatted("'acme'", "ours"));
        put(globex, "/v1/budgets/theirs", BUDGET.formatted("'globex'", MARK));
        put(everybody, "/v1/budgets/all", BUDGET.formatted("null", MARK));
        put(acme, "/v1/silences/mine", SILENCE.formatted("'acme'", "ours"));
        put(globex, "/v1/silences/theirs", SILENCE.formatted("'globex'", MARK));
        put(everybody, "/v1/silences/all", SILENCE.formatted("'*'", MARK));
        put(everybody, "/v1/silences/both", SILENCE.formatted("'acme', 'globex'", MARK));
        myReconciliation = reconcile(acme, "tenant=acme", "ours");
        theirReconciliation = reconcile(globex, "tenant=globex", MARK);
        reconcile(everybody, "provider=x", MARK);
        instance.alerts.add(alert("mine", "acme", "ours"));
        instance.alerts.add(alert("theirs", "globex", MARK));
        instance.alerts.add(alert("all", null, MARK));
    }

    private static Map<String, String> spender(String tenant, String feature) {
        return Map.of(
                "tenant", tenant, "feature", feature, "model", "m", "service_tier", "STANDARD", "operation", "chat");
    }

    private static Alert alert(String id, String tenant, String summary) {
        return Alert.newBuilder()
                .setId(id)
                .setKind("daily_ratio")
                .setState(AlertState.OPEN)
                .setSeverity(AlertSeverity.WARNING)
                .setTenant(tenant)
                .setMeasure("cost")
                .setValue(1L)
                .setOpenedAt(TestInstance.NOW)
                .setChangedAt(TestInstance.NOW)
                .setSummary(summary)
                .build();
    }

    private static HttpResponse<String> call(String key, String method, String path, String body) throws Exception {
        return instance.send(instance.request(path)
                .header("X-API-Key", key)
                .header("Content-Type", "application/json")
                .method(method, HttpRequest.BodyPublishers.ofString(body.replace('\'', '"'))));
    }

    private static String reconcile(String key, String query, String model) throws Exception {
        HttpResponse<String> response = call(key, "POST", "/v1/reconciliations?" + query, LINES.replace("%s", model));
        assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
        return json(response).get("id").asText();
    }

    private static void put(String key, String path, String body) throws Exception {
        HttpResponse<String> response = call(key, "PUT", path, body);
        assertThat(response.statusCode()).as(response.body()).isIn(200, 201);
    }

    /** A row per route, and per way to name what is another's; {@code T}: the tenant named in the body. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET    | /v1/spend?group_by=tenant,feature             | -       | 200",
                "GET    | /v1/spend?granularity=day                     | -       | 200",
                "GET    | /v1/spend?group_by=user                       | -       | 200",
                "GET    | /v1/spend?feature=zebra&group_by=model        | -       | 200",
                "GET    | /v1/spend?tenant=globex                       | -       | 403",
                "GET    | /v1/spend?tenant=acme,globex                  | -       | 403",
                "GET    | /v1/spend?tenant=acme&tenant=globex           | -       | 403",
                "GET    | /v1/spend?tenant=*                            | -       | 403",
                "GET    | /v1/spend?tenant=                             | -       | 403",
                "GET    | /v1/export/focus                              | -       | 200",
                "GET    | /v1/export/focus?tenant=globex                | -       | 403",
                "GET    | /v1/budgets                                   | -       | 200",
                "GET    | /v1/budgets/mine                              | -       | 200",
                "GET    | /v1/budgets/theirs                            | -       | 404",
                "GET    | /v1/budgets/all                               | -       | 404",
                "GET    | /v1/budgets/theirs/status                     | -       | 404",
                "GET    | /v1/budgets/all/status                        | -       | 404",
                "DELETE | /v1/budgets/theirs                            | -       | 404",
                "DELETE | /v1/budgets/all                               | -       | 404",
                "PUT    | /v1/budgets/theirs                            | budget  | 409",
                "PUT    | /v1/budgets/all                               | budget  | 409",
                "GET    | /v1/alerts                                    | -       | 200",
                "GET    | /v1/alerts?limit=1                            | -       | 200",
                "GET    | /v1/alerts?id=theirs                          | -       | 200",
                "GET    | /v1/alerts?tenant=globex                      | -       | 403",
                "POST   | /v1/alerts/theirs/acknowledge                 | ack     | 404",
                "POST   | /v1/alerts/all/acknowledge                    | ack     | 404",
                "DELETE | /v1/alerts/theirs/acknowledge                 | -       | 404",
                "GET    | /v1/silences                                  | -       | 200",
                "GET    | /v1/silences/theirs                           | -       | 404",
                "GET    | /v1/silences/all                              | -       | 404",
                "GET    | /v1/silences/both                             | -       | 404",
                "DELETE | /v1/silences/theirs                           | -       | 404",
                "DELETE | /v1/silences/both                             | -       | 404",
                "PUT    | /v1/silences/theirs                           | silence | 409",
                "GET    | /v1/reconciliations                           | -       | 200",
                "GET    | /v1/reconciliations/THEIRS                    | -       | 404",
                "DELETE | /v1/reconciliations/THEIRS                    | -       | 404",
                "POST   | /v1/reconciliations?tenant=globex             | lines   | 403",
                "POST   | /v1/reconciliations                           | lines   | 403",
                "POST   | /v1/reconciliations?tenant=acme&dry_run=true  | lines   | 200",
                "GET    | /v1/prices                                    | -       | 200",
                "GET    | /v1/prices/m                                  | -       | 200",
                "PUT    | /v1/prices/m                                  | {}      | 403",
                "POST   | /v1/prices/m/quote                            | {}      | 200",
                "GET    | /v1/instances                                 | -       | 403",
                "GET    | /metrics                                      | -       | 403",
                "POST   | /v1/admission                                 | call    | 200",
            })
    void nothing_of_another_tenant_is_told(String method, String path, String body, int status) throws Exception {
        // When
        HttpResponse<String> response = call(acme, method, path.replace("THEIRS", theirReconciliation), body(body));

        // Then
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(response.body()).doesNotContain(MARK);
        assertThat(response.headers().map().toString()).doesNotContain(MARK);
        if (status == 200 && response.body().contains("freshness")) {
            assertThat(json(response).at("/freshness/lag_records").isNull()).isTrue();
        }
    }

    private static String body(String name) {
        return switch (name) {
            case "-" -> "";
            case "budget" -> BUDGET.formatted("'acme'", "ours");
            case "silence" -> SILENCE.formatted("'acme'", "ours");
            case "lines" -> LINES.replace("%s", "ours");
            case "ack" -> "{'by': 'x'}";
            case "call" -> "{'tenant': 'acme', 'model': 'm', 'input_tokens': 1}";
            default -> name;
        };
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET    | /v1/budgets/%s             | -",
                "GET    | /v1/budgets/%s/status      | -",
                "DELETE | /v1/budgets/%s             | -",
                "POST   | /v1/alerts/%s/acknowledge  | ack",
                "DELETE | /v1/alerts/%s/acknowledge  | -",
                "GET    | /v1/silences/%s            | -",
                "DELETE | /v1/silences/%s            | -",
            })
    void what_is_anothers_looks_as_what_is_not_there(String method, String path, String body) throws Exception {
        HttpResponse<String> others = call(acme, method, path.formatted("theirs"), body(body));
        HttpResponse<String> none = call(acme, method, path.formatted("nobodys"), body(body));

        assertThat(others.statusCode()).isEqualTo(none.statusCode()).isEqualTo(404);
        assertThat(others.body().replace("theirs", "nobodys")).isEqualTo(none.body());
    }

    @Test
    void the_same_for_a_tenant_that_is_not_there() throws Exception {
        for (String path : List.of("/v1/spend?tenant=", "/v1/alerts?tenant=")) {
            assertThat(call(acme, "GET", path + "globex", "").body().replace("globex", "nobody"))
                    .isEqualTo(call(acme, "GET", path + "nobody", "").body());
        }
    }

    @Test
    void nothing_of_another_tenant_is_changed() throws Exception {
        // When
        for (String id : List.of("theirs", "all")) {
            call(acme, "PUT", "/v1/budgets/" + id, body("budget"));
            call(acme, "DELETE", "/v1/budgets/" + id, "");
            call(acme, "PUT", "/v1/silences/" + id, body("silence"));
            call(acme, "DELETE", "/v1/silences/" + id, "");
            call(acme, "POST", "/v1/alerts/" + id + "/acknowledge", body("ack"));
        }

        // Then
        assertThat(instance.budgets.list())
                .extracting(b -> b.getId() + b.getDescription())
                .containsExactly("all" + MARK, "mineours", "theirs" + MARK);
        assertThat(instance.notes.silences())
                .hasSize(4)
                .filteredOn(s -> s.getComment().equals(MARK))
                .hasSize(3);
        assertThat(instance.alerts)
                .noneMatch(alert -> instance.notes.acknowledgement(alert).isPresent());
    }

    @ParameterizedTest
    @CsvSource({"'globex', 403", "null, 403", "'acme', 201"})
    void a_budget_is_made_for_ones_own_tenants_only(String tenant, int status) throws Exception {
        String json = "null".equals(tenant) ? "null" : "'" + tenant + "'";
        assertThat(call(acme, "PUT", "/v1/budgets/new", BUDGET.formatted(json, "x"))
                        .statusCode())
                .isEqualTo(status);
        assertThat(call(acme, "PUT", "/v1/budgets/mine", BUDGET.formatted(json, "x"))
                        .statusCode())
                .isEqualTo(status == 201 ? 200 : status);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"'acme' | 201", "'acme*' | 403", "'*' | 403", "'globex' | 403", "'acme', 'globex' | 403"})
    void a_silence_must_name_ones_own_tenants(String tenants, int status) throws Exception {
        assertThat(call(acme, "PUT", "/v1/silences/new", SILENCE.formatted(tenants, "x"))
                        .statusCode())
                .isEqualTo(status);
        assertThat(call(
                                acme,
                                "PUT",
                                "/v1/silences/new2",
                                "{'match': {'kind': ['daily_ratio']}, 'until':" + " '2026-11-22T00:00:00Z', 'by': 'x'}")
                        .statusCode())
                .isEqualTo(403);
    }

    @Test
    void events_of_another_tenant_are_refused_with_their_index_and_none_is_published() throws Exception {
        // When
        HttpResponse<String> response = call(
                acme,
                "POST",
                "/v1/events",
                "[" + EVENT.formatted("1", "acme") + "," + EVENT.formatted("2", "globex") + ","
                        + EVENT.formatted("3", "acme").replace("'tenant': 'acme',", "") + "]");

        // Then
        assertThat(response.statusCode()).isEqualTo(403);
        assertThat(json(response).get("errors")).hasSize(2);
        assertThat(json(response).at("/errors/0/index").asInt()).isEqualTo(1);
        assertThat(json(response).at("/errors/1/index").asInt()).isEqualTo(2);
        assertThat(json(response).at("/errors/0/reason").asText()).isEqualTo("not_your_tenant");
        assertThat(instance.published).isEmpty();
        assertThat(call(acme, "POST", "/v1/events", EVENT.formatted("1", "acme"))
                        .statusCode())
                .isEqualTo(202);
        assertThat(call(everybody, "POST", "/v1/events", EVENT.formatted("2", "globex"))
                        .statusCode())
                .isEqualTo(202);
        assertThat(instance.published).hasSize(2);
    }

    @Test
    void one_tenant_does_not_take_the_room_of_all() throws Exception {
        // Given: room for four requests, and none is acknowledged yet
        RestConfig four = new RestConfig(
                "127.0.0.1", 0, 1_000, 10, 4_000, 8, Duration.ofSeconds(30), Duration.ofSeconds(30), 2, 2);
        try (TestInstance small = new TestInstance(four, CALLERS.security())) {
            CompletableFuture<Void> acknowledged = new CompletableFuture<>();
            CountDownLatch two = new CountDownLatch(2);
            CountDownLatch three = new CountDownLatch(3);
            small.intake = (events, trace) -> {
                two.countDown();
                three.countDown();
                return acknowledged;
            };
            List<CompletableFuture<Integer>> first =
                    List.of(publish(small, acme, "acme"), publish(small, acme, "acme"));
            two.await();

            // When
            int third = publish(small, acme, "acme").join();
            CompletableFuture<Integer> anothers = publish(small, globex, "globex");
            three.await();
            acknowledged.complete(null);

            // Then
            assertThat(third).isEqualTo(429);
            assertThat(anothers.join()).isEqualTo(202);
            assertThat(first).extracting(CompletableFuture::join).containsExactly(202, 202);
            assertThat(publish(small, acme, "acme").join()).isEqualTo(202);
        }
    }

    private static CompletableFuture<Integer> publish(TestInstance instance, String key, String tenant) {
        String body = EVENT.formatted("1", tenant).replace('\'', '"') + " ".repeat(850);
        return CompletableFuture.supplyAsync(() -> {
            try {
                return instance.post("/v1/events", body, "X-API-Key", key, "Content-Type", "application/json")
                        .statusCode();
            } catch (IOException | InterruptedException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    @Test
    void which_instances_there_are_is_not_told_when_one_fails() throws Exception {
        // Given: half of the data is with one that is away
        try (TestInstance half = new TestInstance(RestConfig.on("127.0.0.1", 0), CALLERS.security())) {
            half.cells.add(new FakeCells(0));
            half.partitions = 2;
            half.others.add(new Peer("http://127.0.0.1:1/" + MARK, false));

            // When
            HttpResponse<String> ones = half.send(half.request("/v1/spend").header("X-API-Key", acme));
            HttpResponse<String> all = half.send(half.request("/v1/spend").header("X-API-Key", everybody));

            // Then
            assertThat(ones.statusCode()).isEqualTo(503);
            assertThat(ones.body()).contains("The answer would be short").doesNotContain(MARK, "127.0.0.1", "[1]");
            assertThat(all.statusCode()).isEqualTo(503);
            assertThat(all.body()).contains(MARK);
        }
    }

    @Test
    void what_others_write_is_of_ones_own_tenants_too() throws Exception {
        String path = "/v1/events/anthropic?time=2026-11-21T11:59:00Z&feature=f&tenant=";

        assertThat(call(acme, "POST", path + "globex", FormatsTest.MESSAGE).statusCode())
                .isEqualTo(403);
        assertThat(instance.published).isEmpty();
        assertThat(call(acme, "POST", path + "acme", FormatsTest.MESSAGE).statusCode())
                .isEqualTo(202);
    }

    @Test
    void ones_own_is_all_there() throws Exception {
        JsonNode spend = json(call(acme, "GET", "/v1/spend?group_by=tenant", ""));
        assertThat(spend.get("rows")).hasSize(1);
        assertThat(spend.at("/rows/0/tenant").asText()).isEqualTo("acme");
        assertThat(spend.at("/totals/cost_usd").asInt()).isEqualTo(1);
        assertThat(spend.get("row_count").asInt()).isEqualTo(1);
        assertThat(json(call(acme, "GET", "/v1/budgets", "")).get("budgets").findValuesAsText("id"))
                .containsExactly("mine");
        JsonNode alerts = json(call(acme, "GET", "/v1/alerts?limit=1", ""));
        assertThat(alerts.get("alerts").findValuesAsText("id")).containsExactly("mine");
        assertThat(alerts.get("truncated").asBoolean()).isFalse();
        assertThat(json(call(acme, "GET", "/v1/silences", "")).get("silences").findValuesAsText("id"))
                .containsExactly("mine");
        assertThat(json(call(acme, "GET", "/v1/reconciliations", ""))
                        .get("reconciliations")
                        .findValuesAsText("id"))
                .containsExactly(myReconciliation);
        JsonNode mine = json(call(acme, "GET", "/v1/reconciliations/" + myReconciliation, ""));
        assertThat(mine.get("metered_usd").asInt()).isEqualTo(1);
        assertThat(call(acme, "GET", "/v1/budgets/mine/status", "").statusCode())
                .isEqualTo(200);
        assertThat(call(acme, "POST", "/v1/alerts/mine/acknowledge", "{'by': 'x'}")
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void whoever_is_for_all_tenants_sees_all() throws Exception {
        JsonNode spend = json(call(everybody, "GET", "/v1/spend?group_by=tenant", ""));
        assertThat(spend.at("/totals/cost_usd").asInt()).isEqualTo(3);
        assertThat(spend.at("/freshness/lag_records").asInt()).isEqualTo(3);
        assertThat(json(call(everybody, "GET", "/v1/budgets", "")).get("budgets"))
                .hasSize(3);
        assertThat(json(call(everybody, "GET", "/v1/alerts", "")).get("alerts")).hasSize(3);
        assertThat(json(call(everybody, "GET", "/v1/silences", "")).get("silences"))
                .hasSize(4);
        assertThat(json(call(everybody, "GET", "/v1/reconciliations", "")).get("reconciliations"))
                .hasSize(3);
    }

    @Test
    void admission_decides_by_all_budgets_and_tells_of_ones_own() throws Exception {
        // When
        JsonNode mine = json(call(acme, "POST", "/v1/admission", body("call").replace("1}", "900000000}")));
        JsonNode all =
                json(call(everybody, "POST", "/v1/admission", body("call").replace("1}", "900000000}")));

        // Then
        assertThat(all.get("considered").findValuesAsText("budget")).containsExactlyInAnyOrder("all", "mine");
        assertThat(mine.get("decision").asText()).isEqualTo("deny");
        assertThat(mine.get("considered").findValuesAsText("budget")).containsExactly("mine");
        assertThat(mine.get("considered_count").asInt()).isEqualTo(1);
        assertThat(mine.get("reasons").toString())
                .contains("of the whole installation")
                .doesNotContain("'all'");
        assertThat(new TreeSet<>(mine.get("actions").findValuesAsText("budget")))
                .isSubsetOf(Set.of("mine", "null", ""));
        assertThat(call(acme, "POST", "/v1/admission", "{'tenant': 'globex', 'model': 'm'}")
                        .statusCode())
                .isEqualTo(403);
        assertThat(call(acme, "POST", "/v1/admission", "{'model': 'm'}").statusCode())
                .isEqualTo(403);
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return MAPPER.readTree(response.body());
    }
}
