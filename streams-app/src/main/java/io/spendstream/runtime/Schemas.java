package io.spendstream.runtime;

import io.spendstream.ingest.WriterSchemas;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.topic.Topic;
import io.spendstream.topic.Topics;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AuditEntry;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.Reconciliation;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UsageEvent;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.apache.avro.specific.SpecificRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The serdes of the topics, and what they need of the registry. */
public final class Schemas {

    private static final Logger LOG = LoggerFactory.getLogger(Schemas.class);
    private static final String COMPATIBILITY = "BACKWARD_TRANSITIVE";
    private static final long RETRY_MS = 1_000;

    public final AvroSerde<UsageEvent> usage;
    public final AvroSerde<PricedUsage> priced;
    public final AvroSerde<SpendRollup> rollups;
    public final AvroSerde<ModelPrices> prices;
    public final AvroSerde<Budget> budgets;
    public final AvroSerde<BudgetStatus> statuses;
    public final AvroSerde<Alert> alerts;
    public final AvroSerde<AlertNote> notes;
    public final AvroSerde<Reconciliation> reconciliations;
    public final AvroSerde<AuditEntry> audit;
    public final WriterSchemas writers;

    private final SchemaRegistry registry;
    private final Topics topics;

    public Schemas(SchemaRegistry registry, Topics topics) {
        this.registry = registry;
        this.topics = topics;
        usage = new AvroSerde<>(UsageEvent.class, registry);
        priced = new AvroSerde<>(PricedUsage.class, registry);
        rollups = new AvroSerde<>(SpendRollup.class, registry);
        prices = new AvroSerde<>(ModelPrices.class, registry);
        budgets = new AvroSerde<>(Budget.class, registry);
        statuses = new AvroSerde<>(BudgetStatus.class, registry);
        alerts = new AvroSerde<>(Alert.class, registry);
        notes = new AvroSerde<>(AlertNote.class, registry);
        reconciliations = new AvroSerde<>(Reconciliation.class, registry);
        audit = new AvroSerde<>(AuditEntry.class, registry);
        writers = new WriterSchemas(registry, () -> System.nanoTime() / 1_000_000, background());
    }

    /** One thread while it is needed, which keeps nobody from ending. */
    private static Executor background() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 10, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "schema-registry");
                    thread.setDaemon(true);
                    return thread;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }

    /**
     * Registers the schemas of all topics and learns those that were registered before, so that nothing known today
     * needs the registry later.
     *
     * @throws RegistryUnavailableException where the registry does not answer
     */
    public void learn() {
        warm(usage, topics.usageEvents().name());
        warm(usage, topics.usageUnpriced().name());
        warm(priced, topics.usagePriced().name());
        warm(rollups, topics.spendRollups().name());
        warm(prices, topics.prices().name());
        warm(budgets, topics.budgets().name());
        warm(statuses, topics.budgetStatus().name());
        warm(alerts, topics.budgetAlerts().name());
        warm(alerts, topics.anomalyAlerts().name());
        warm(notes, topics.alertNotes().name());
        warm(reconciliations, topics.reconciliations().name());
        warm(audit, topics.auditLog().name());
        writers.learn(AvroSerde.valueSubject(topics.usageEvents().name()));
    }

    private void warm(AvroSerde<?> serde, String topic) {
        registry.setCompatibility(AvroSerde.valueSubject(topic), COMPATIBILITY);
        serde.warm(topic);
    }

    /**
     * Decodes the records of a topic. One of a schema that is not known waits for the registry: an outage must not make
     * good prices or budgets look bad.
     *
     * @param stopped whether to give up
     */
    public static <T extends SpecificRecord> Function<byte[], T> patiently(
            AvroSerde<T> serde, Topic topic, BooleanSupplier stopped) {
        return value -> {
            while (true) {
                try {
                    return serde.deserializer().deserialize(topic.name(), value);
                } catch (RegistryUnavailableException e) {
                    LOG.warn("a record of {} waits for the schema registry: {}", topic.name(), e.getMessage());
                    pause(stopped, e);
                }
            }
        };
    }

    private static void pause(BooleanSupplier stopped, RegistryUnavailableException cause) {
        try {
            Thread.sleep(RETRY_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw cause;
        }
        if (stopped.getAsBoolean()) {
            throw cause;
        }
    }
}
