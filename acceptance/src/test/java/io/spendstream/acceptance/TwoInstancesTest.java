package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Instances share the work, and each answers for all of them: the whole or not at all. */
@ExtendWith(OneCluster.class)
class TwoInstancesTest {

    private static final int EVENTS_PER_SECOND = 500;

    @Test
    void eitherAnswersForBothAndTheOneThatIsLeftForAll(Cluster cluster) throws Exception {
        // Given one instance at work
        try (Scene scene = new Scene(cluster, "two");
                AppProcess first = scene.process("first", Map.of());
                AppProcess second = scene.process("second", Map.of());
                Watch watch = new Watch(scene)) {
            SpendClient one = first.start().client().awaitReady();
            scene.price(one);
            scene.load.start(scene.stream(4, EventStream.Mix.BUSY), EVENTS_PER_SECOND);
            watch.over(one);

            // When another joins
            SpendClient other = second.start().client();
            watch.over(one, other);
            awaitShared(one, other);

            // Then either knows all
            scene.load.stop();
            scene.awaitCounted(one);
            scene.awaitCounted(other);
            scene.assertExact(one, scene.everything().by("tenant", "feature"));
            scene.assertExact(other, scene.everything().by("tenant", "feature"));
            awaitPublished(scene);
            awaitSpendShown(scene, one, other);

            // And what one has reconciled, too
            String reconciliation = reconcile(one, "", 201);
            awaitReconciled(other, reconciliation);

            // When one is lost, while nothing comes in
            second.kill();

            // Then the answer is all or none, and in the end all
            assertAllOrNone(scene, one);
            scene.assertExact(one, scene.everything().by("tenant", "feature"));

            // When it comes back and then leaves in good order, under load
            scene.load.start(scene.stream(5, EventStream.Mix.BUSY), EVENTS_PER_SECOND);
            SpendClient back = second.start().client();
            watch.over(one, back);
            awaitShared(one, back);
            awaitReconciled(back, reconciliation);
            reconcile(back, "", 200);
            reconcile(back, "&tolerance=100%25", 200);
            awaitTold(one);
            second.stop();
            watch.over(one);
            awaitAlone(one);
            scene.load.stop();

            // Then nothing is missing and nothing is there twice
            scene.awaitCounted(one);
            scene.assertExact(one, scene.everything().by("tenant", "feature"));
            assertThat(watch.faults()).isEmpty();
            assertThat(watch.answers()).isGreaterThan(50);
        }
    }

    /** An invoice for something that nobody meters, so that load makes no difference. */
    private static String reconcile(SpendClient client, String query, int status) {
        // It is refused while the instances do not know that all is counted.
        SpendClient.Reply reply = Await.until(
                "a load that is taken",
                Scene.PATIENCE,
                () -> client.post(
                        "/v1/reconciliations?provider=nobody" + query,
                        "{\"lines\": [{\"date\": \"2026-01-01\", \"model\": \"m\", \"cost_usd\": 5}]}"),
                answer -> answer.status() != 503);
        assertThat(reply.status()).as(reply.body()).isEqualTo(status);
        return client.json(reply.body()).get("id").textValue();
    }

    private static void awaitReconciled(SpendClient client, String id) {
        Await.until(
                "the reconciliation",
                Scene.PATIENCE,
                () -> client.get("/v1/reconciliations/" + id),
                reply -> reply.status() == 200);
    }

    /** Opened by one instance, said again and resolved by another: one alert, opened when it was first loaded. */
    private static void awaitTold(SpendClient client) {
        JsonNode alert = Await.until(
                        "the alert's end",
                        Scene.PATIENCE,
                        () -> client.json(client.get("/v1/alerts?kind=reconciliation_drift")
                                        .body())
                                .path("alerts"),
                        alerts -> "RESOLVED".equals(alerts.path(0).path("state").asText()))
                .get(0);
        assertThat(Instant.parse(alert.get("opened_at").textValue()))
                .isBefore(Instant.parse(alert.get("changed_at").textValue()));
        assertThat(alert.get("notify").booleanValue()).isTrue();
    }

