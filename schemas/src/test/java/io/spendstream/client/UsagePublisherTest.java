package io.spendstream.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.client.PublishException.Reason;
import io.spendstream.format.CallDetails;
import io.spendstream.format.UsageFormats;
import io.spendstream.schema.AvroSerde;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.UnknownSchemaException;
import io.spendstream.v1.UsageEvent;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.BufferExhaustedException;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class UsagePublisherTest {

    private static final PublisherConfig CONFIG = PublisherConfig.of("localhost:1", "http://localhost:1")
            .withMaxBlock(Duration.ZERO)
            .withMaxInFlightBytes(2 << 20);

    private final SchemaRegistry registry = new ConfluentSchemaRegistry("mock://" + UUID.randomUUID());
    private final MockProducer<String, byte[]> kafka = producer(false);
    private final UsagePublisher publisher = UsagePublisher.over(CONFIG, registry, kafka);

    @Test
    void whatAProviderAnsweredIsPublishedWithWhatTheCallerKnows() {
        // Given
        String response = """
                {"id": "msg_1", "model": "claude-sonnet-4-5", "usage": {"input_tokens": 21, "output_tokens": 503}}""";
        CallDetails details = CallDetails.builder()
                .time(Instant.parse("2026-11-21T10:15:30Z"))
                .feature("chat")
                .build();

        // When
        CompletableFuture<Void> done =
                publisher.publish(UsageFormats.ANTHROPIC, response.getBytes(StandardCharsets.UTF_8), details);

        // Then
        assertThat(done).isNotDone();
        assertThat(kafka.history()).extracting(ProducerRecord::key).containsExactly("anthropic:msg_1");
    }

    @Test
    void whatCannotBeMappedFailsWithAllThatIsWrongAndNothingIsSent() {
        // When
        CompletableFuture<Void> done =
                publisher.publish(UsageFormats.ANTHROPIC, "[{}, 7]".getBytes(StandardCharsets.UTF_8), CallDetails.NONE);

        // Then
        assertThatThrownBy(done::join)
                .isInstanceOf(CompletionException.class)
                .cause()
                .isInstanceOfSatisfying(PublishException.class, e -> {
                    assertThat(e.reason()).isEqualTo(Reason.INVALID_EVENT);
                    assertThat(e.index()).isZero();
                })
                .hasMessageContaining("anthropic: [0] usage: is missing")
                .hasMessageContaining("[1] takes an object, not a number");
        assertThat(kafka.history()).isEmpty();
    }

    @Test
    void anEventGoesToTheTopicKeyedByItsIdAndIsDoneWhenAcknowledged() {
        // Given
        UsageEvent event = event("e1");

        // When
        CompletableFuture<Void> done = publisher.publish(event);

        // Then
        assertThat(done).isNotDone();
        assertThat(publisher.inFlightBytes()).isPositive();
        ProducerRecord<String, byte[]> record = kafka.history().get(0);
        assertThat(record.topic()).isEqualTo("usage-events");
        assertThat(record.key()).isEqualTo("e1");
        assertThat(record.partition()).isNull();
        assertThat(new AvroSerde<>(UsageEvent.class, registry)
                        .deserializer()
                        .deserialize("usage-events", record.value()))
                .isEqualTo(event);
        kafka.completeNext();
        assertThat(done).isCompleted();
        assertThat(publisher.inFlightBytes()).isZero();
    }

    @Test
    void eventsPublishedTogetherAreDoneWhenTheLastIsAcknowledged() {
        // Given
        List<UsageEvent> events =
                IntStream.range(0, 3).mapToObj(i -> event("e" + i)).toList();

        // When
        CompletableFuture<Void> done = publisher.publishAll(events);

        // Then
        assertThat(kafka.history()).extracting(ProducerRecord::key).containsExactly("e0", "e1", "e2");
        kafka.completeNext();
        kafka.completeNext();
        assertThat(done).isNotDone();
        kafka.completeNext();
        assertThat(done).isCompleted();
    }

    @Test
    void noEventsAreDoneAtOnce() {
        assertThat(publisher.publishAll(List.of())).isCompleted();
    }

    @ParameterizedTest
    @MethodSource("faults")
    void anEventThatWouldBeRejectedIsNotSentNorItsCompanions(Consumer<UsageEvent> change, String message) {
        // Given
        UsageEvent bad = event("bad");
        change.accept(bad);

        // When
        CompletableFuture<Void> done = publisher.publishAll(List.of(event("good"), bad));

        // Then
        PublishException error = failure(done);
        assertThat(error.reason()).isEqualTo(Reason.INVALID_EVENT);
        assertThat(error.index()).isEqualTo(1);
        assertThat(error).hasMessageStartingWith("Event 1").hasMessageContaining(message);
        assertThat(kafka.history()).isEmpty();
        assertThat(publisher.inFlightBytes()).isZero();
    }

    static Stream<Arguments> faults() {
        return Stream.of(
                fault(event -> event.setId(""), "id: is missing or empty"),
                fault(event -> event.setId(null), "id: is missing or empty"),
                fault(event -> event.setId("x".repeat(257)), "id: 257 characters are more than 256"),
                fault(event -> event.setTenant(""), "tenant: is missing"),
                fault(event -> event.setFeature(null), "feature: is missing"),
                fault(event -> event.setModel(""), "model: is missing"),
                fault(event -> event.put("time", null), "time: is missing"),
                fault(event -> event.setInputTokens(-1), "negative"),
                fault(event -> event.setAudioOutputTokens(Long.MIN_VALUE), "negative"),
                fault(event -> event.setWorkUnits(-1), "negative"),
                fault(event -> event.setReasoningTokens(8), "reasoning_tokens: 8 is more than the 7 output_tokens"),
                fault(event -> event.setAttempt(0), "attempt: 0 is less than 1"),
                fault(event -> event.setOperation(null), "operation"),
                fault(event -> event.setTags(null), "tags"));
    }

    private static Arguments fault(Consumer<UsageEvent> change, String message) {
        return Arguments.of(change, message);
    }

    @Test
    void aNullEventFailsThroughTheFuture() {
        assertThat(failure(publisher.publish(null)).reason()).isEqualTo(Reason.INVALID_EVENT);
    }

    @Test
    void anEventThatIsTooLargeForKafkaIsRefusedHere() {
        // Given
        UsageEvent large = event("e1");
        large.setTags(Map.of("k", "x".repeat(UsagePublisher.EVENT_BYTES_MAX)));

        // When / Then
        assertThat(failure(publisher.publish(large)).reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(kafka.history()).isEmpty();
    }

    @Test
    void whenTheBufferStaysFullPublishingFailsUntilKafkaAcknowledges() {
        // Given
        UsageEvent half = event("half");
        half.setTags(Map.of("k", "x".repeat(990_000)));
        CompletableFuture<Void> first = publisher.publish(half);
        CompletableFuture<Void> second = publisher.publish(half);

        // When
        PublishException error = failure(publisher.publish(half));

        // Then
        assertThat(error.reason()).isEqualTo(Reason.BUFFER_FULL);
        assertThat(error).hasMessageContaining("within 0 ms").hasMessageContaining("of 2097152 bytes");
        assertThat(kafka.history()).hasSize(2);
        kafka.completeNext();
        kafka.completeNext();
        assertThat(first).isCompleted();
        assertThat(second).isCompleted();
        CompletableFuture<Void> third = publisher.publish(half);
        kafka.completeNext();
        assertThat(third).isCompleted();
    }

    @Test
    void publishingWaitsForRoomAsLongAsItMay() throws InterruptedException {
        // Given a full buffer, and an acknowledgement that comes while the publisher waits
        UsagePublisher patient = UsagePublisher.over(CONFIG.withMaxBlock(Duration.ofMinutes(1)), registry, kafka);
        UsageEvent half = event("half");
        half.setTags(Map.of("k", "x".repeat(990_000)));
        patient.publish(half);
        patient.publish(half);
        ScheduledExecutorService later = Executors.newSingleThreadScheduledExecutor();
        later.schedule(kafka::completeNext, 50, TimeUnit.MILLISECONDS);

        // When
        CompletableFuture<Void> third = patient.publish(half);

        // Then
        assertThat(third).isNotCompletedExceptionally();
        assertThat(kafka.history()).hasSize(3);
        later.shutdown();
        assertThat(later.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    }

    @Test
    void eventsThatCanNeverHaveRoomTogetherAreTooLarge() {
        // Given
        UsageEvent half = event("half");
        half.setTags(Map.of("k", "x".repeat(990_000)));

        // When / Then
        PublishException error = failure(publisher.publishAll(List.of(half, half, half)));
        assertThat(error.reason()).isEqualTo(Reason.TOO_LARGE);
        assertThat(error).hasMessageContaining("in several calls");
    }

    @ParameterizedTest
    @MethodSource("kafkaErrors")
    void whatKafkaRefusesComesThroughTheFuture(RuntimeException cause, Reason reason) {
        // Given
        CompletableFuture<Void> done = publisher.publishAll(List.of(event("e1"), event("e2")));

        // When
        kafka.completeNext();
        kafka.errorNext(cause);

        // Then
        PublishException error = failure(done);
        assertThat(error.reason()).isEqualTo(reason);
        assertThat(error)
                .hasMessageStartingWith("1 of 2 events were not acknowledged")
                .hasCause(cause);
        assertThat(publisher.inFlightBytes()).isZero();
    }

    static Stream<Arguments> kafkaErrors() {
        return Stream.of(
                Arguments.of(new TimeoutException("Expiring 1 record(s)"), Reason.NOT_ACKNOWLEDGED),
                Arguments.of(new BufferExhaustedException("no memory"), Reason.BUFFER_FULL),
                Arguments.of(new RecordTooLargeException("too large"), Reason.TOO_LARGE));
    }

    @Test
    void whatTheProducerThrowsComesThroughTheFutureToo() {
        // Given
        kafka.sendException = new IllegalStateException("Cannot perform operation after producer has been closed");

        // When / Then
        assertThat(failure(publisher.publish(event("e1"))).reason()).isEqualTo(Reason.NOT_ACKNOWLEDGED);
        assertThat(publisher.inFlightBytes()).isZero();
    }

    @Test
    void aRegistryThatIsDownFailsEventsFastAndIsAskedAgainLater() {
        // Given
        AtomicInteger asked = new AtomicInteger();
        SchemaRegistry down = new DownRegistry(asked);
        UsagePublisher stranded = UsagePublisher.over(CONFIG, down, kafka);

        // When
        PublishException first = failure(stranded.publish(event("e1")));
        PublishException second = failure(stranded.publish(event("e2")));

        // Then
        assertThat(first.reason()).isEqualTo(Reason.REGISTRY);
        assertThat(second.reason()).isEqualTo(Reason.REGISTRY);
        assertThat(second).hasMessage("registry down").hasCauseInstanceOf(RegistryUnavailableException.class);
        assertThat(asked).hasValue(1);
    }

    @Test
    void flushingSendsWhatWaits() {
        CompletableFuture<Void> done = publisher.publish(event("e1"));
        publisher.flush();
        assertThat(done).isCompleted();
    }

    @Test
    void closingReportsNothingWhenAllWasAcknowledged() {
        // Given
        publisher.publish(event("e1"));
        publisher.flush();

        // When
        CloseReport report = publisher.close(Duration.ofSeconds(1));

        // Then
        assertThat(report.complete()).isTrue();
        assertThat(kafka.closed()).isTrue();
        assertThat(failure(publisher.publish(event("e2"))).reason()).isEqualTo(Reason.CLOSED);
        assertThat(publisher.close(Duration.ofSeconds(1))).isEqualTo(report);
    }

    @Test
    void closingAgainstADeadBrokerReportsWhatWasNotSent() throws Exception {
        // Given a real producer, with a broker that takes connections and says nothing
        try (ServerSocket dead = new ServerSocket(0, 50, InetAddress.getByName("127.0.0.1"))) {
            PublisherConfig config = PublisherConfig.of("127.0.0.1:" + dead.getLocalPort(), "http://localhost:1")
                    .withMaxBlock(Duration.ofMillis(100))
                    .withKafka(Map.of("request.timeout.ms", "200"));
            UsagePublisher real = UsagePublisher.open(config, registry);

            // When
            assertThatThrownBy(() -> real.warmUp(Duration.ofMillis(300)))
                    .isInstanceOf(PublishException.class)
                    .hasMessageContaining("Topic usage-events was not found at 127.0.0.1:" + dead.getLocalPort());
            PublishException error = failure(real.publish(event("e1")));
            CloseReport report = real.close(Duration.ofMillis(100));

            // Then
            assertThat(error.reason()).isEqualTo(Reason.NOT_ACKNOWLEDGED);
            assertThat(error).hasMessageContaining("not present in metadata");
            assertThat(report.complete()).isTrue();
        }
    }

    @Test
    void closingNamesTheEventsThatFailWhileItCloses() {
        // Given a producer that gives up on what waits when it is closed
        MockProducer<String, byte[]> abandoning =
                new MockProducer<>(Cluster.empty(), false, null, new StringSerializer(), new ByteArraySerializer()) {
                    @Override
                    public void close(Duration timeout) {
                        while (errorNext(new TimeoutException("closed"))) {}
                        super.close(timeout);
                    }
                };
        UsagePublisher publisher = UsagePublisher.over(CONFIG, registry, abandoning);
        CompletableFuture<Void> first = publisher.publish(event("e1"));
        CompletableFuture<Void> second = publisher.publish(event("e2"));
        abandoning.completeNext();

        // When
        CloseReport report = publisher.close(Duration.ofMillis(1));

        // Then
        assertThat(first).isCompleted();
        assertThat(second).isCompletedExceptionally();
        assertThat(report).isEqualTo(new CloseReport(1, List.of("e2")));
    }

    @Test
    void eventsThatTheProducerNeverAnsweredCountAsUnsent() {
        publisher.publish(event("e1"));
        assertThat(publisher.close(Duration.ZERO).unsent()).isEqualTo(1);
    }

    @Test
    void theSchemasIdIsLookedUpOnce() {
        // Given
        AtomicInteger asked = new AtomicInteger();
        UsagePublisher publisher = UsagePublisher.over(CONFIG, new CountingRegistry(registry, asked), producer(true));

        // When
        publisher.warmUp(Duration.ofSeconds(1));
        for (int i = 0; i < 1_000; i++) {
            publisher.publish(event("e" + i)).join();
        }

        // Then
        assertThat(asked).hasValue(1);
    }

    private static PublishException failure(CompletableFuture<Void> done) {
        assertThat(done).isCompletedExceptionally();
        try {
            done.join();
        } catch (CompletionException e) {
            return (PublishException) e.getCause();
        }
        throw new AssertionError("the future completed");
    }

    private static MockProducer<String, byte[]> producer(boolean autoComplete) {
        return new MockProducer<>(autoComplete, null, new StringSerializer(), new ByteArraySerializer());
    }

    private static UsageEvent event(String id) {
        return UsageEvent.newBuilder()
                .setId(id)
                .setTime(Instant.parse("2026-11-22T10:00:00Z"))
                .setFeature("chat")
                .setModel("m")
                .setOutputTokens(7)
                .build();
    }

    private static class CountingRegistry implements SchemaRegistry {

        private final SchemaRegistry registry;
        private final AtomicInteger asked;

        CountingRegistry(SchemaRegistry registry, AtomicInteger asked) {
            this.registry = registry;
            this.asked = asked;
        }

        @Override
        public int register(String subject, String schemaJson) {
            asked.incrementAndGet();
            return registry.register(subject, schemaJson);
        }

        @Override
        public String schemaById(int id) throws UnknownSchemaException {
            return registry.schemaById(id);
        }

        @Override
        public Map<Integer, String> versions(String subject) {
            return registry.versions(subject);
        }

        @Override
        public void setCompatibility(String subject, String level) {
            registry.setCompatibility(subject, level);
        }

        @Override
        public void close() {}
    }

    private static final class DownRegistry extends CountingRegistry {

        private final AtomicInteger asked;

        DownRegistry(AtomicInteger asked) {
            super(null, asked);
            this.asked = asked;
        }

        @Override
        public int register(String subject, String schemaJson) {
            asked.incrementAndGet();
            throw new RegistryUnavailableException("registry down", null);
        }
    }
}
