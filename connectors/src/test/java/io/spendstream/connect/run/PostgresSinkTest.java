package io.spendstream.connect.run;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.Spendstream;
import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.EventStream;
import io.spendstream.acceptance.SamplePrices;
import io.spendstream.acceptance.Scene;
import io.spendstream.acceptance.SpendClient;
import io.spendstream.acceptance.SpendQuestion;
import io.spendstream.acceptance.SpendTable;
import io.spendstream.connect.notify.HttpStub;
import io.spendstream.usage.Measure;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetThreshold;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A stock worker, a real broker, the application and a real PostgreSQL: the tables hold what REST answers. */
@ExtendWith(ConnectWorld.Shared.class)
class PostgresSinkTest {

    private static final String NAME = "connect";
    private static final List<String> TABLES = List.of("spend_rollups", "usage_priced", "budget_status", "alerts");
    private static final int RECORDS = 3_000;

    private static Cluster cluster;
    private static Postgres postgres;
    private static WorkerProcess worker;
    private static ConnectClient connect;

    @BeforeAll
    static void start(ConnectWorld world) {
        cluster = world.cluster;
        postgres = world.postgres;
        worker = world.worker;
        connect = world.connect;
    }

    private static ConnectorFile shipped() throws Exception {
        return ConnectWorld.shipped("postgres");
    }

    @Test
    void the_shipped_configuration_is_valid() throws Exception {
        assertThat(connect.problems(shipped().config())).isEmpty();
    }

    @Test
    void a_bad_configuration_is_refused_with_the_key_and_the_reason() throws Exception {
        Map<String, String> bad = Map.of(
                "insert.mode", "upsurt",
                "batch.size", "many",
                "value.converter.schema.registry.url", "localhost:8081",
                "value.converter.auto.register.schemas", "perhaps",
                "transforms.rows.topic.prefix", "a b",
                "tasks.max", "0",
                "conection.password", "secret",
                "transforms.rows.topic.prefx", "p");
        for (Map.Entry<String, String> entry : bad.entrySet()) {
            Map<String, String> config =
                    shipped().with(Map.of(entry.getKey(), entry.getValue())).config();

            assertThat(connect.problems(config))
                    .as(entry.toString())
                    .hasSize(1)
                    .allMatch(problem -> problem.startsWith(entry.getKey() + ": "));
        }
    }

    @Test
    void tables_equal_rest_after_a_kill_in_the_middle_and_a_replay_changes_nothing() throws Exception {
        try (HttpStub webhooks = HttpStub.start(HttpStub.status(204));
                Scene scene = new Scene(cluster, NAME);
                Spendstream app = scene.startHere(Map.of())) {
            // Given: calls of every kind, late ones among them, and budgets that they spend
            SpendClient client = new SpendClient(app.url());
            scene.price(client);
            scene.deployment.define(
                    List.of(budget("costs", BudgetMeasure.COST), budget("calls", BudgetMeasure.REQUESTS)));
            EventStream stream = scene.stream(6, new EventStream.Mix(20, 50, 100, 34, 35, true));
            scene.load.send(stream.take(RECORDS));
            ConnectorFile file = configured();
            connect.run(file.name(), file.config(), false);
            ConnectorFile alerts = alertsTo(webhooks);
            connect.run(alerts.name(), alerts.config(), false);

            // When: the worker is lost while it writes, more comes meanwhile, and a price that corrects what came
            // before
            Await.until("some rows", Scene.PATIENCE, () -> rows("usage_priced"), rows -> rows > 0);
            worker.kill();
            scene.load.send(stream.take(RECORDS));
            scene.price(client, List.of(SamplePrices.late()));
            worker.start();

            // Then
            scene.awaitCounted(client);
            Await.until(
                    "all calls priced",
                    Scene.PATIENCE,
                    () -> client.spend(scene.everything()).table().total("unpriced_requests"),
                    seen -> seen.compareTo(BigDecimal.valueOf(scene.oracle.unpriced())) <= 0);
            scene.assertExact(client, scene.everything().by("model"));
            awaitEqual(
                    client,
                    scene.everything().by("tenant", "feature", "model", "team").every("day", "UTC"));
            assertViews(client, scene);
            assertBudgets(client);
            assertAlerts(client);
            assertWebhooks(client, webhooks);
            connect.stop(alerts.name());
            assertReplayChangesNothing(file);
        }
    }

