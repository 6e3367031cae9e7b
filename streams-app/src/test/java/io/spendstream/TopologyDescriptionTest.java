package io.spendstream;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Names of operators, stores and topics are part of the state on disk and in the cluster: none changes by accident. */
class TopologyDescriptionTest {

    private static final Path EXPECTED = Path.of("src", "test", "resources", "expected_topology.txt");

    @Test
    void theTopologyIsAsItWas() throws IOException {
        try (Pipeline pipeline = new Pipeline()) {
            String now = pipeline.topology.describe().toString();
            Path actual = Path.of("target", "topology.txt");
            Files.writeString(actual, now, StandardCharsets.UTF_8);

            assertThat(now)
                    .as("the topology has changed. If that is meant, and the state of earlier releases can be read or"
                            + " the release notes say what to do, copy streams-app/" + actual + " to streams-app/"
                            + EXPECTED)
                    .isEqualTo(Files.readString(EXPECTED, StandardCharsets.UTF_8));
        }
    }
}
