package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.topic.Topics;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ClientsTest {

    @Test
    void settingsForEveryClientReachThePublisherAndDoNotUndoItsGuarantee() {
        // Given
        AppConfig config = AppConfig.of(Map.of(
                "kafka.security.protocol", "SSL",
                "kafka.linger.ms", "50",
                "kafka.acks", "1",
                "kafka.retries", "0",
                "kafka.enable.idempotence", "false"));

        // When / Then
        assertThat(Clients.publisher(config, Topics.withPrefix("p-")).kafka())
                .containsExactly(Map.entry("security.protocol", "SSL"));
    }
}
