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
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.StringSerializer;

/** The producers behind REST: for usage events, and for definitions. */
public final class Clients implements AutoCloseable {

    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(5);

    private final UsagePublisher publisher;
    private final PricesTopic prices;
    private final BudgetsTopic budgets;
    private final NotesTopic notes;
    private final AuditTopic audit;

    public Clients(
            AppConfig config,
            Topics topics,
            Schemas schemas,
            SchemaRegistry registry,
            PriceBook book,
            BudgetBook budgetBook,
            AlertNotes alertNotes) {
        publisher = UsagePublisher.open(publisher(config, topics), registry);
        prices = new PricesTopic(
                book,
                topics.prices().name(),
                new KafkaProducer<>(definitions(config), new StringSerializer(), schemas.prices.serializer()));
        budgets = new BudgetsTopic(
                budgetBook,
                topics.budgets().name(),
                new KafkaProducer<>(definitions(config), new StringSerializer(), schemas.budgets.serializer()));
        notes = new NotesTopic(
                alertNotes,
                topics.alertNotes().name(),
                new KafkaProducer<>(definitions(config), new StringSerializer(), schemas.notes.serializer()));
        Map<String, Object> large = definitions(config);
        large.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, Topics.BATCH_BYTES_MAX);
        large.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        audit = new AuditTopic(
                topics.auditLog().name(),
                new KafkaProducer<>(large, new StringSerializer(), schemas.audit.serializer()));
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
