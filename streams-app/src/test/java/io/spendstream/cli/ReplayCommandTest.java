package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.client.PublisherConfig;
import io.spendstream.client.UsagePublisher;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ReplayCommandTest {

    private static final String ROWS = """
        TIMESTAMP,ContextTokens,GeneratedTokens
        2023-11-16 18:17:03.9799600,4808,10
        2023-11-16 18:17:13.9799600,3180,8
        2023-11-16 19:14:19.9280160,549,173\
        """;

    @TempDir
    private Path directory;

    private final SchemaRegistry registry = new ConfluentSchemaRegistry("mock://" + UUID.randomUUID());
    private final FakeCluster cluster = new FakeCluster();
    private final FakeTicker ticker = new FakeTicker();
    private final List<UsageEvent> published = new ArrayList<>();
    private final List<String> topics = new ArrayList<>();
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Instant now = Instant.parse("2026-11-22T12:00:00Z");
    private int failAfter = Integer.MAX_VALUE;
    private Path trace;

    @BeforeEach
    void writeTrace() throws IOException {
        trace = Files.writeString(directory.resolve("trace.csv"), ROWS);
    }

    @Test
    void everyRowBecomesAnEventMovedToJustBeforeNow() {
        // When
        int exit = replay("--feature", "f", "--model", "m", "--tenant", "t", "--topic-prefix", "p.");

        // Then
        assertThat(exit).as(err.toString()).isZero();
        assertThat(topics).containsOnly("p.usage-events");
        assertThat(published).hasSize(3);
        assertThat(published.get(0))
                .isEqualTo(UsageEvent.newBuilder()
                        .setId("trace.csv:2+1101d")
                        .setTime(Instant.parse("2026-11-21T18:17:03.979Z"))
                        .setTenant("t")
                        .setFeature("f")
                        .setModel("m")
                        .setInputTokens(4_808)
                        .setOutputTokens(10)
                        .build());
        assertThat(out.toString())
                .startsWith("publishing 3 events from trace.csv to p.usage-events at localhost:9092")
                .endsWith("published 3 events from trace.csv, first 2026-11-21T18:17:03.979Z,"
                        + " last 2026-11-21T19:14:19.928Z, shifted by 1101 days" + System.lineSeparator());
        assertThat(err.toString()).isEmpty();
    }

    @Test
    void theDirectoryIsNoPartOfAnId() throws IOException {
        // Given
        replay();
        List<UsageEvent> first = List.copyOf(published);
        published.clear();
        trace = Files.writeString(
                Files.createDirectory(directory.resolve("elsewhere")).resolve("trace.csv"), ROWS);

        // When
        replay();

        // Then
        assertThat(published).isEqualTo(first);
    }

    @ParameterizedTest
    @CsvSource({
        // at once, across the trace's own time of day, at the next midnight, two days later, four weeks later
        "2026-11-22T12:00:01Z",
        "2026-11-22T19:14:19.927Z",
        "2026-11-22T19:14:20Z",
        "2026-11-23T00:00:00Z",
        "2026-11-24T23:00:00Z",
        "2026-12-20T12:00:00Z"
    })
    void replayedAgainItPublishesTheSameEvents(Instant later) {
        // Given
        replay();
        List<UsageEvent> first = List.copyOf(published);
        published.clear();

        // When
        now = later;
        int exit = replay();

        // Then
        assertThat(exit).isZero();
        assertThat(published).isEqualTo(first);
    }

    @Test
    void replayedAgainOnAnotherDayItSaysSo() {
        // Given
        replay();

        // When
        now = now.plus(Duration.ofDays(2));
        replay();

        // Then
        assertThat(out.toString()).contains("moved by as many days again").contains("--shift-to");
    }

    @Test
    void onceThePipelineWouldRejectTheOldDaysItTakesNewOnesWithNewIds() {
        // Given
        replay();
        List<String> first = published.stream().map(UsageEvent::getId).toList();
        published.clear();

        // When
        now = now.plus(Duration.ofDays(40));
        replay();

        // Then
        assertThat(published).extracting(UsageEvent::getId).doesNotContainAnyElementsOf(first);
        assertThat(published.get(2).getTime()).isEqualTo("2026-12-31T19:14:19.928Z");
    }

    @Test
    void aReplayThatWasCutShortIsCompletedWithTheSameIds() {
        // Given
        failAfter = 1;
        assertThat(replay()).isEqualTo(1);
        assertThat(err.toString())
                .contains("Stopped after 1 of 3 events were acknowledged")
                .contains("nothing is counted twice");
        List<UsageEvent> first = List.copyOf(published);
        published.clear();

        // When
        failAfter = Integer.MAX_VALUE;
        now = now.plus(Duration.ofDays(1));
        assertThat(replay()).isZero();

        // Then
        assertThat(published).hasSize(3).containsAll(first);
    }

    @Test
    void anotherFileAndAnotherTopicAreOtherReplays() throws IOException {
        // Given
        replay();
        now = now.plus(Duration.ofDays(2));
        published.clear();

        // When
        replay("--topic-prefix", "p.");
        trace = Files.writeString(directory.resolve("other.csv"), ROWS);
        replay();

        // Then
        assertThat(published)
                .extracting(UsageEvent::getId)
                .contains("trace.csv:2+1103d", "other.csv:2+1103d")
                .hasSize(6);
    }

    @Test
    void withoutMemoryItWarnsAndGoesOn() {
        // Given
        cluster.forgetful = true;

        // When
        int exit = replay();

        // Then
        assertThat(exit).isZero();
        assertThat(published).hasSize(3);
        assertThat(err.toString())
                .startsWith("warning: Kafka cannot keep by how many days trace.csv is moved (not allowed)")
                .contains("after 2026-11-22T19:14:19.928Z UTC", "--shift-to 2026-11-21");
    }

    @Test
    void aDayCanBeSaid() {
        // When
        int exit = replay("--shift-to", "2026-11-20");

        // Then
        assertThat(exit).isZero();
        assertThat(published.get(2).getTime()).isEqualTo("2026-11-20T19:14:19.928Z");
        assertThat(published.get(2).getId()).isEqualTo("trace.csv:4+1100d");
        assertThat(cluster.shifts).isEmpty();
    }

    @Test
    void timesCanStayAsTheyWere() {
        // When
        int exit = replay("--no-shift");

        // Then
        assertThat(exit).isZero();
        assertThat(published.get(2).getTime()).isEqualTo("2023-11-16T19:14:19.928Z");
        assertThat(published.get(2).getId()).isEqualTo("trace.csv:4");
        assertThat(out.toString()).contains("shifted by 0 days");
    }

    @Test
    void aPaceIsKept() {
        // When
        replay("--speed", "2.5");

        // Then 10 s and 3,435.949 s after the first, each at 2.5 times the pace
        assertThat(ticker.waits).containsExactly(0L, 4_000_000_000L, 1_374_379_600_000L);
        assertThat(out.toString()).contains("of 3 events acknowledged, at 2023-11-16T18:17:13.979Z");
    }

    @Test
    void atFullSpeedNothingWaits() {
        replay();
        assertThat(ticker.waits).isEmpty();
    }

    @Test
    void aBadLineStopsItBeforeAnythingIsPublished() throws IOException {
        // Given
        Files.writeString(trace, ROWS + "\nnonsense\n");

        // When
        int exit = replay();

        // Then
        assertThat(exit).isEqualTo(1);
        assertThat(err.toString())
                .contains("trace.csv, line 5: expected 3 fields")
                .contains("found 'nonsense'");
        assertThat(published).isEmpty();
        assertThat(cluster.shifts).isEmpty();
    }

    @Test
    void aTopicThatIsNotThereIsNotMade() {
        // Given
        cluster.topicMissing = true;

        // When
        int exit = replay();

        // Then
        assertThat(exit).isEqualTo(1);
        assertThat(err.toString()).contains("no such topic");
        assertThat(published).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--format otel            | --format takes azure, not 'otel'",
                "--speed fast             | --speed takes max or a number above 0",
                "--speed 0                | --speed takes max or a number above 0",
                "--speed -1               | --speed takes max or a number above 0",
                "--speed 1e9              | --speed takes max or a number above 0",
                "--speed 1000001          | --speed takes max or a number above 0",
                "--shift-to yesterday     | --shift-to takes a date such as 2026-11-21, not 'yesterday'",
                "--shift-to 2026-11-22    | puts the last event at 2026-11-22T19:14:19.928Z, in the future",
                "--shift-to 2026-11-20 --no-shift | exclude each other",
                "--feature=               | --feature takes 1 to 256 characters",
                "--topic-prefix a/b       | no topic name",
                "--bootstrap-servers=     | bootstrapServers is missing"
            })
    void aWrongOptionIsRefusedWithWhatItTakes(String options, String message) {
        // When
        int exit = replay(options.strip().split(" "));

        // Then
        assertThat(exit).isEqualTo(2);
        assertThat(err.toString()).contains(message);
        assertThat(published).isEmpty();
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        trace = directory.resolve("gone.csv");
        assertThat(replay()).isEqualTo(2);
        assertThat(err.toString()).contains("gone.csv is not a file");
    }

    @Test
    void theHelpSaysWhatASecondReplayDoes() {
        assertThat(replay("--help")).isZero();
        assertThat(out.toString().replaceAll("\\s+", " ")).contains("replaying a file again changes nothing");
    }

    @Test
    void theRecordedTraceOfAzureIsReplayedWhole() throws IOException {
        // Given
        trace = directory.resolve("azure_llm_2023_code.csv");
        try (InputStream data =
                new GZIPInputStream(Files.newInputStream(Path.of("..", "testdata", "azure_llm_2023_code.csv.gz")))) {
            Files.copy(data, trace);
        }

        // When
        int exit = replay();

        // Then
        assertThat(exit).as(err.toString()).isZero();
        assertThat(published).hasSize(8_819);
        assertThat(published.stream().map(UsageEvent::getId).distinct()).hasSize(8_819);
        assertThat(published.stream().mapToLong(UsageEvent::getInputTokens).sum())
                .isEqualTo(18_059_974);
        assertThat(published.stream().mapToLong(UsageEvent::getOutputTokens).sum())
                .isEqualTo(245_896);
        assertThat(out.toString())
                .contains("published 8819 events from azure_llm_2023_code.csv, first 2026-11-21T18:17:03.979Z,"
                        + " last 2026-11-21T19:14:19.928Z, shifted by 1101 days");
    }

    private int replay(String... options) {
        List<String> arguments = new ArrayList<>(List.of(options));
        if (!arguments.contains("--format")) {
            arguments.addAll(List.of("--format", "azure"));
        }
        arguments.add(trace.toString());
        ReplayCommand command = new ReplayCommand(
                Clock.fixed(now, ZoneOffset.UTC), ticker, bootstrapServers -> cluster, this::publisher);
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments.toArray(String[]::new));
    }

    /** A publisher whose Kafka acknowledges at once, and whose events land in {@link #published} when it closes. */
    private UsagePublisher publisher(PublisherConfig config) {
        AvroSerde<UsageEvent> serde = new AvroSerde<>(UsageEvent.class, registry);
        MockProducer<String, byte[]> kafka =
                new MockProducer<>(true, null, new StringSerializer(), new ByteArraySerializer()) {
                    @Override
                    public synchronized java.util.concurrent.Future<org.apache.kafka.clients.producer.RecordMetadata>
                            send(
                                    ProducerRecord<String, byte[]> record,
                                    org.apache.kafka.clients.producer.Callback callback) {
                        if (history().size() >= failAfter) {
                            throw new TimeoutException("Expiring 1 record(s)");
                        }
                        return super.send(record, callback);
                    }

                    @Override
                    public void close(Duration timeout) {
                        for (ProducerRecord<String, byte[]> record : history()) {
                            UsageEvent event = serde.deserializer().deserialize(record.topic(), record.value());
                            assertThat(record.key()).isEqualTo(event.getId());
                            published.add(event);
                            topics.add(record.topic());
                        }
                        super.close(timeout);
                    }
                };
        return UsagePublisher.over(config, registry, kafka);
    }

    private static final class FakeCluster implements ReplayCluster {

        private final Map<String, Long> shifts = new HashMap<>();
        private boolean forgetful;
        private boolean topicMissing;

        @Override
        public void requireTopic(String topic) {
            if (topicMissing) {
                throw new ReplayException("no such topic", null);
            }
        }

        @Override
        public OptionalLong shiftOf(String topic, String fileName) {
            Long days = shifts.get(topic + "/" + fileName);
            return days == null ? OptionalLong.empty() : OptionalLong.of(days);
        }

        @Override
        public void remember(String topic, String fileName, long days) {
            if (forgetful) {
                throw new ReplayException("not allowed", null);
            }
            shifts.put(topic + "/" + fileName, days);
        }

        @Override
        public void close() {}
    }

    /** Time passes only while something waits. */
    private static final class FakeTicker implements Ticker {

        private final List<Long> waits = new ArrayList<>();
        private long nanos;

        @Override
        public long nanos() {
            return nanos;
        }

        @Override
        public void waitUntil(long until) {
            waits.add(until);
            nanos = Math.max(nanos, until);
        }
    }
}
