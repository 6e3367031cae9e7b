package io.spendstream.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class PublisherConfigTest {

    private static final PublisherConfig DEFAULT = PublisherConfig.of("localhost:9092", "http://localhost:8081");

    @Test
    void theDefaultsAreAnIdempotentProducerThatWaitsForAllReplicas() {
        // When
        Properties properties = DEFAULT.producerProperties();

        // Then
        assertThat(DEFAULT.topic()).isEqualTo("usage-events");
        assertThat(properties)
                .containsEntry("acks", "all")
                .containsEntry("enable.idempotence", true)
                .containsEntry("compression.type", "lz4")
                .containsEntry("linger.ms", 5L)
                .containsEntry("delivery.timeout.ms", 30_000)
                .containsEntry("request.timeout.ms", 10_000)
                .containsEntry("max.block.ms", 1_000L);
    }

    @ParameterizedTest
    @MethodSource("changes")
    void kafkaTakesWhatTheConfigurationAllows(UnaryOperator<PublisherConfig> change) {
        Properties properties = change.apply(DEFAULT).producerProperties();
        properties.put("key.serializer", StringSerializer.class);
        properties.put("value.serializer", ByteArraySerializer.class);
        assertThat(new ProducerConfig(properties)).isNotNull();
    }

    static Stream<UnaryOperator<PublisherConfig>> changes() {
        return Stream.of(
                config -> config,
                config -> config.withDeliveryTimeout(Duration.ofMillis(6)),
                config -> config.withLinger(Duration.ZERO).withDeliveryTimeout(Duration.ofMillis(1)),
                config -> config.withMaxBlock(Duration.ZERO),
                config -> config.withMaxInFlightBytes(1 << 30),
                config -> config.withKafka(Map.of("compression.type", "zstd", "client.id", "checkout")));
    }

    @ParameterizedTest
    @MethodSource("mistakes")
    void aMistakeIsNamed(UnaryOperator<PublisherConfig> mistake, String message) {
        assertThatThrownBy(() -> mistake.apply(DEFAULT))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    static Stream<Arguments> mistakes() {
        return Stream.of(
                mistake(config -> PublisherConfig.of(" ", "http://r"), "bootstrapServers is missing"),
                mistake(config -> PublisherConfig.of("k:9092", null), "registryUrl is missing"),
                mistake(config -> config.withTopic("usage events"), "topic: 'usage events' is no topic name"),
                mistake(config -> config.withTopic(""), "topic is missing"),
                mistake(config -> config.withLinger(Duration.ofMillis(-1)), "linger: PT-0.001S is not between"),
                mistake(config -> config.withLinger(Duration.ofSeconds(11)), "linger: PT11S is not between"),
                mistake(config -> config.withDeliveryTimeout(Duration.ofMillis(5)), "deliveryTimeout: PT0.005S"),
                mistake(config -> config.withDeliveryTimeout(Duration.ofHours(2)), "deliveryTimeout: PT2H"),
                mistake(config -> config.withMaxBlock(null), "maxBlock: null"),
                mistake(config -> config.withMaxInFlightBytes(1_000), "maxInFlightBytes: 1000 is not between"),
                mistake(config -> config.withKafka(Map.of("acks", "1", "retries", "0")), "kafka: acks, retries"),
                mistake(config -> config.withKafka(Map.of("partitioner.class", "x")), "kafka: partitioner.class"));
    }

    private static Arguments mistake(UnaryOperator<PublisherConfig> mistake, String message) {
        return Arguments.of(mistake, message);
    }

    @Test
    void isShownWithoutTheValuesOfItsClientsSettings() {
        // Given
        PublisherConfig config = DEFAULT.withKafka(Map.of("sasl.jaas.config", "password=hidden-1"))
                .withRegistry(Map.of("basic.auth.user.info", "user:hidden-2"));

        // Then
        assertThat(config.toString())
                .contains("localhost:9092", "sasl.jaas.config", "basic.auth.user.info")
                .doesNotContain("hidden");
    }
}
