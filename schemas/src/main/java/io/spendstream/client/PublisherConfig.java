package io.spendstream.client;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.clients.producer.ProducerConfig;

/**
 * How a {@link UsagePublisher} reaches Kafka and the schema registry. Start from {@link #of} and change what differs.
 *
 * @param bootstrapServers Kafka brokers, {@code host:port} separated by commas
 * @param registryUrl schema registry, as {@link io.spendstream.schema.ConfluentSchemaRegistry} takes it
 * @param topic where usage events go, any prefix included
 * @param linger how long an event may wait for others to share a request with
 * @param deliveryTimeout until when an event must be acknowledged, retries included
 * @param maxBlock how long publishing may wait for room in the buffer and for the first metadata; zero: not at all, then
 *     call {@link UsagePublisher#warmUp} first
 * @param maxInFlightBytes bytes of events that may wait for their acknowledgement
 * @param kafka further producer settings, such as those of TLS and SASL
 * @param registry settings of the registry client, such as credentials and TLS
 */
public record PublisherConfig(
        String bootstrapServers,
        String registryUrl,
        String topic,
        Duration linger,
        Duration deliveryTimeout,
        Duration maxBlock,
        int maxInFlightBytes,
        Map<String, String> kafka,
        Map<String, String> registry) {

    public static final String DEFAULT_TOPIC = "usage-events";

    private static final int IN_FLIGHT_BYTES_MIN = 2 << 20;
    private static final int IN_FLIGHT_BYTES_MAX = 1 << 30;
    private static final int REQUEST_TIMEOUT_MS = 10_000;
    private static final int BATCH_BYTES = 64 * 1024;
    /** Settings that a guarantee or a component above depends on. */
    private static final Set<String> RESERVED = Set.of(
            ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
            ProducerConfig.KEY_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.VALUE_SERIALIZER_CLASS_CONFIG,
            ProducerConfig.ACKS_CONFIG,
            ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
            ProducerConfig.TRANSACTIONAL_ID_CONFIG,
            ProducerConfig.RETRIES_CONFIG,
            ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION,
            ProducerConfig.PARTITIONER_CLASS_CONFIG,
            ProducerConfig.PARTITIONER_IGNORE_KEYS_CONFIG,
            ProducerConfig.LINGER_MS_CONFIG,
            ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
            ProducerConfig.MAX_BLOCK_MS_CONFIG,
            ProducerConfig.BUFFER_MEMORY_CONFIG);

    public PublisherConfig {
        present("bootstrapServers", bootstrapServers);
        present("registryUrl", registryUrl);
        present("topic", topic);
        if (!topic.matches("[a-zA-Z0-9._-]{1,249}")) {
            throw new IllegalArgumentException(
                    "topic: '" + topic + "' is no topic name; it takes 1 to 249 letters, digits, '.', '_' and '-'");
        }
        between("linger", linger, Duration.ZERO, Duration.ofSeconds(10));
        between("deliveryTimeout", deliveryTimeout, linger.plusMillis(1), Duration.ofHours(1));
        between("maxBlock", maxBlock, Duration.ZERO, Duration.ofMinutes(10));
        if (maxInFlightBytes < IN_FLIGHT_BYTES_MIN || maxInFlightBytes > IN_FLIGHT_BYTES_MAX) {
            throw new IllegalArgumentException("maxInFlightBytes: " + maxInFlightBytes + " is not between "
                    + IN_FLIGHT_BYTES_MIN + " and " + IN_FLIGHT_BYTES_MAX);
        }
        kafka = Map.copyOf(kafka);
        registry = Map.copyOf(registry);
        Set<String> reserved = new TreeSet<>(kafka.keySet());
        reserved.retainAll(RESERVED);
        if (!reserved.isEmpty()) {
            throw new IllegalArgumentException("kafka: " + String.join(", ", reserved)
                    + " cannot be set there; exactly-once counting depends on it or this record has a"
                    + " component for it");
        }
    }

    /**
     * Producer settings that {@link #withKafka} refuses: exactly-once counting depends on them, or there is a component
     * for them.
     */
    public static Set<String> reserved() {
        return RESERVED;
    }

    /** Of the clients' settings their names only: values may be passwords. */
    @Override
    public String toString() {
        return "PublisherConfig[bootstrapServers=" + bootstrapServers + ", registryUrl=" + registryUrl + ", topic="
                + topic + ", linger=" + linger + ", deliveryTimeout=" + deliveryTimeout + ", maxBlock=" + maxBlock
                + ", maxInFlightBytes=" + maxInFlightBytes + ", kafka=" + new TreeSet<>(kafka.keySet())
                + ", registry=" + new TreeSet<>(registry.keySet()) + "]";
    }

    /** The defaults: topic usage-events, linger 5 ms, delivery within 30 s, wait for room 1 s, 32 MiB in flight. */
    public static PublisherConfig of(String bootstrapServers, String registryUrl) {
        return new PublisherConfig(
                bootstrapServers,
                registryUrl,
                DEFAULT_TOPIC,
                Duration.ofMillis(5),
                Duration.ofSeconds(30),
                Duration.ofSeconds(1),
                32 << 20,
                Map.of(),
                Map.of());
    }

    public PublisherConfig withTopic(String topic) {
        return new PublisherConfig(
                bootstrapServers,
                registryUrl,
                topic,
                linger,
                deliveryTimeout,
                maxBlock,
                maxInFlightBytes,
                kafka,
                registry);
    }

    public PublisherConfig withLinger(Duration linger) {
        return new PublisherConfig(
                bootstrapServers,
                registryUrl,
                topic,
                linger,
                deliveryTimeout,
                maxBlock,
                maxInFlightBytes,
                kafka,
                registry);
    }

    public PublisherConfig withDeliveryTimeout(Duration deliveryTimeout) {
        return new PublisherConfig(
                bootstrapServers,
                registryUrl,
                topic,
                linger,
                deliveryTimeout,
                maxBlock,
                maxInFlightBytes,
                kafka,
                registry);
    }

    public PublisherConfig withMaxBlock(Duration maxBlock) {
        return new PublisherConfig(
                bootstrapServers,
                registryUrl,
                topic,
                linger,
                deliveryTimeout,
                maxBlock,
                maxInFlightBytes,
                kafka,
                registry);
    }

    public PublisherConfig withMaxInFlightBytes(int maxInFlightBytes) {
        return new PublisherConfig(
                bootstrapServers,
                registryUrl,
                topic,
                linger,
                deliveryTimeout,
                maxBlock,
                maxInFlightBytes,
                kafka,
                registry);
    }

    public PublisherConfig withKafka(Map<String, String> kafka) {
        return new PublisherConfig(
                bootstrapServers,
                registryUrl,
                topic,
                linger,
                deliveryTimeout,
                maxBlock,
                maxInFlightBytes,
                kafka,
                registry);
    }

    public PublisherConfig withRegistry(Map<String, String> registry) {
        return new PublisherConfig(
                bootstrapServers,
                registryUrl,
                topic,
                linger,
                deliveryTimeout,
                maxBlock,
                maxInFlightBytes,
                kafka,
                registry);
    }

    /** Settings of the producer; its serializers are passed to it as objects. */
    Properties producerProperties() {
        Properties properties = new Properties();
        properties.put(ProducerConfig.COMPRESSION_TYPE_CONFIG, "lz4");
        properties.put(ProducerConfig.BATCH_SIZE_CONFIG, BATCH_BYTES);
        properties.put(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
        // A publisher has one topic; without its metadata the next event after a quiet night would have to wait.
        properties.put(
                ProducerConfig.METADATA_MAX_IDLE_CONFIG, Duration.ofDays(7).toMillis());
        properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int)
                Math.min(REQUEST_TIMEOUT_MS, deliveryTimeout.minus(linger).toMillis()));
        properties.putAll(kafka);
        properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(ProducerConfig.ACKS_CONFIG, "all");
        properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
        properties.put(ProducerConfig.LINGER_MS_CONFIG, linger.toMillis());
        properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) deliveryTimeout.toMillis());
        properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, maxBlock.toMillis());
        // The publisher's own limit comes first; this leaves room for batches that are not full.
        properties.put(ProducerConfig.BUFFER_MEMORY_CONFIG, 2L * maxInFlightBytes + (16 << 20));
        return properties;
    }

    private static void present(String name, String value) {
        if (value == null || value.isBlank()) {
            throw new IllegalArgumentException(name + " is missing");
        }
    }

    private static void between(String name, Duration value, Duration least, Duration most) {
        if (value == null || value.compareTo(least) < 0 || value.compareTo(most) > 0) {
            throw new IllegalArgumentException(name + ": " + value + " is not between " + least + " and " + most);
        }
    }
}
