package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import io.spendstream.schema.SchemaText;
import io.spendstream.v1.UsageEvent;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** A schema registry that is away delays what cannot be read without it, and costs nothing. */
@ExtendWith(OneCluster.class)
class RegistryDownTest {

    private static final int RECORDS = 2_000;
    private static final String ID_FIELD = "{\"name\":\"id\",";
    private static final String NEW_FIELD =
            "{\"name\":\"experiment\",\"type\":[\"null\",\"string\"],\"default\":null},";

    private Cluster running;

    @AfterEach
    void registryBack() throws Exception {
        running.startRegistryIfDown();
    }

    @Test
    void anInstanceThatStartsBeforeTheRegistryWaitsForIt(Cluster cluster) throws Exception {
        running = cluster;
        try (Scene scene = new Scene(cluster, "registry-late")) {
            // Given
            cluster.stopRegistry();

            // When
            try (Spendstream app = Spendstream.start(AppConfig.of(scene.deployment.config("here", Map.of())))) {
                SpendClient client = new SpendClient(app.url());
                Await.until(
                        "waiting for the registry",
                        Scene.PATIENCE,
                        () -> client.get("/health/ready"),
                        reply -> reply.status() == 503 && reply.body().contains(cluster.registryUrl()));
                assertThat(client.get("/health/live").status()).isEqualTo(200);
                assertThat(client.spend(scene.everything()).status()).isEqualTo(503);
                scene.load.send(scene.stream(7, EventStream.Mix.WILD).take(RECORDS));
                cluster.startRegistry();

                // Then
                scene.price(client.awaitReady());
                scene.awaitCounted(client);
                Await.until(
                        "all priced that has a price",
                        Scene.PATIENCE,
                        () -> scene.oracle
                                .spend(scene.everything())
                                .differencesTo(client.spend(scene.everything()).table()),
                        List::isEmpty);
            }
        }
    }

    @Test
    void eventsOfANewSchemaWaitForTheRegistryWhileTheOthersPass(Cluster cluster) throws Exception {
        running = cluster;
        try (Scene scene = new Scene(cluster, "registry-down")) {
            long ofKnownSchema;
            try (Spendstream app = scene.startHere(Map.of())) {
                // Given
                SpendClient client = new SpendClient(app.url());
                scene.price(client);
                int newId = scene.deployment.register(
                        scene.deployment.topics().usageEvents().name(), newSchema());
                EventStream known = scene.stream(8, EventStream.Mix.GOOD);
                EventStream unknown = new EventStream(
                        "new", 9, EventStream.Mix.GOOD, scene.now, newId, scene.otherSchemaId, List.of());
                cluster.stopRegistry();

                // When
                scene.load.send(inNewSchema(unknown.take(RECORDS / 2)));
                long ofNewSchema = scene.oracle.counted();
                scene.load.send(known.take(RECORDS));
                ofKnownSchema = scene.oracle.counted() - ofNewSchema;
                scene.load.send(inNewSchema(unknown.take(RECORDS / 2)));

                // Then
                long passed = ofKnownSchema;
                Await.until(
                        passed + " requests",
                        Scene.PATIENCE,
                        () -> client.spend(scene.everything()),
                        answer -> answer.requests() >= passed);
                assertThat(client.spend(scene.everything()).requests()).isEqualTo(passed);
                assertThat(scene.deployment.read(
                                scene.deployment.topics().usageRejected().name()))
                        .isEmpty();
            }

            // When the instance is started again, with the registry back
            cluster.startRegistry();
            try (Spendstream app = scene.startHere(Map.of())) {
                // Then
                SpendClient client = new SpendClient(app.url());
                scene.awaitCounted(client);
                scene.assertExact(client, scene.everything().by("tenant", "feature", "model"));
                assertThat(scene.deployment.read(
                                scene.deployment.topics().usageRejected().name()))
                        .isEmpty();
            }
        }
    }

    /** A later version of the schema, with one more field, before the others. */
    private static String newSchema() {
        String schema = SchemaText.plain(UsageEvent.getClassSchema());
        assertThat(schema).contains(ID_FIELD);
        return schema.replaceFirst(java.util.regex.Pattern.quote(ID_FIELD), NEW_FIELD + ID_FIELD);
    }

    /** The encoding of the new field, absent, goes before that of the others. */
    private static List<Delivery> inNewSchema(List<Delivery> deliveries) {
        return deliveries.stream()
                .map(delivery -> {
                    byte[] old = delivery.value();
                    byte[] value = new byte[old.length + 1];
                    System.arraycopy(old, 0, value, 0, 5);
                    System.arraycopy(old, 5, value, 6, old.length - 5);
                    return new Delivery(delivery.key(), value, delivery.receivedMs());
                })
                .toList();
    }
}
