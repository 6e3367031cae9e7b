package io.spendstream.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.Spendstream;
import java.io.ByteArrayOutputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Events written by hand, byte by byte, as a client in another language with a schema of its own would. */
@ExtendWith(OneCluster.class)
class ConfluentWireTest {

    /** Only what is required and one meter, in another order than ours. */
    private static final String FEW_FIELDS = """
            {"type": "record", "name": "UsageEvent", "namespace": "io.spendstream.v1", "fields": [
              {"name": "model", "type": "string"},
              {"name": "input_tokens", "type": "long"},
              {"name": "time", "type": {"type": "long", "logicalType": "timestamp-millis"}},
              {"name": "feature", "type": "string"},
              {"name": "id", "type": "string"}]}""";

    /** Types that are not ours but can be read as ours, and a field that we do not know. */
    private static final String OTHER_TYPES = """
            {"type": "record", "name": "UsageEvent", "namespace": "io.spendstream.v1", "fields": [
              {"name": "id", "type": "string"},
              {"name": "time", "type": "long"},
              {"name": "trace", "type": {"type": "array", "items": "string"}},
              {"name": "team", "type": ["string", "null"]},
              {"name": "output_tokens", "type": "int"},
              {"name": "status", "type": {"type": "enum", "name": "Status", "symbols": ["ABORTED", "SUCCESS"]}},
              {"name": "feature", "type": "string"},
              {"name": "model", "type": "string"}]}""";

    @Test
    void eventsOfOtherWritersAreCounted(Cluster cluster) throws Exception {
        try (Scene scene = new Scene(cluster, "wire");
                Spendstream app = scene.startHere(Map.of())) {
            // Given
            SpendClient client = new SpendClient(app.url());
            scene.price(client);
            int few = scene.deployment.register(
                    scene.deployment.topics().usageEvents().name(), FEW_FIELDS);
            int other = scene.deployment.register("io.spendstream.v1.UsageEvent", OTHER_TYPES);
            List<Delivery> deliveries = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                deliveries.add(delivery(
                        "python-" + i,
                        new Wire(few)
                                .text("plain")
                                .number(1_000 + i)
                                .number(scene.now.toEpochMilli())
                                .text("chat ✓")
                                .text("python-" + i)));
                deliveries.add(delivery(
                        "go-" + i,
                        new Wire(other)
                                .text("go-" + i)
                                .number(scene.now.toEpochMilli() - i)
                                .number(2) // two items, then none
                                .text("a")
                                .text("b")
                                .number(0)
                                .number(0) // the first of the union
                                .text("red")
                                .number(i)
                                .number(0) // ABORTED here, which is the third of ours
                                .text("search")
                                .text("halves")));
            }

            // When
            scene.load.send(deliveries);

            // Then
            SpendTable table = scene.awaitCounted(client).table();
            scene.assertExact(client, scene.everything().by("feature", "model", "team", "operation", "tenant"));
            assertThat(table.total("requests")).isEqualByComparingTo(BigDecimal.valueOf(200));
            assertThat(table.total("aborted")).isEqualByComparingTo(BigDecimal.valueOf(100));
            assertThat(table.total("input_tokens")).isEqualByComparingTo(BigDecimal.valueOf(104_950));
            assertThat(table.total("input_tokens_cost_usd")).isEqualByComparingTo("0.262375");
        }
    }

    private static Delivery delivery(String id, Wire value) {
        return Delivery.of(id, value.bytes.toByteArray(), System.currentTimeMillis());
    }

    /** Byte 0, the schema's id, then Avro: numbers as zigzag varints, texts as length and UTF-8. */
    private static final class Wire {

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Wire(int schemaId) {
            bytes.write(0);
            bytes.writeBytes(ByteBuffer.allocate(4).putInt(schemaId).array());
        }

        Wire number(long value) {
            long rest = value << 1 ^ value >> 63;
            while ((rest & ~0x7fL) != 0) {
                bytes.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
            return this;
        }

        Wire text(String text) {
            byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
            number(utf8.length);
            bytes.writeBytes(utf8);
            return this;
        }
    }
}
