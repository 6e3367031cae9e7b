package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.format.UsageFormats;
import io.spendstream.topic.Topics;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.ConfigException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AppConfigTest {

    @ParameterizedTest
    @ValueSource(strings = {"", "host:1", "spendstream-0.spendstream:8080", "10.0.0.7:65535", "[fd00::7]:8080"})
    void whereOthersReachTheInstanceIsHostAndPort(String address) {
        assertThat(AppConfig.of(Map.of(AppConfig.HTTP_ADVERTISED, address)).httpAdvertised())
                .isEqualTo(address);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"host", "host:x", "host:", ":8080", "host:0", "host:65536", "http://host:80", "fd00::7:8080"})
    void anAddressThatNobodyCanReachIsRefused(String address) {
        assertThatThrownBy(() -> AppConfig.of(Map.of(AppConfig.HTTP_ADVERTISED, address)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining(AppConfig.HTTP_ADVERTISED)
                .hasMessageContaining("must be host:port");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0.0.0.0", "::", "[::]"})
    void listeningEverywhereTakesAnAddressForTheOthers(String any) {
        assertThatThrownBy(() -> AppConfig.of(Map.of(AppConfig.HTTP_HOST, any)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("http.advertised")
                .hasMessageContaining("is needed with http.host=" + any);
    }

    @Test
    void listeningEverywhereWithAnAddressForTheOthersIsFine() {
        AppConfig config =
                AppConfig.of(Map.of(AppConfig.HTTP_HOST, "0.0.0.0", AppConfig.HTTP_ADVERTISED, "10.0.0.7:8080"));
        assertThat(config.httpHost()).isEqualTo("0.0.0.0");
    }

    @Test
    void spansAreReadFromATopicOfTheirOwnWhereOneIsNamed() {
        assertThat(AppConfig.of(Map.of()).spans()).isEmpty();
        assertThat(AppConfig.of(Map.of(AppConfig.OTEL_TOPIC, "otlp_spans")).spans())
                .contains(new AppConfig.SpansTopic("otlp_spans", UsageFormats.OTLP_PROTOBUF));
        assertThat(AppConfig.of(Map.of(AppConfig.OTEL_TOPIC, "s", AppConfig.OTEL_ENCODING, "otlp_json"))
                        .spans())
                .contains(new AppConfig.SpansTopic("s", UsageFormats.OTLP_JSON));
        assertThatThrownBy(() ->
                        AppConfig.of(Map.of(AppConfig.TOPIC_PREFIX, "a-", AppConfig.OTEL_TOPIC, "a-usage-events")))
                .isInstanceOf(ConfigException.class)
                .hasMessageContaining("otel.topic")
                .hasMessageContaining("must be a topic of its own");
    }

    @Test
    void kafkaStreamsIsToldTheAddress() {
        Engine engine = new Engine(AppConfig.of(Map.of()), Topics.withPrefix(""), "deltas", List.of("scopes"));
        try {
            engine.reachableAt("[fd00::7]", 80);
            assertThat(engine.properties()).containsEntry("application.server", "[fd00::7]:80");
            assertThat(engine.current().peers())
                    .singleElement()
                    .hasFieldOrPropertyWithValue("url", "http://[fd00::7]:80");
        } finally {
            engine.close();
        }
    }
}
