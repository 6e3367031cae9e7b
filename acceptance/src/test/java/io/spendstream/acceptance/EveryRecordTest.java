package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The form without internals of Kafka Streams, which sends after every record, counts alike. */
@ExtendWith(OneCluster.class)
class EveryRecordTest {

    private static final int RECORDS = 1_500;
    private static final Map<String, String> EVERY_RECORD =
            Map.of(AppConfig.COMMIT_WORK, "every_record", AppConfig.INSTANCE_ID, "app");

    @Test
    void countsExactlyAlsoOverAKill(Cluster cluster) throws Exception {
        try (Scene scene = new Scene(cluster, "every-record");
                AppProcess app = scene.process("app", EVERY_RECORD)) {
            // Given
            app.start().client().awaitReady();
            scene.price(app.client());

            // When
            scene.load.send(scene.stream(8, EventStream.Mix.WILD).take(RECORDS));
            Await.until(
                    "something counted",
                    Scene.PATIENCE,
                    () -> app.client().spend(scene.everything()).requests(),
                    requests -> requests > 0);
            app.kill();
            SpendClient client = app.start().client().awaitReady();
            scene.load.send(scene.stream(9, EventStream.Mix.WILD).take(RECORDS));

            // Then
            scene.awaitCounted(client);
            scene.assertExact(client, scene.everything().by("tenant", "feature", "model"));
            assertThat(scene.deployment.readPriced()).hasSizeGreaterThan(RECORDS / 2);
        }
    }

    @Test
    void keepsItsAccounts(Cluster cluster) throws Exception {
        try (Scene scene = new Scene(cluster, "every-record-accounts");
                Spendstream app = scene.startHere(Map.of(AppConfig.COMMIT_WORK, "every_record"))) {
            SpendClient client = new SpendClient(app.url());
            scene.price(client);
            scene.load.send(scene.stream(10, EventStream.Mix.WILD).take(RECORDS));
            scene.awaitCounted(client);
            Await.until(
                    "all decided",
                    Scene.PATIENCE,
                    () -> app.totals().now(),
                    totals -> totals.received() == scene.oracle.received());
            assertThat(app.totals().now().counted()).isEqualTo(scene.oracle.counted());
            assertThat(app.totals().now().duplicates()).isEqualTo(scene.oracle.duplicates());
        }
    }
}
