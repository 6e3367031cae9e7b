package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.runtime.AppConfig;
import io.spendstream.schema.AvroSerde;
import io.spendstream.topic.Topics;
import io.spendstream.v1.Alert;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serializer;

/**
 * How long it takes from an event that Kafka has acknowledged to the alert that somebody with {@code read_committed} can
 * read, while 5,000 events come in a second. Every hundredth event is the first of its project, or of its user, and
 * spends the limit of it: a project is counted by way of the cube, a user is not. Each must alert, and once.
 */
final class AlertDelay {

    private static final String PREFIX = "alerts.";
    private static final int RATE = 5_000;
    private static final int WARM_UP_S = 10;
    private static final int MEASURED_S = 20;
    private static final int PROBE_EVERY = 100;
    private static final String BY_PROJECT = "by-project";
    private static final String BY_USER = "by-user";
    private static final String PROBE = "probe-";

    private final Site site;
    private final Options options;
    private final PrintWriter out;
    /** When the event of a probe was acknowledged, and when its alert was read. */
    private final Map<String, Long> acknowledged = new ConcurrentHashMap<>();

    private final Map<String, Long> alerted = new ConcurrentHashMap<>();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

    AlertDelay(Site site, Options options, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.out = out;
    }

    void run(ObjectNode result) throws IOException, InterruptedException {
        Topics topics = Topics.withPrefix(PREFIX);
        site.createTopics(topics);
        Map<String, String> changes = Map.of(
                AppConfig.TOPIC_PREFIX,
                PREFIX,
                AppConfig.PRICED_PUBLISHED,
                "false",
                AppConfig.COMMIT_INTERVAL_MS,
                Integer.toString(options.commitIntervalMs()));
        try (Instance instance = new Instance(site, changes)) {
            instance.awaitReady();
            BudgetClient client = new BudgetClient(instance.url());
            define(client, BY_PROJECT, "project");
            define(client, BY_USER, "user");
            AtomicBoolean reading = new AtomicBoolean(true);
            Thread reader = new Thread(() -> read(topics.budgetAlerts().name(), reading), "alert-reader");
            reader.start();
            try {
                publish(topics.usageEvents().name());
                Patience.until(
                        "an alert of each probe",
                        () -> alerted.keySet().containsAll(acknowledged.keySet()) || failed());
            } finally {
                reading.set(false);
                reader.join();
            }
            if (failed()) {
                throw failure.get();
            }
            out.printf(
                    "%nfrom event acknowledged to alert readable, at %,d events/s, commits every %d ms%n",
                    RATE, options.commitIntervalMs());
            result.put("commit_interval_ms", options.commitIntervalMs());
            result.put("events_per_second", RATE);
            tell("counted by the cube", BY_PROJECT, result);
            tell("counted by user", BY_USER, result);
        }
    }

    private boolean failed() {
        return failure.get() != null;
    }

    private static void define(BudgetClient client, String id, String field) throws InterruptedException {
        client.put(
                id,
                "{\"limit\":0.001,\"match\":{\"" + field + "\":[\"" + PROBE + "*\"]},\"group_by\":[\"" + field
                        + "\"],\"period\":\"year\",\"burn_rate_min\":1000,"
                        + "\"thresholds\":[{\"at\":1,\"action\":\"notify\"}]}");
    }

    private static String probe(String budget, String value) {
        return budget + "/" + value;
    }

    /** Publishes at the rate, each event when it is due. */
    private void publish(String topic) {
        Backlog background =
                new Backlog(20_261_122, (long) RATE * (WARM_UP_S + MEASURED_S), options.users(), Instant.now());
        Serializer<UsageEvent> serializer = new AvroSerde<>(UsageEvent.class, site.registry()).serializer();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(producerSettings(), new ByteArraySerializer(), new ByteArraySerializer())) {
            long start = System.nanoTime();
            UsageEvent event = Blank.event();
            for (long i = 0; i < background.records() && !failed(); i++) {
                long due = start + i * 1_000_000_000L / RATE;
                while (System.nanoTime() < due) {
                    LockSupport.parkNanos(Math.max(50_000, due - System.nanoTime()));
                }
                background.draw(i, event);
                event.setTime(Instant.now());
                event.setProject(null);
                String probe = i % PROBE_EVERY == 0 ? mark(event, i) : null;
                boolean measured = i >= (long) RATE * WARM_UP_S;
                producer.send(
                        new ProducerRecord<>(
                                topic,
                                event.getId().getBytes(StandardCharsets.UTF_8),
                                serializer.serialize(topic, event)),
                        (sent, e) -> acknowledged(measured ? probe : null, e));
            }
            producer.flush();
        }
    }

    /** Makes it the first event of a project or, in turns, of a user. */
    private static String mark(UsageEvent event, long i) {
        event.setId(PROBE + i);
        event.setModel("gpt-4o");
        event.setInputTokens(5_000L);
        if (i / PROBE_EVERY % 2 == 0) {
            event.setProject(PROBE + i);
            return probe(BY_PROJECT, PROBE + i);
        }
        event.setUser(PROBE + i);
        return probe(BY_USER, PROBE + i);
    }

    private void acknowledged(String probe, Exception failed) {
        if (failed != null) {
            failure.compareAndSet(null, new IllegalStateException("an event could not be published", failed));
        } else if (probe != null) {
            acknowledged.put(probe, System.nanoTime());
        }
    }

    private void read(String topic, AtomicBoolean reading) {
        Deserializer<Alert> deserializer = new AvroSerde<>(Alert.class, site.registry()).deserializer();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(consumerSettings(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(new TopicPartition(topic, 0)));
            while (reading.get()) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    long now = System.nanoTime();
                    take(deserializer.deserialize(topic, record.value()), now);
                }
            }
        } catch (RuntimeException e) {
            failure.compareAndSet(null, e);
        }
    }

    private void take(Alert alert, long now) {
        if (!alert.getKind().equals("budget_threshold")) {
            return;
        }
        String value = alert.getScope().values().iterator().next();
        // Those of the warm-up are not measured, but must not come twice either.
        if (alerted.put(probe(alert.getBudget(), value), now) != null) {
            throw new WrongAnswer("the alert of " + value + " came twice");
        }
    }

    private void tell(String name, String budget, ObjectNode result) {
        List<Long> delays = new ArrayList<>();
        acknowledged.forEach((probe, ackNs) -> {
            if (probe.startsWith(budget + "/")) {
                Long alertNs = alerted.get(probe);
                if (alertNs == null) {
                    throw new WrongAnswer("there is no alert of " + probe);
                }
                delays.add(alertNs - ackNs);
            }
        });
        Latencies latencies =
                new Latencies(delays.stream().mapToLong(Long::longValue).toArray());
        out.printf("  %-22s %s%n", name, latencies);
        out.flush();
        result.set(name.replace(' ', '_'), latencies.toJson());
    }

    private Map<String, Object> producerSettings() {
        return Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                site.bootstrapServers(),
                ProducerConfig.ACKS_CONFIG,
                "all",
                ProducerConfig.COMPRESSION_TYPE_CONFIG,
                "lz4",
                ProducerConfig.LINGER_MS_CONFIG,
                5);
    }

    private Map<String, Object> consumerSettings() {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, site.bootstrapServers(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false,
                ConsumerConfig.GROUP_ID_CONFIG, "bench-alerts");
    }
}