    /** What is in the published totals is committed: a kill takes nothing back. */
    private static void awaitPublished(Scene scene) {
        Await.until(
                "all in spend-rollups",
                Scene.PATIENCE,
                () -> scene.deployment.readRollups().values().stream()
                        .mapToLong(rollup -> rollup.getMeasures().get("requests"))
                        .sum(),
                requests -> requests == scene.oracle.counted());
    }

    /** @param parts in the metrics of each instance */
    private record SpentToday(Instant day, BigDecimal spent, List<BigDecimal> parts) {

        static SpentToday of(SpendClient... instances) {
            Instant day = Instant.now().truncatedTo(ChronoUnit.DAYS);
            SpendQuestion question = SpendQuestion.between(day, day.plus(Duration.ofDays(1)));
            BigDecimal spent = instances[0].spend(question).table().total("cost_usd");
            List<BigDecimal> parts = Arrays.stream(instances)
                    .map(instance -> instance.metrics().entrySet().stream()
                            .filter(sample -> sample.getKey().startsWith("spendstream_spend_today_usd{"))
                            .map(Map.Entry::getValue)
                            .reduce(BigDecimal.ZERO, BigDecimal::add))
                    .toList();
            return new SpentToday(day, spent, parts);
        }

        boolean isShown() {
            return parts.stream()
                            .reduce(BigDecimal.ZERO, BigDecimal::add)
                            .setScale(6, RoundingMode.HALF_EVEN)
                            .compareTo(spent.setScale(6, RoundingMode.HALF_EVEN))
                    == 0;
        }
    }

    /**
     * Each shows what its own partitions hold, so the sum of what they show is what was spent today. That day may begin
     * here, at midnight in UTC, and be nobody's yet.
     */
    private static void awaitSpendShown(Scene scene, SpendClient... instances) {
        Instant dayOfEvents = scene.now.truncatedTo(ChronoUnit.DAYS);
        Await.until(
                "the spend of today in the metrics of both, together",
                Scene.PATIENCE,
                () -> SpentToday.of(instances),
                today -> today.isShown()
                        && (today.day().isAfter(dayOfEvents)
                                || today.parts().stream().allMatch(part -> part.signum() > 0)));
    }

    private static void assertAllOrNone(Scene scene, SpendClient client) {
        List<SpendClient.Answer> refusals = new ArrayList<>();
        SpendClient.Answer answer = Await.until(
                "the whole",
                Scene.PATIENCE,
                () -> {
                    SpendClient.Answer now = client.spend(scene.everything());
                    if (now.status() != 200) {
                        refusals.add(now);
                    }
                    return now;
                },
                now -> now.status() == 200);
        assertThat(answer.requests()).isEqualTo(scene.oracle.counted());
        assertThat(refusals).as("answers while partitions were missing").isNotEmpty();
        assertThat(refusals).allSatisfy(refusal -> {
            assertThat(refusal.status()).isEqualTo(503);
            assertThat(refusal.retryAfter()).isNotBlank();
        });
    }

    private static void awaitShared(SpendClient... clients) {
        for (SpendClient client : clients) {
            client.awaitReady();
            Await.until(
                    "work for both instances",
                    Scene.PATIENCE,
                    () -> tasks(client),
                    tasks -> tasks.size() == 2 && tasks.stream().allMatch(count -> count > 0));
            Await.until(
                    "both say that they run",
                    Scene.PATIENCE,
                    () -> client.json(client.get("/v1/instances").body()).findValuesAsText("state"),
                    List.of("RUNNING", "RUNNING")::equals);
        }
    }

    private static void awaitAlone(SpendClient client) {
        Await.until("one instance", Scene.PATIENCE, () -> tasks(client), tasks -> tasks.size() == 1);
    }

    /** How many partitions each instance works on. */
    private static List<Integer> tasks(SpendClient client) {
        List<Integer> tasks = new ArrayList<>();
        JsonNode instances = client.json(client.get("/v1/instances").body()).path("instances");
        instances.forEach(instance -> tasks.add(instance.get("active_tasks").size()));
        return tasks;
    }
}
