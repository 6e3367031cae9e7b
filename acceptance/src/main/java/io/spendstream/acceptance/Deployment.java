package io.spendstream.acceptance;

import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.SecurityConfig;
import io.spendstream.runtime.TopicSetup;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaText;
import io.spendstream.topic.Topics;
import io.spendstream.v1.Alert;
import io.spendstream.v1.Budget;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.PricedUsage;
import io.spendstream.v1.SpendRollup;
import io.spendstream.v1.UsageEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** One application on a cluster, seen from outside: its configuration, topics and schemas. */
public final class Deployment implements AutoCloseable {

    private static final Duration READ_WITHIN = Duration.ofSeconds(60);

    private final Cluster cluster;
    private final String name;
    private final Path directory;
    private final Topics topics;
    private final ConfluentSchemaRegistry registry;
    private final Admin admin;
    private final Map<Integer, String> schemas = new HashMap<>();

    Deployment(Cluster cluster, String name, Path directory) {
        this.cluster = cluster;
        this.name = name;
        this.directory = directory;
        this.topics = Topics.withPrefix(name + "-");
        this.registry = new ConfluentSchemaRegistry(cluster.registryUrl(), Map.of());
        this.admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
    }

    public Topics topics() {
        return topics;
    }

    public Path directory() {
        return directory;
    }

    public String bootstrapServers() {
        return cluster.bootstrapServers();
    }

    /**
     * The configuration of one instance: what must differ from the defaults here, shorter waits for those who died, and
     * fewer commits: each costs the broker a dozen requests, however little there is to commit.
     *
     * @param instance names its state directory
     * @param more keys, which go before
     */
    public Map<String, String> config(String instance, Map<String, String> more) {
        Map<String, String> config = new HashMap<>();
        config.put(AppConfig.APPLICATION_ID, name);
        config.put(AppConfig.TOPIC_PREFIX, name + "-");
        config.put(AppConfig.BOOTSTRAP_SERVERS, cluster.bootstrapServers());
        config.put(AppConfig.REGISTRY_URL, cluster.registryUrl());
        config.put(AppConfig.HTTP_PORT, "0");
        config.put(SecurityConfig.MODE, "off");
        config.put(AppConfig.STATE_DIR, directory.resolve(instance).toString());
        config.put(AppConfig.COMMIT_INTERVAL_MS, "300");
        config.put("kafka.consumer.session.timeout.ms", "6000");
        config.put("kafka.consumer.heartbeat.interval.ms", "1000");
        config.putAll(more);
        return config;
    }

    /** The id of the schema of usage events. */
    public int usageSchemaId() {
        return register(topics.usageEvents().name(), SchemaText.plain(UsageEvent.getClassSchema()));
    }

    /** The id of a schema that is no usage event. */
    public int otherSchemaId() {
        return register(topics.spendRollups().name(), SchemaText.plain(SpendRollup.getClassSchema()));
    }

    /** Registers a schema for a topic's values. */
    public int register(String topic, String json) {
        int id = registry.register(AvroSerde.valueSubject(topic), json);
        schemas.put(id, json);
        return id;
    }

    /** What was registered, by id: a live view. */
    public Map<Integer, String> schemas() {
        return schemas;
    }

