package io.spendstream.runtime;

import io.spendstream.alert.AlertNotes;
import io.spendstream.budget.BudgetBook;
import io.spendstream.client.PublisherConfig;
import io.spendstream.client.UsagePublisher;
import io.spendstream.pricing.PriceBook;
import io.spendstream.query.AuditLog;
import io.spendstream.query.Budgets;
import io.spendstream.query.EventIntake;
import io.spendstream.query.Notes;
import io.spendstream.query.Prices;
import io.spendstream.query.Reconciliations;
import io.spendstream.reconcile.ReconciliationBook;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The producers behind REST: for usage events, and for definitions. */
public final class Clients implements AutoCloseable {

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private final UsagePublisher publisher;
    private final PricesTopic prices;
    private final BudgetsTopic budgets;
    private final NotesTopic notes;
    private final AuditTopic audit;
    private final ReconciliationsTopic reconciliations;

    public Clients(
            AppConfig config,
            Topics topics,
            Schemas schemas,
            SchemaRegistry registry,
            PriceBook book,
            BudgetBook budgetBook,
            AlertNotes alertNotes,
            ReconciliationBook reconciliationBook) {
        publisher = UsagePublisher.open(publisher(config, topics), registry);
        Map<String, Object> definitions = definitions(config);
        prices = new PricesTopic(book, topics.prices().name(), producer(definitions, schemas.prices));
        budgets = new BudgetsTopic(budgetBook, topics.budgets().name(), producer(definitions, schemas.budgets));
        notes = new NotesTopic(alertNotes, topics.alertNotes().name(), producer(definitions, schemas.notes));
        Map<String, Object> large = new HashMap<>(definitions);
        large.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.BATCH_BYTES_MAX);
        large.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        audit = new AuditTopic(topics.auditLog().name(), producer(large, schemas.audit));
        Map<String, Object> transactional = new HashMap<>(large);
        transactional.put(ProducerConfig.TRANSACTIONAL_ID_CONFIG, config.applicationId() + "-reconciliations");
        String topic = topics.reconciliations().name();
        reconciliations = new ReconciliationsTopic(
                reconciliationBook,
                alertNotes,
                new ReconciliationsTopic.Names(topic, topics.anomalyAlerts().name()),
                schemas.reconciliations.serializer(),
                schemas.alerts.serializer(),
                () -> new KafkaProducer<>(transactional, new StringSerializer(), new ByteArraySerializer()),
                new ReconciliationsTail(
                        topic,
                        () -> new KafkaConsumer<>(
                                committed(config), new StringDeserializer(), new ByteArrayDeserializer()),
                        value -> schemas.reconciliations.deserializer().deserialize(topic, value)));
    }

    private static <V> Producer<String, V> producer(Map<String, Object> properties, Serde<V> values) {
        return new KafkaProducer<>(properties, new StringSerializer(), values.serializer());
    }

    private static Map<String, Object> committed(AppConfig config) {
        Map<String, Object> properties = new HashMap<>(config.kafka());
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        return properties;
    }

    public Reconciliations reconciliations() {
        return reconciliations;
    }

    public AuditLog audit() {
        return audit;
    }

    /** What its acknowledgements depend on stays as it is; the rest is as configured for every client. */
    static PublisherConfig publisher(AppConfig config, Topics topics) {
        Map<String, String> kafka = new HashMap<>(config.kafka());
        kafka.keySet().removeAll(PublisherConfig.reserved());
        return PublisherConfig.of(config.bootstrapServers(), config.registryUrl())
                .withTopic(topics.usageEvents().name())
                .withMaxBlock(Duration.ofSeconds(2))
                .withKafka(kafka);
    }

    private static Map<String, Object> definitions(AppConfig config) {
        Map<String, Object> properties = new HashMap<>(config.kafka());
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, config.bootstrapServers());
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
        return properties;
    }

    public EventIntake intake() {
        return new PublisherIntake(publisher);
    }

    public Prices prices() {
        return prices;
    }

    public Budgets budgets() {
        return budgets;
    }

    public Notes notes() {
        return notes;
    }

    @Override
    public void close() {
        publisher.close(CLOSE_WITHIN);
        notes.close();
        audit.close();
        budgets.close();
        prices.close();
    }
}