    private static ConnectorFile configured() throws Exception {
        ConnectorFile file = shipped();
        String topics = List.of(file.config().get("topics").split(",")).stream()
                .map(topic -> NAME + "-" + topic)
                .collect(Collectors.joining(","));
        return file.with(Map.of(
                "topics", topics,
                "transforms.rows.topic.prefix", NAME + "-",
                // So that the kill is in the middle.
                "batch.size", "200",
                "consumer.override.max.poll.records", "200",
                "consumer.override.session.timeout.ms", "6000"));
    }

    private static ConnectorFile alertsTo(HttpStub webhooks) throws Exception {
        return ConnectWorld.shipped("webhook")
                .with(Map.of(
                        "topics",
                        NAME + "-budget-alerts," + NAME + "-anomaly-alerts",
                        "http.url",
                        webhooks.url("/").toString()));
    }

    private static Budget budget(String id, BudgetMeasure measure) {
        return Budget.newBuilder()
                .setId(id)
                .setMeasure(measure)
                .setLimit(measure == BudgetMeasure.COST ? 2_000_000_001L : 50L)
                .setPeriod(BudgetPeriod.LIFETIME)
                .setGroupBy(List.of("feature"))
                .setThresholds(List.of(
                        new BudgetThreshold(500_000L, BudgetAction.NOTIFY, null),
                        new BudgetThreshold(1_000_000L, BudgetAction.DENY, null)))
                .build();
    }

    /** Every measure of every group and day, in both. */
    private static void awaitEqual(SpendClient client, SpendQuestion question) {
        SpendTable expected = client.spend(question).table();
        String groups = String.join(", ", question.groupBy());
        Await.until(
                "spend_rollups as in REST",
                Scene.PATIENCE,
                () -> expected.differencesTo(table(
                        question.groupBy().size(),
                        "SELECT " + groups + ", date_trunc('day', bucket_start AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', "
                                + sums() + " FROM spend_rollups GROUP BY 1, 2, 3, 4, 5",
                        unitSums(groups))),
                List::isEmpty);
    }

    private static String sums() {
        return expectedMeasures().stream().map(m -> "sum(" + m + ") AS " + m).collect(Collectors.joining(", "));
    }

    private static List<String> expectedMeasures() {
        return List.of(Measure.values()).stream().map(Measure::restField).toList();
    }

    private static String unitSums(String groups) {
        return "SELECT " + groups + ", date_trunc('day', bucket_start AT TIME ZONE 'UTC') AT TIME ZONE 'UTC', unit,"
                + " sum((amounts->>'quantity')::numeric) AS quantity, sum((amounts->>'cost_usd')::numeric) AS cost_usd"
                + " FROM spend_rollups, jsonb_each(other_units) AS u(unit, amounts) GROUP BY 1, 2, 3, 4, 5, 6";
    }

    private static SpendTable table(int groups, String sums, String units) {
        SpendTable table = new SpendTable();
        Sql.each(postgres, sums, row -> {
            List<String> group = row.texts(1, groups);
            table.row(group, row.time(groups + 1));
            expectedMeasures().forEach(m -> table.add(group, row.time(groups + 1), m, row.number(m)));
        });
        Sql.each(
                postgres,
                units,
                row -> List.of("quantity", "cost_usd")
                        .forEach(amount -> table.add(
                                row.texts(1, groups),
                                row.time(groups + 1),
                                "other_units." + row.text(groups + 2) + "." + amount,
                                row.number(amount))));
        return table;
    }

    private static void assertViews(SpendClient client, Scene scene) {
        Map<String, List<String>> measures = Map.of(
                "showback_monthly",
                        List.of("requests", "unpriced_requests", "input_tokens", "output_tokens", "cost_usd"),
                "showback_work_units", List.of("work_units", "cost_usd", "unpriced_requests"),
                "showback_cache_savings",
                        List.of(
                                "cache_read_tokens",
                                "cache_savings_usd",
                                "response_cached",
                                "response_cache_savings_usd",
                                "cost_usd"),
                "showback_retry_waste", List.of("requests", "retries", "retry_cost_usd", "failed_cost_usd", "cost_usd"),
                "showback_users", List.of("requests", "unpriced_requests", "cost_usd"));
        Map<String, List<String>> groups = Map.of(
                "showback_monthly", List.of("tenant", "feature", "team"),
                "showback_work_units", List.of("tenant", "feature", "team"),
                "showback_cache_savings", List.of("tenant", "feature", "model"),
                "showback_retry_waste", List.of("tenant", "feature", "model"),
                "showback_users", List.of("tenant", "user"));
        measures.forEach((view, names) -> assertView(client, scene, view, groups.get(view), names, "UTC"));
        // Months of another zone, on the boundaries of which there are calls.
        assertView(
                client, scene, "showback_monthly", groups.get("showback_monthly"), List.of("cost_usd"), "Asia/Kolkata");
        assertUnitCost();
    }

