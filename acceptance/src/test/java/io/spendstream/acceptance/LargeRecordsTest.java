package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import io.spendstream.topic.Topics;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Records as large as Kafka takes them stop nothing. The broker checks what comes compressed, so a record of many MiB
 * passes that hardly differs in itself; what the application writes on must take it all the same.
 */
@ExtendWith(OneCluster.class)
class LargeRecordsTest {

    /** The limit of a batch less what is around the record in it. */
    private static final int NEARLY_A_BATCH = (1 << 20) - 200;

    private Cluster running;

    @AfterEach
    void registryBack() throws Exception {
        running.startRegistryIfDown();
    }

    @Test
    void recordsOfAnySizeAreRejectedAndTheNextEventIsCounted(Cluster cluster) throws Exception {
        running = cluster;
        try (Scene scene = new Scene(cluster, "large-records");
                Spendstream app = scene.startHere(Map.of())) {
            // Given
            SpendClient client = new SpendClient(app.url());
            scene.price(client);
            byte[] noise = new byte[NEARLY_A_BATCH];
            new Random(1).nextBytes(noise);
            noise[0] = 1;
            byte[] uniform = new byte[Topics.RECORD_BYTES_MAX - 100];
            Arrays.fill(uniform, (byte) 1);
            byte[] tooLarge = new byte[30 << 20];
            Arrays.fill(tooLarge, (byte) 1);
            byte[] ofUnknownSchema = Arrays.copyOf(noise, noise.length);
            ByteBuffer.wrap(ofUnknownSchema).put((byte) 0).putInt(1_000_000_000);

            // When: the last of them must wait for the registry first
            String topic = scene.deployment.topics().usageEvents().name();
            try (KafkaProducer<byte[], byte[]> producer = producer(scene.deployment)) {
                send(producer, topic, "noise", noise);
                send(producer, topic, "uniform", uniform);
                send(producer, topic, "too-large", tooLarge);
                Await.until("three rejected", Scene.PATIENCE, () -> rejected(scene), found -> found.size() == 3);
                List<String> changelogs = scene.deployment.allTopics().stream()
                        .filter(name -> name.contains("waiting-for-schema"))
                        .toList();
                cluster.stopRegistry();
                send(producer, topic, "unknown", ofUnknownSchema);
                Await.until(
                        "one that waits",
                        Scene.PATIENCE,
                        () -> changelogs.stream()
                                .mapToInt(name -> scene.deployment.read(name).size())
                                .sum(),
                        waiting -> waiting == 1);
                cluster.startRegistry();
            }
            scene.load.send(scene.stream(3, EventStream.Mix.WILD).take(200));

            // Then
            scene.awaitCounted(client);
            scene.assertExact(client, scene.everything());
            Map<String, ConsumerRecord<byte[], byte[]>> rejected = Await.until(
                    "all rejected", Scene.PATIENCE, () -> rejected(scene), found -> found.containsKey("unknown"));
            assertThat(rejected.get("noise").value()).isEqualTo(noise);
            assertThat(rejected.get("uniform").value()).isEqualTo(uniform);
            assertThat(rejected.get("unknown").value()).isEqualTo(ofUnknownSchema);
            assertThat(rejected.get("too-large").value()).isEqualTo(Arrays.copyOf(tooLarge, 64 << 10));
            assertThat(reasons(rejected, List.of("noise", "uniform", "unknown", "too-large")))
                    .containsExactly("wire_format", "wire_format", "unknown_schema", "record_too_large");
        }
    }

    private static List<String> reasons(Map<String, ConsumerRecord<byte[], byte[]>> rejected, List<String> keys) {
        return keys.stream()
                .map(key -> new String(
                        rejected.get(key)
                                .headers()
                                .lastHeader("spendstream.reason")
                                .value(),
                        StandardCharsets.UTF_8))
                .toList();
    }

    /** Those sent here, by key. */
    private static Map<String, ConsumerRecord<byte[], byte[]>> rejected(Scene scene) {
        return scene.deployment.read(scene.deployment.topics().usageRejected().name()).stream()
                .filter(record -> record.key() != null)
                .filter(record -> record.serializedValueSize() >= 64 << 10)
                .collect(Collectors.toMap(
                        record -> new String(record.key(), StandardCharsets.UTF_8), Function.identity()));
    }

    private static KafkaProducer<byte[], byte[]> producer(Deployment deployment) {
        return new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        deployment.bootstrapServers(),
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4",
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        64 << 20,
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        64L << 20),
                new ByteArraySerializer(),
                new ByteArraySerializer());
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, String key, byte[] value)
            throws Exception {
        producer.send(new ProducerRecord<>(topic, key.getBytes(StandardCharsets.UTF_8), value))
                .get();
    }
}
