package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThatCode;

import io.spendstream.sandbox.EmbeddedBroker;
import io.spendstream.topic.Topic;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Topics that are made for the application, on a real broker. */
@Timeout(300)
class TopicSetupOnBrokerTest {

    private static final String NAME = "usage-events";
    /** So many that the broker is still making them when it already tells clients of them. */
    private static final int PARTITIONS = 300;

    @Test
    void everyPartitionTakesItsFirstRecordAtTheFirstTry(@TempDir Path directory) throws Exception {
        // Given
        try (EmbeddedBroker broker = new EmbeddedBroker(directory, 0).start();
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
                KafkaProducer<String, String> producer = new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                broker.bootstrapServers(),
                                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                                false,
                                ProducerConfig.RETRIES_CONFIG,
                                0),
                        new StringSerializer(),
                        new StringSerializer())) {

            // When
            TopicSetup.createMissing(admin, List.of(new Topic(NAME, 0, Map.of())), PARTITIONS, (short) -1);

            // Then
            List<Future<RecordMetadata>> sent = IntStream.range(0, PARTITIONS)
                    .mapToObj(partition ->
                            producer.send(new ProducerRecord<>(NAME, PARTITIONS - 1 - partition, "key", "value")))
                    .toList();
            for (Future<RecordMetadata> record : sent) {
                assertThatCode(record::get).doesNotThrowAnyException();
            }
        }
    }
}
