package io.spendstream.acceptance.bench;

import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.SecurityConfig;
import io.spendstream.runtime.TopicSetup;
import io.spendstream.sandbox.BrokerPlace;
import io.spendstream.sandbox.BrokerProcess;
import io.spendstream.sandbox.registry.DevelopmentRegistry;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.topic.Topic;
import io.spendstream.topic.Topics;
import io.spendstream.v1.Budget;
import io.spendstream.v1.ModelPrices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What the measured applications run on: a broker in a process of its own, as it would be, and a schema registry. All
 * of it lies in one directory, which is deleted at the end with all that is in it.
 */
final class Site implements AutoCloseable {

    private static final int BROKER = BrokerPlace.ALONE.id();
    private static final int BROKER_HEAP_MB = 512;

    /** The sandbox looks for transactions that have timed out more often. */
    private static final Map<String, String> AS_KAFKA_HAS_IT =
            Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "10000");

    private final Path directory;
    private final int partitions;
    private final BrokerProcess broker;
    private final DevelopmentRegistry registryServer;
    private final SchemaRegistry registry;
    private final Admin admin;
    private int applications;

    Site(Path directory, int partitions) throws IOException {
        this.directory = Files.createDirectories(directory);
        this.partitions = partitions;
        registryServer = new DevelopmentRegistry(directory.resolve("registry.json"), 0);
        registry = new ConfluentSchemaRegistry(registryServer.url().toString(), Map.of());
        broker = new BrokerProcess(directory.resolve("kafka"), 0, BROKER_HEAP_MB, BrokerPlace.ALONE, AS_KAFKA_HAS_IT)
                .start();
        admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()));
    }

    String bootstrapServers() {
        return broker.bootstrapServers();
    }

    long brokerPid() {
        return broker.pid();
    }

    SchemaRegistry registry() {
        return registry;
    }

    int partitions() {
        return partitions;
    }

    /** A directory of its own for some part. */
    Path directory(String name) {
        return directory.resolve(name);
    }

    /** An application that never ran before: its own id, so it reads all there is, and its own state. */
    AppConfig newApplication(Map<String, String> changes) {
        return AppConfig.of(configuration("bench-" + ++applications, changes));
    }

    /** What an instance of an application needs to know, and its state in a directory of the application's name. */
    Map<String, String> configuration(String id, Map<String, String> changes) {
        Map<String, String> config = new HashMap<>(Map.of(
                AppConfig.APPLICATION_ID, id,
                AppConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers(),
                AppConfig.REGISTRY_URL, registryServer.url().toString(),
                AppConfig.TOPIC_PARTITIONS, Integer.toString(partitions),
                AppConfig.CUBE_PARTITIONS, Integer.toString(partitions),
                AppConfig.HTTP_PORT, "0",
                SecurityConfig.MODE, "off",
                AppConfig.STATE_DIR, directory.resolve(id).toString()));
        config.putAll(changes);
        return config;
    }

    /** Creates all topics as the application would, and publishes the price list. */
    void createTopics(Topics topics) throws InterruptedException {
        TopicSetup.createMissing(admin, topics.all(), partitions, (short) -1);
        publish(topics.prices(), ModelPrices.class, RateList.records(), ModelPrices::getModel);
    }

    /** Publishes budgets as somebody who produces to the topic. */
    void publishBudgets(Topics topics, List<Budget> budgets) {
        publish(topics.budgets(), Budget.class, budgets, Budget::getId);
    }

    /** Takes them back. */
    void removeBudgets(Topics topics, List<Budget> budgets) {
        String topic = topics.budgets().name();
        send(Budget.class, budgets.stream().map(budget -> new ProducerRecord<>(topic, budget.getId(), null)));
    }

    private <T extends SpecificRecord> void publish(
            Topic topic, Class<T> type, List<T> records, Function<T, String> key) {
        send(type, records.stream().map(record -> new ProducerRecord<>(topic.name(), key.apply(record), record)));
    }

    private <T extends SpecificRecord> void send(Class<T> type, Stream<ProducerRecord<String, T>> records) {
        try (KafkaProducer<String, T> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", broker.bootstrapServers()),
                new StringSerializer(),
                new AvroSerde<>(type, registry).serializer())) {
            records.forEach(producer::send);
            producer.flush();
        }
    }

    /** Takes away what an application that has stopped left in the broker and on disk. */
    void forget(AppConfig application) throws InterruptedException, IOException {
        try {
            List<String> internal = admin.listTopics().names().get().stream()
                    .filter(name -> name.startsWith(application.applicationId() + "-"))
                    .toList();
            admin.deleteTopics(internal).all().get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("internal topics cannot be deleted", e.getCause());
        }
        delete(application.stateDir());
    }

    /** Takes away topics, and what is in them. */
    void forget(Topics topics) throws InterruptedException {
        try {
            admin.deleteTopics(topics.all().stream().map(Topic::name).toList())
                    .all()
                    .get();
        } catch (ExecutionException e) {
            throw new IllegalStateException("topics cannot be deleted", e.getCause());
        }
    }

    /** What the broker has written of all topics, as it is on the disk. */
    long bytes() throws InterruptedException {
        try {
            return admin.describeLogDirs(List.of(BROKER)).allDescriptions().get().values().stream()
                    .flatMap(directories -> directories.values().stream())
                    .flatMap(directory -> directory.replicaInfos().values().stream())
                    .mapToLong(ReplicaInfo::size)
                    .sum();
        } catch (ExecutionException e) {
            throw new IllegalStateException("the broker does not say how much it has written", e.getCause());
        }
    }

    static void delete(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }

    @Override
    public void close() throws IOException {
        admin.close();
        registry.close();
        broker.close();
        registryServer.close();
        delete(directory);
    }
}
