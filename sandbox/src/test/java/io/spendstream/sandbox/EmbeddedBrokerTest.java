package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class EmbeddedBrokerTest {

    @TempDir
    Path directory;

    @Test
    void records_of_committed_transactions_only_are_read_and_survive_a_restart_on_the_same_port() throws Exception {
        // Given
        int port;
        try (EmbeddedBroker broker = new EmbeddedBroker(directory, 0).start()) {
            port = broker.port();
            BrokerChecks.createTopic(broker.bootstrapServers(), "t");
            BrokerChecks.transaction(broker.bootstrapServers(), "t", "kept", true);
            BrokerChecks.transaction(broker.bootstrapServers(), "t", "aborted", false);
        }

        // When
        try (EmbeddedBroker broker = new EmbeddedBroker(directory, port).start()) {
            BrokerChecks.transaction(broker.bootstrapServers(), "t", "after", true);

            // Then
            assertThat(broker.bootstrapServers()).isEqualTo("127.0.0.1:" + port);
            assertThat(BrokerChecks.read(broker.bootstrapServers(), "t", 2)).containsExactly("kept", "after");
        }
    }

    @Test
    void the_same_object_starts_again_on_its_port() throws Exception {
        // Given
        EmbeddedBroker broker = new EmbeddedBroker(directory, 0).start();
        String address = broker.bootstrapServers();
        broker.close();

        // When
        broker.start();

        // Then
        try (broker) {
            assertThat(broker.bootstrapServers()).isEqualTo(address);
            BrokerChecks.createTopic(address, "t");
        }
    }

    @Test
    void topics_are_not_created_by_mere_use() throws Exception {
        // Given
        try (EmbeddedBroker broker = new EmbeddedBroker(directory, 0).start();
                Admin admin = Admin.create(Map.of("bootstrap.servers", broker.bootstrapServers()))) {

            // When, Then
            assertThatThrownBy(() -> admin.describeTopics(List.of("nowhere"))
                            .allTopicNames()
                            .get())
                    .isInstanceOf(ExecutionException.class)
                    .hasCauseInstanceOf(UnknownTopicOrPartitionException.class);
        }
    }

    @Test
    void a_port_in_use_is_named() throws Exception {
        // Given
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress("127.0.0.1", 0));

            // When, Then
            assertThatThrownBy(() -> new EmbeddedBroker(directory, taken.getLocalPort()).start())
                    .isInstanceOf(PortInUse.class)
                    .hasMessageContaining("port " + taken.getLocalPort() + " for the Kafka broker is in use");
        }
    }
}
