package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class BrokerProcessTest {

    @TempDir
    Path directory;

    @Test
    void a_killed_broker_starts_again_with_its_data_on_its_port() throws Exception {
        // Given
        try (BrokerProcess broker = new BrokerProcess(directory.resolve("kafka"), 0, 256).start()) {
            String address = broker.bootstrapServers();
            BrokerChecks.createTopic(address, "t");
            BrokerChecks.transaction(address, "t", "before", true);

            // When
            long killed = broker.pid();
            broker.kill();
            assertThat(ProcessHandle.of(killed)).isEmpty();
            broker.start();

            // Then
            assertThat(broker.bootstrapServers()).isEqualTo(address);
            assertThat(broker.pid()).isNotEqualTo(killed);
            BrokerChecks.transaction(address, "t", "after", true);
            assertThat(BrokerChecks.read(address, "t", 2)).containsExactly("before", "after");
        }
    }

    @Test
    void close_leaves_no_process() throws Exception {
        // Given
        BrokerProcess broker = new BrokerProcess(directory.resolve("kafka"), 0, 256).start();

        // When
        broker.close();

        // Then
        assertThat(ProcessHandle.of(broker.pid())).isEmpty();
    }

    @Test
    void a_broker_that_cannot_start_says_why() throws Exception {
        // Given
        try (BrokerProcess first = new BrokerProcess(directory.resolve("a"), 0, 256).start()) {
            String address = first.bootstrapServers();
            int port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));

            // When, Then
            assertThatThrownBy(() -> new BrokerProcess(directory.resolve("b"), port, 256).start())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("port " + port + " for the Kafka broker is in use");
        }
    }
}