    /** Publishes prices; returns when Kafka has them. */
    public void publish(List<ModelPrices> prices) throws InterruptedException, ExecutionException {
        AvroSerde<ModelPrices> serde = new AvroSerde<>(ModelPrices.class, registry);
        try (KafkaProducer<String, ModelPrices> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()),
                new StringSerializer(),
                serde.serializer())) {
            for (ModelPrices model : prices) {
                producer.send(new ProducerRecord<>(topics.prices().name(), model.getModel(), model))
                        .get();
            }
        }
    }

    /** Publishes budgets; returns when Kafka has them. */
    public void define(List<Budget> budgets) throws InterruptedException, ExecutionException {
        AvroSerde<Budget> serde = new AvroSerde<>(Budget.class, registry);
        try (KafkaProducer<String, Budget> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()),
                new StringSerializer(),
                serde.serializer())) {
            for (Budget budget : budgets) {
                producer.send(new ProducerRecord<>(topics.budgets().name(), budget.getId(), budget))
                        .get();
            }
        }
    }

    /**
     * A reader of all partitions of a topic, which is the caller's to close.
     *
     * @param isolation read_committed or read_uncommitted
     * @param from earliest or latest
     */
    public KafkaConsumer<byte[], byte[]> reader(String topic, String isolation, String from) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        cluster.bootstrapServers(),
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        isolation,
                        ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                        from),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        consumer.assign(consumer.partitionsFor(topic).stream()
                .map(p -> new TopicPartition(topic, p.partition()))
                .toList());
        return consumer;
    }

    /** What turns a topic's values into records. */
    public <T extends SpecificRecord> Function<byte[], T> decoder(String topic, Class<T> type) {
        AvroSerde<T> serde = new AvroSerde<>(type, registry);
        return value -> serde.deserializer().deserialize(topic, value);
    }

    /** All committed records of a topic up to now, in order within each partition. */
    public List<ConsumerRecord<byte[], byte[]>> read(String topic) {
        try (KafkaConsumer<byte[], byte[]> consumer = reader(topic, "read_committed", "earliest")) {
            Set<TopicPartition> partitions = consumer.assignment();
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
            Await.until(
                    "the end of " + topic,
                    READ_WITHIN,
                    () -> {
                        consumer.poll(Duration.ofMillis(100)).forEach(records::add);
                        return partitions.stream()
                                .filter(p -> consumer.position(p) < ends.get(p))
                                .toList();
                    },
                    List::isEmpty);
            return records;
        }
    }

    /** Of {@code usage-priced}, by key, in order within each partition. */
    public List<Map.Entry<String, PricedUsage>> readPriced() {
        return decoded(topics.usagePriced().name(), PricedUsage.class);
    }

    /** Of {@code usage-unpriced}, by key. */
    public List<Map.Entry<String, UsageEvent>> readUnpriced() {
        return decoded(topics.usageUnpriced().name(), UsageEvent.class);
    }

    /** Of {@code budget-alerts}, in their order. */
    public List<Alert> readAlerts() {
        return decoded(topics.budgetAlerts().name(), Alert.class).stream()
                .map(Map.Entry::getValue)
                .toList();
    }

    /** Of {@code anomaly-alerts}, in their order. */
    public List<Alert> readAnomalies() {
        return decoded(topics.anomalyAlerts().name(), Alert.class).stream()
                .map(Map.Entry::getValue)
                .toList();
    }

    /** The last record of each key of {@code spend-rollups}. */
    public Map<String, SpendRollup> readRollups() {
        Map<String, SpendRollup> last = new HashMap<>();
        decoded(topics.spendRollups().name(), SpendRollup.class)
                .forEach(entry -> last.put(entry.getKey(), entry.getValue()));
        return last;
    }

    private <T extends SpecificRecord> List<Map.Entry<String, T>> decoded(String topic, Class<T> type) {
        Function<byte[], T> decoder = decoder(topic, type);
        return read(topic).stream()
                .map(r -> Map.entry(new String(r.key(), StandardCharsets.UTF_8), decoder.apply(r.value())))
                .toList();
    }

    /**
     * Makes the topics of another deployment here too, and copies its events and prices as they are: each to the same
     * partition and with the time at which Kafka took it.
     */
    public void copyInputs(Deployment other) throws InterruptedException, ExecutionException {
        String events = topics.usageEvents().name();
        int partitions = other.admin
                .describeTopics(List.of(other.topics.usageEvents().name()))
                .topicNameValues()
                .get(other.topics.usageEvents().name())
                .get()
                .partitions()
                .size();
        TopicSetup.createMissing(admin, topics.all(), partitions, (short) -1);
        admin.incrementalAlterConfigs(Map.of(
                        new ConfigResource(ConfigResource.Type.TOPIC, events),
                        List.of(new AlterConfigOp(
                                new ConfigEntry(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "CreateTime"),
                                AlterConfigOp.OpType.SET))))
                .all()
                .get();
        copy(other.read(other.topics.prices().name()), topics.prices().name());
        copy(other.read(other.topics.usageEvents().name()), events);
    }

    private void copy(List<ConsumerRecord<byte[], byte[]>> records, String to) {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers()),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            records.forEach(record -> producer.send(new ProducerRecord<>(
                    to, record.partition(), record.timestamp(), record.key(), record.value(), record.headers())));
        }
    }

    /** A key of a store, and the partition it is in. */
    public record StoredKey(int partition, ByteBuffer bytes) {
        @Override
        public String toString() {
            return StandardCharsets.UTF_8.decode(bytes.duplicate()).toString().replaceAll("[\\p{Cntrl}\\uFFFD]+", " ")
                    + " of " + partition;
        }
    }

    /** What the application would restore of a store: the last committed value of each key. */
    public Map<StoredKey, ByteBuffer> readStore(String store) {
        Map<StoredKey, ByteBuffer> last = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> record : read(name + "-" + store + "-changelog")) {
            StoredKey key = new StoredKey(record.partition(), ByteBuffer.wrap(record.key()));
            if (record.value() == null) {
                last.remove(key);
            } else {
                last.put(key, ByteBuffer.wrap(record.value()));
            }
        }
        return last;
    }

    /** Every topic of the application, internal ones too. */
    public List<String> allTopics() throws InterruptedException, ExecutionException {
        return admin.listTopics().names().get().stream()
                .filter(topic -> topic.startsWith(name + "-"))
                .sorted()
                .toList();
    }

    /** Deletes every topic of the application. */
    public void deleteTopics() throws InterruptedException, ExecutionException {
        admin.deleteTopics(allTopics()).all().get();
    }

    /** Where each partition of the application ends, records of open transactions included. */
    public Map<TopicPartition, Long> ends() throws InterruptedException, ExecutionException {
        List<TopicPartition> partitions = admin.describeTopics(allTopics()).allTopicNames().get().values().stream()
                .flatMap(topic -> topic.partitions().stream().map(p -> new TopicPartition(topic.name(), p.partition())))
                .toList();
        return ends(partitions, IsolationLevel.READ_UNCOMMITTED);
    }

    /** Of some partitions those of which readers of committed records cannot reach an end: a transaction is open. */
    public Map<TopicPartition, Long> outOfReach(Map<TopicPartition, Long> ends)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> unreached = new HashMap<>(ends);
        ends(ends.keySet(), IsolationLevel.READ_COMMITTED)
                .forEach((partition, stable) ->
                        unreached.computeIfPresent(partition, (same, end) -> stable < end ? end : null));
        return unreached;
    }

    private Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, IsolationLevel level)
            throws InterruptedException, ExecutionException {
        Map<TopicPartition, Long> ends = new HashMap<>();
        admin.listOffsets(
                        partitions.stream().collect(Collectors.toMap(p -> p, p -> OffsetSpec.latest())),
                        new ListOffsetsOptions(level))
                .all()
                .get()
                .forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    @Override
    public void close() {
        admin.close();
        registry.close();
    }
}
