package io.spendstream.acceptance;

import static java.util.function.Function.identity;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import io.spendstream.acceptance.Oracle.Fate;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Every record ends in exactly one place, whatever comes. */
@ExtendWith(OneCluster.class)
class AccountingTest {

    private static final int RECORDS = 15_000;

    @Test
    void receivedIsCountedAndDuplicateAndRejected(Cluster cluster) throws Exception {
        // Given
        try (Scene scene = new Scene(cluster, "accounting");
                Spendstream app = scene.startHere(Map.of())) {
            SpendClient client = new SpendClient(app.url());
            scene.price(client);

            // When
            scene.load.start(scene.stream(1, EventStream.Mix.WILD), 3_000);
            int scrapes = 0;
            while (scene.load.sent().size() < RECORDS) {
                assertBalanced(client.metrics());
                scrapes++;
            }
            scene.load.stop();
            Map<String, BigDecimal> metrics = Await.until(
                    "all records decided",
                    Scene.PATIENCE,
                    () -> {
                        Map<String, BigDecimal> scrape = client.metrics();
                        assertBalanced(scrape);
                        return scrape;
                    },
                    scrape -> count(scrape, "received") >= scene.oracle.received());

            // Then
            assertThat(scrapes).as("scrapes under load").isGreaterThan(20);
            assertThat(count(metrics, "received")).isEqualTo(scene.oracle.received());
            assertThat(count(metrics, "counted")).isEqualTo(scene.oracle.counted());
            assertThat(count(metrics, "duplicate")).isEqualTo(scene.oracle.duplicates());
            assertThat(count(metrics, "unpriced")).isEqualTo(scene.oracle.unpriced());
            assertThat(rejected(metrics)).isEqualTo(scene.oracle.rejected());
            assertThat(scene.oracle.duplicates()).isGreaterThan(1_000);
            assertThat(scene.oracle.rejectedInAll()).isGreaterThan(1_000);
            scene.awaitCounted(client);
            scene.assertExact(client, scene.everything());
            assertRejectedUnchanged(scene);
        }
    }

    private static void assertBalanced(Map<String, BigDecimal> metrics) {
        long rejected =
                rejected(metrics).values().stream().mapToLong(Long::longValue).sum();
        assertThat(count(metrics, "counted") + count(metrics, "duplicate") + rejected)
                .as("counted + duplicate + rejected in %s", metrics)
                .isEqualTo(count(metrics, "received"));
    }

    private static long count(Map<String, BigDecimal> metrics, String what) {
        return metrics.get("spendstream_events_" + what + "_total").longValueExact();
    }

    private static Map<String, Long> rejected(Map<String, BigDecimal> metrics) {
        String prefix = "spendstream_events_rejected_total{reason=\"";
        Map<String, Long> rejected = new HashMap<>();
        metrics.forEach((sample, value) -> {
            if (sample.startsWith(prefix) && value.signum() != 0) {
                rejected.put(sample.substring(prefix.length(), sample.length() - 2), value.longValueExact());
            }
        });
        return rejected;
    }

    private static void assertRejectedUnchanged(Scene scene) {
        List<ConsumerRecord<byte[], byte[]>> rejected =
                scene.deployment.read(scene.deployment.topics().usageRejected().name());
        Map<String, ConsumerRecord<byte[], byte[]>> byOrigin = rejected.stream()
                .collect(toMap(
                        r -> header(r, "partition") + "@" + header(r, "offset"), identity())); // fails on a second one
        List<Load.Sent> expected = scene.load.sent().stream()
                .filter(sent -> sent.fate().kind() == Fate.Kind.REJECTED)
                .toList();
        assertThat(rejected).hasSameSizeAs(expected);
        for (Load.Sent sent : expected) {
            ConsumerRecord<byte[], byte[]> record = byOrigin.get(sent.partition() + "@" + sent.offset());
            assertThat(record).as("the rejected record of %s", sent).isNotNull();
            assertThat(record.key()).isEqualTo(sent.delivery().key());
            assertThat(record.value()).isEqualTo(sent.delivery().value());
            assertThat(header(record, "reason")).isEqualTo(sent.fate().reason());
            assertThat(header(record, "detail")).isNotBlank();
            assertThat(header(record, "topic"))
                    .isEqualTo(scene.deployment.topics().usageEvents().name());
        }
    }

    private static String header(ConsumerRecord<byte[], byte[]> record, String name) {
        return new String(record.headers().lastHeader("spendstream." + name).value(), StandardCharsets.UTF_8);
    }
}
