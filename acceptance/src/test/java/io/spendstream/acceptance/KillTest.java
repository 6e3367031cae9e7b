package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.spendstream.runtime.AppConfig;
import io.spendstream.v1.PricedUsage;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** An instance that is killed in the middle of its work, again and again, counts every event exactly once. */
@ExtendWith(OneCluster.class)
class KillTest {

    private static final int EVENTS_PER_SECOND = 1_000;

    /** Counted between two kills, so that each interrupts work that is under way. */
    private static final int PROGRESS = 1_000;

    /** Sends at once what is sent, long before it is committed, so that every kill leaves something half done. */
    private static final Map<String, String> EAGER =
            Map.of("kafka.producer.linger.ms", "0", AppConfig.COMMIT_INTERVAL_MS, "300");

    @Test
    void killedAndStartedAgainWithItsState(Cluster cluster) throws Exception {
        Map<String, String> named = new HashMap<>(EAGER);
        named.put(AppConfig.INSTANCE_ID, "app");
        try (Scene scene = new Scene(cluster, "kill");
                AppProcess app = scene.process("app", named)) {
            survivesKills(scene, app, 3, () -> {});
        }
    }

    @Test
    void killedAndStartedAgainWithoutItsState(Cluster cluster) throws Exception {
        try (Scene scene = new Scene(cluster, "kill-empty");
                AppProcess app = scene.process("app", EAGER)) {
            survivesKills(
                    scene, app, 1, () -> delete(scene.deployment.directory().resolve("app")));
        }
    }

    /** What happens to a machine that is down. */
    private interface Mishap {
        void strike() throws IOException;
    }

    private static void survivesKills(Scene scene, AppProcess app, int kills, Mishap mishap) throws Exception {
        // Given
        app.start().client().awaitReady();
        scene.price(app.client());
        scene.load.start(scene.stream(3, EventStream.Mix.BUSY), EVENTS_PER_SECOND);
        try (Watch watch = new Watch(scene)) {
            watch.over(app.client());

            // When
            for (int i = 0; i < kills; i++) {
                SpendClient client = app.client();
                long before = Await.until(
                                "an answer",
                                Scene.PATIENCE,
                                () -> client.spend(scene.everything()),
                                a -> a.status() == 200)
                        .requests();
                Await.until(
                        "progress",
                        Scene.PATIENCE,
                        () -> client.spend(scene.everything()).requests(),
                        requests -> requests >= before + PROGRESS);
                app.kill();
                mishap.strike();
                app.start();
                watch.over(app.client());
            }
            app.client().awaitReady();
            scene.load.stop();

            // Then
            scene.awaitCounted(app.client());
            scene.assertExact(app.client(), scene.everything().by("tenant", "feature", "model"));
            assertThat(watch.faults()).isEmpty();
        }
        assertPricedOnce(scene);
        assertNoTransactionHangs(scene.deployment);
    }

    private static void assertPricedOnce(Scene scene) {
        Map<String, BigInteger> priced = new HashMap<>();
        for (Map.Entry<String, PricedUsage> record : scene.deployment.readPriced()) {
            PricedUsage usage = record.getValue();
            BigInteger cost = usage.getCostNanoUsd() == null ? null : BigInteger.valueOf(usage.getCostNanoUsd());
            assertThat(priced).as("usage-priced").doesNotContainKey(usage.getId());
            priced.put(usage.getId(), cost);
        }
        assertThat(priced).isEqualTo(scene.oracle.costs());
    }

    /** A reader of committed records reaches the end of every topic, which no open transaction holds up. */
    private static void assertNoTransactionHangs(Deployment deployment) throws Exception {
        Await.until("no open transactions", Scene.PATIENCE, deployment::openTransactions, List::isEmpty);
        for (String topic : deployment.allTopics()) {
            assertThatCode(() -> deployment.read(topic)).as(topic).doesNotThrowAnyException();
        }
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }
}