    /** Whole months of the zone that hold all that was sent; days alone would do no longer after a hundred days. */
    private static SpendQuestion months(Scene scene, String zone) {
        Instant first = scene.now
                .minus(Duration.ofDays(40))
                .atZone(ZoneId.of(zone))
                .withDayOfMonth(1)
                .truncatedTo(ChronoUnit.DAYS)
                .toInstant();
        return SpendQuestion.between(first, scene.everything().to());
    }

    private static void assertView(
            SpendClient client, Scene scene, String view, List<String> groups, List<String> measures, String zone) {
        SpendQuestion question =
                months(scene, zone).by(groups.toArray(String[]::new)).every("month", zone);
        // A moment's 503 is an answer too.
        SpendClient.Answer answer = Await.until(
                "an answer to " + question, Scene.PATIENCE, () -> asked(client, question), a -> a.status() == 200);
        SpendTable expected = new SpendTable();
        answer.table().rows().forEach((key, sums) -> {
            List<String> group = key.subList(0, groups.size()).stream()
                    .map(value -> (String) value)
                    .toList();
            Instant start = (Instant) key.get(groups.size());
            expected.row(group, start);
            measures.forEach(m -> expected.add(group, start, m, sums.getOrDefault(m, BigDecimal.ZERO)));
        });
        String columns =
                groups.stream().map(g -> g.equals("user") ? "user_name" : g).collect(Collectors.joining(", "));
        Await.until(
                view + " as in REST",
                Scene.PATIENCE,
                () -> {
                    SpendTable seen = new SpendTable();
                    Sql.each(
                            postgres,
                            "SELECT " + columns + ", month::timestamp AT TIME ZONE '" + zone + "', "
                                    + String.join(", ", measures) + " FROM " + view,
                            row -> {
                                List<String> group = row.texts(1, groups.size());
                                seen.row(group, row.time(groups.size() + 1));
                                measures.forEach(m -> seen.add(group, row.time(groups.size() + 1), m, row.number(m)));
                            },
                            "SET spendstream.zone = '" + zone + "'");
                    return expected.differencesTo(seen);
                },
                List::isEmpty);
    }

    /** While work moves to another thread there is no answer, and that is said as it should be. */
    private static SpendClient.Answer asked(SpendClient client, SpendQuestion question) {
        SpendClient.Answer answer = client.spend(question);
        if (answer.status() != 200) {
            assertThat(answer.status())
                    .as("the instance: %s", client.get("/health/ready").body())
                    .isEqualTo(503);
            assertThat(answer.retryAfter()).isNotBlank();
        }
        return answer;
    }

    private static void assertUnitCost() {
        Sql.each(postgres, "SELECT work_units, cost_usd, cost_per_work_unit_usd FROM showback_work_units", row -> {
            BigDecimal units = row.number("work_units");
            if (units.signum() == 0) {
                assertThat(row.text(3)).isNull();
            } else {
                assertThat(row.number("cost_per_work_unit_usd"))
                        .isEqualByComparingTo(row.number("cost_usd").divide(units, 9, RoundingMode.HALF_UP));
            }
        });
    }

