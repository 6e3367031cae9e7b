package io.spendstream.sandbox;

import io.spendstream.pricing.ShippedPrices;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.v1.ModelPrices;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

/** Publishes the shipped price book to a topic that has never had a price; what a user changed stays as it is. */
final class PriceSeed {

    private static final long LIMIT_S = 30;

    private PriceSeed() {}

    static void publishWhereEmpty(Admin admin, String bootstrapServers, String topic, SchemaRegistry registry)
            throws IOException {
        try {
            TopicPartition partition = new TopicPartition(topic, 0);
            long end = admin.listOffsets(Map.of(partition, OffsetSpec.latest()))
                    .partitionResult(partition)
                    .get(LIMIT_S, TimeUnit.SECONDS)
                    .offset();
            if (end == 0) {
                publish(bootstrapServers, topic, registry);
            }
        } catch (ExecutionException | TimeoutException e) {
            throw new IOException("the shipped prices cannot be published to " + topic + ": " + e, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the shipped prices were published", e);
        }
    }

    /** In one transaction: a process killed in the middle must not leave a book that looks complete. */
    private static void publish(String bootstrapServers, String topic, SchemaRegistry registry)
            throws ExecutionException, InterruptedException, TimeoutException {
        AvroSerde<ModelPrices> serde = new AvroSerde<>(ModelPrices.class, registry);
        try (Producer<String, ModelPrices> producer = new KafkaProducer<>(
                Map.of(
                        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ProducerConfig.TRANSACTIONAL_ID_CONFIG,
                        "sandbox-prices"),
                new StringSerializer(),
                serde.serializer())) {
            producer.initTransactions();
            producer.beginTransaction();
            List<Future<?>> sent = new ArrayList<>();
            for (ModelPrices prices : ShippedPrices.load()) {
                sent.add(producer.send(new ProducerRecord<>(topic, prices.getModel(), prices)));
            }
            producer.commitTransaction();
            for (Future<?> one : sent) {
                one.get(LIMIT_S, TimeUnit.SECONDS);
            }
        }
    }
}
