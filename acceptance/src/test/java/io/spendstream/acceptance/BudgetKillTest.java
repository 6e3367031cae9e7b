package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.spendstream.runtime.AppConfig;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetAction;
import io.spendstream.v1.BudgetMeasure;
import io.spendstream.v1.BudgetPeriod;
import io.spendstream.v1.BudgetThreshold;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An instance that is killed while budgets are spent keeps their counters exact and tells of each threshold once. */
@ExtendWith(OneCluster.class)
class BudgetKillTest {

    private static final int EVENTS_PER_SECOND = 1_000;
    private static final int PROGRESS = 500;
    private static final int KILLS = 2;
    private static final long MILLION = 1_000_000;

    /** By the cube. */
    private static final String COSTS = "costs";
    /** By events alone: the cube does not know users with the rest. */
    private static final String CALLS = "calls";

    /** Small, so that its thresholds, up to ten times the limit, are passed all the time. */
    private static final BigDecimal COSTS_LIMIT_USD = BigDecimal.valueOf(2);

    private static final long CALLS_LIMIT = 10;

    private static final List<Long> THRESHOLDS_PPM = LongStream.rangeClosed(1, 20)
            .map(half -> half * MILLION / 2)
            .boxed()
            .toList();

    @Test
    void killedWhileBudgetsAreSpent(Cluster cluster) throws Exception {
        try (Scene scene = new Scene(cluster, "kill-budgets");
                AppProcess app = scene.process("app", Map.of(AppConfig.INSTANCE_ID, "app"))) {
            // Given
            app.start().client().awaitReady();
            scene.price(app.client());
            scene.deployment.define(List.of(
                    budget(COSTS, BudgetMeasure.COST, 2_000 * MILLION, "feature"),
                    budget(CALLS, BudgetMeasure.REQUESTS, CALLS_LIMIT, "user")));
            for (String id : List.of(COSTS, CALLS)) {
                Await.until(
                        id,
                        Scene.PATIENCE,
                        () -> app.client().get("/v1/budgets/" + id),
                        reply -> reply.status() == 200);
            }
            scene.load.start(scene.stream(7, EventStream.Mix.BUSY), EVENTS_PER_SECOND);

            // When
            for (int i = 0; i < KILLS; i++) {
                SpendClient client = app.client();
                long before = scene.load.sent().size();
                Await.until(
                        "progress",
                        Scene.PATIENCE,
                        () -> client.spend(scene.everything()).requests(),
                        requests -> requests >= Math.max(before / 2, PROGRESS));
                app.kill();
                app.start();
                app.client().awaitReady();
            }
            scene.load.stop();
            scene.awaitCounted(app.client());

            // Then
            Map<String, BigDecimal> calls = Await.until(
                    "all calls in their counters",
                    Scene.PATIENCE,
                    () -> spent(app.client(), CALLS),
                    spent -> sum(spent).longValueExact() >= scene.oracle.counted());
            assertThat(sum(calls).longValueExact()).isEqualTo(scene.oracle.counted());
            assertThat(calls).isEqualTo(expected(scene, "user", "requests"));
            Map<String, BigDecimal> costs = expected(scene, "feature", "cost_usd");
            assertThat(Await.until(
                            "all costs in their counters",
                            Scene.PATIENCE,
                            () -> spent(app.client(), COSTS),
                            spent -> sum(spent).compareTo(sum(costs)) >= 0))
                    .isEqualTo(costs);
            assertThat(openedOnce(scene, COSTS, "feature"))
                    .containsExactlyInAnyOrderElementsOf(passed(costs, COSTS_LIMIT_USD));
            assertThat(openedOnce(scene, CALLS, "user"))
                    .containsExactlyInAnyOrderElementsOf(passed(calls, BigDecimal.valueOf(CALLS_LIMIT)));
        }
    }

    private static Budget budget(String id, BudgetMeasure measure, long limit, String groupBy) {
        return Budget.newBuilder()
                .setId(id)
                .setMeasure(measure)
                .setLimit(limit)
                .setPeriod(BudgetPeriod.LIFETIME)
                .setGroupBy(List.of(groupBy))
                .setThresholds(THRESHOLDS_PPM.stream()
                        .map(at -> new BudgetThreshold(at, BudgetAction.NOTIFY, null))
                        .toList())
                .build();
    }

    private static Map<String, BigDecimal> spent(SpendClient client, String budget) {
        SpendClient.Reply reply = client.get("/v1/budgets/" + budget + "/status?limit=10000");
        Map<String, BigDecimal> spent = new HashMap<>();
        if (reply.status() == 200) {
            for (JsonNode group : client.json(reply.body()).get("groups")) {
                JsonNode value = group.get("group").elements().next();
                spent.put(
                        value.isNull() ? null : value.textValue(),
                        group.get("spent").decimalValue().stripTrailingZeros());
            }
        }
        return spent;
    }

    private static Map<String, BigDecimal> expected(Scene scene, String dimension, String measure) {
        Map<String, BigDecimal> expected = new HashMap<>();
        scene.oracle.spend(scene.everything().by(dimension)).rows().forEach((row, measures) -> {
            BigDecimal amount = measures.getOrDefault(measure, BigDecimal.ZERO);
            if (amount.signum() != 0) {
                expected.put((String) row.get(0), amount.stripTrailingZeros());
            }
        });
        return expected;
    }

    private static BigDecimal sum(Map<String, BigDecimal> amounts) {
        return amounts.values().stream().reduce(BigDecimal.ZERO, BigDecimal::add);
    }

    private static List<String> passed(Map<String, BigDecimal> spent, BigDecimal limit) {
        List<String> passed = new ArrayList<>();
        spent.forEach((group, amount) -> THRESHOLDS_PPM.stream()
                .filter(at -> amount.compareTo(limit.multiply(BigDecimal.valueOf(at, 6))) >= 0)
                .forEach(at -> passed.add(group + " " + at)));
        return passed;
    }

    /** What was told, as readers of committed records see it; with repeats, where there were any. */
    private static List<String> openedOnce(Scene scene, String budget, String field) {
        List<Alert> alerts = scene.deployment.readAlerts().stream()
                .filter(alert -> alert.getBudget().equals(budget))
                .toList();
        assertThat(alerts).extracting(Alert::getState).containsOnly(AlertState.OPEN);
        assertThat(alerts).extracting(Alert::getId).doesNotHaveDuplicates();
        return alerts.stream()
                .map(alert -> alert.getScope().get(field) + " " + alert.getThreshold())
                .toList();
    }
}