    private static void assertBudgets(SpendClient client) {
        for (String budget : List.of("costs", "calls")) {
            Map<String, String> expected = new TreeMap<>();
            JsonNode status =
                    client.json(client.get("/v1/budgets/" + budget + "/status").body());
            for (JsonNode group : status.get("groups")) {
                if (group.get("spent").decimalValue().signum() != 0) {
                    expected.put(
                            group.get("group").get("feature").asText(),
                            plain(group.get("spent").decimalValue()) + " of "
                                    + plain(group.get("limit").decimalValue()) + ", left "
                                    + plain(group.get("remaining").decimalValue()) + ", "
                                    + plain(group.get("fraction").decimalValue()));
                }
            }
            assertThat(expected).isNotEmpty();
            Await.until(
                    "budget_status of " + budget + " as in REST: " + expected,
                    Scene.PATIENCE,
                    () -> {
                        Map<String, String> seen = new TreeMap<>();
                        Sql.each(
                                postgres,
                                "SELECT group_values->>'feature', spent, limit_amount, remaining, fraction"
                                        + " FROM budget_status"
                                        + " WHERE budget = '" + budget + "'",
                                row -> seen.put(
                                        row.text(1),
                                        plain(row.number("spent")) + " of " + plain(row.number("limit_amount"))
                                                + ", left "
                                                + plain(row.number("remaining")) + ", "
                                                + plain(row.number("fraction"))));
                        return seen;
                    },
                    expected::equals);
        }
    }

    private static void assertAlerts(SpendClient client) {
        Map<String, String> expected = new TreeMap<>();
        for (JsonNode alert :
                client.json(client.get("/v1/alerts?limit=1000").body()).get("alerts")) {
            expected.put(
                    alert.get("id").asText(),
                    String.join(
                            " ",
                            alert.get("kind").asText(),
                            alert.get("state").asText(),
                            alert.get("severity").asText(),
                            plain(alert.get("value").decimalValue()),
                            alert.get("opened_at").asText()));
        }
        assertThat(expected).isNotEmpty();
        Await.until(
                "alerts as in REST: " + expected,
                Scene.PATIENCE,
                () -> {
                    Map<String, String> seen = new TreeMap<>();
                    Sql.each(
                            postgres,
                            "SELECT id, kind, state, severity, value, opened_at FROM alerts",
                            row -> seen.put(
                                    row.text(1),
                                    String.join(
                                            " ",
                                            row.text(2),
                                            row.text(3),
                                            row.text(4),
                                            plain(row.number("value")),
                                            row.time(6).toString())));
                    return seen;
                },
                expected::equals);
    }

    /** What was told last of an alert is what REST answers, field by field. */
    private static void assertWebhooks(SpendClient client, HttpStub webhooks) {
        Map<String, JsonNode> expected = new TreeMap<>();
        for (JsonNode alert : client.json(
                        client.get("/v1/alerts?notify=true&limit=1000").body())
                .get("alerts")) {
            // Nobody said anything, and the record would not say so.
            assertThat(((ObjectNode) alert).remove("acknowledged").isNull()).isTrue();
            expected.put(alert.get("id").asText(), alert);
        }
        assertThat(expected).isNotEmpty();
        Await.until(
                "webhooks as in REST: " + expected,
                Scene.PATIENCE,
                () -> {
                    Map<String, JsonNode> seen = new TreeMap<>();
                    webhooks.requests().forEach(request -> {
                        JsonNode alert = client.json(request.body());
                        seen.put(alert.get("id").asText(), alert);
                    });
                    seen.keySet().retainAll(expected.keySet());
                    return seen;
                },
                expected::equals);
    }

    /** Rows that were spoilt are as before when the topics are read again: all of them, and nothing else. */
    private static void assertReplayChangesNothing(ConnectorFile file) throws Exception {
        Map<String, String> before = contents();
        connect.stop(file.name());
        Sql.run(postgres, "UPDATE spend_rollups SET cost_usd = cost_usd + 1, other_units = '{}'");
        Sql.run(postgres, "UPDATE usage_priced SET time = now(), user_name = NULL");
        Sql.run(postgres, "UPDATE budget_status SET spent = 0");
        Sql.run(postgres, "DELETE FROM alerts");

        connect.run(file.name(), file.config(), true);

        Await.until("the tables as before", Scene.PATIENCE, PostgresSinkTest::contents, before::equals);
    }

    private static Map<String, String> contents() {
        Map<String, String> contents = new TreeMap<>();
        TABLES.forEach(table -> Sql.each(
                postgres,
                "SELECT count(*) || ' ' || md5(string_agg(t::text, ';' ORDER BY id)) FROM " + table + " t",
                row -> contents.put(table, row.text(1))));
        return contents;
    }

    private static long rows(String table) {
        long[] count = new long[1];
        Sql.each(
                postgres,
                "SELECT count(*) AS rows FROM " + table,
                row -> count[0] = row.number("rows").longValue());
        return count[0];
    }

    private static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
