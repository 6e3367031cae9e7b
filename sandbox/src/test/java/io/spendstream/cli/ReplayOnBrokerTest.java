package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.sandbox.EmbeddedBroker;
import io.spendstream.sandbox.registry.DevelopmentRegistry;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.v1.UsageEvent;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The replay command and the publisher against a real broker and registry. */
@Timeout(180)
class ReplayOnBrokerTest {

    @TempDir
    private Path directory;

    private EmbeddedBroker broker;
    private DevelopmentRegistry registry;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void start() throws Exception {
        broker = new EmbeddedBroker(directory.resolve("kafka"), 0).start();
        registry = new DevelopmentRegistry(directory.resolve("registry.json"), 0);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            admin.createTopics(List.of(new NewTopic("p.usage-events", Optional.of(2), Optional.empty())))
                    .all()
                    .get();
        }
    }

    @AfterEach
    void stop() {
        registry.close();
        broker.close();
    }

    @Test
    void aReplayAndItsRepetitionPublishTheSameEvents() throws Exception {
        // Given
        Path trace = Files.writeString(directory.resolve("trace.csv"), """
                TIMESTAMP,ContextTokens,GeneratedTokens
                2023-11-16 18:17:03.9799600,4808,10
                2023-11-16 18:17:04.0319600,3180,8
                2023-11-16 18:17:04.0781490,110,27""");

        // When
        int first = replay(trace, "p.");
        int second = replay(trace, "p.");

        // Then
        assertThat(first).as(err.toString()).isZero();
        assertThat(second).as(err.toString()).isZero();
        assertThat(err.toString()).isEmpty();
        List<UsageEvent> events = read("p.usage-events", 6);
        assertThat(Set.copyOf(events)).hasSize(3);
        assertThat(events)
                .extracting(UsageEvent::getTime)
                .allSatisfy(time -> assertThat(time)
                        .isBeforeOrEqualTo(Instant.now())
                        .isAfter(Instant.now().minus(Duration.ofDays(1).plusMinutes(5))));
        assertThat(out.toString()).containsSubsequence("published 3 events", "published 3 events");
    }

    @Test
    void aTopicThatIsMissingIsNamedAndNotMade() throws Exception {
        // Given
        Path trace = Files.writeString(
                directory.resolve("trace.csv"),
                "TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10\n");

        // When
        int exit = replay(trace, "q.");

        // Then
        assertThat(exit).isEqualTo(1);
        assertThat(err.toString()).contains("has no topic q.usage-events", "--topic-prefix");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {
            assertThat(admin.listTopics().names().get()).doesNotContain("q.usage-events");
        }
    }

    @Test
    void shiftsAreRememberedByTopicAndFile() {
        try (ReplayCluster cluster = new KafkaReplayCluster(broker.bootstrapServers())) {
            // Given
            assertThat(cluster.shiftOf("p.usage-events", "a b.csv")).isEmpty();

            // When
            cluster.remember("p.usage-events", "a b.csv", 1_101);
            cluster.remember("p.usage-events", "other.csv", -2);

            // Then
            assertThat(cluster.shiftOf("p.usage-events", "a b.csv")).isEqualTo(OptionalLong.of(1_101));
            assertThat(cluster.shiftOf("p.usage-events", "other.csv")).isEqualTo(OptionalLong.of(-2));
            assertThat(cluster.shiftOf("usage-events", "a b.csv")).isEmpty();
            cluster.remember("p.usage-events", "a b.csv", 1_102);
            assertThat(cluster.shiftOf("p.usage-events", "a b.csv")).isEqualTo(OptionalLong.of(1_102));
            assertThatThrownBy(() -> cluster.remember("gone", "a b.csv", 1)).isInstanceOf(ReplayException.class);
        }
    }

    private int replay(Path trace, String prefix) {
        return new CommandLine(new ReplayCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(
                        "--format",
                        "azure",
                        "--bootstrap-servers",
                        broker.bootstrapServers(),
                        "--registry-url",
                        registry.url().toString(),
                        "--topic-prefix",
                        prefix,
                        trace.toString());
    }

    private List<UsageEvent> read(String topic, int count) {
        List<UsageEvent> events = new ArrayList<>();
        try (SchemaRegistry schemas = new ConfluentSchemaRegistry(registry.url().toString());
                KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                        Map.of("bootstrap.servers", broker.bootstrapServers(), "auto.offset.reset", "earliest"),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            AvroSerde<UsageEvent> serde = new AvroSerde<>(UsageEvent.class, schemas);
            consumer.assign(List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1)));
            while (events.size() < count) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(100))) {
                    UsageEvent event = serde.deserializer().deserialize(topic, record.value());
                    assertThat(record.key()).isEqualTo(event.getId());
                    events.add(event);
                }
            }
        }
        return events;
    }
}
