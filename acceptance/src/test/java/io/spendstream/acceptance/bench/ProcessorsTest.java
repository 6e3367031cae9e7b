package io.spendstream.acceptance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProcessorsTest {

    @Test
    void whatAProcessTookSinceTheStartIsTold() {
        // Given
        Processors processors =
                new Processors(Map.of("this one", ProcessHandle.current().pid()));

        // When a thread works for a while
        long start = System.nanoTime();
        var threads = ManagementFactory.getThreadMXBean();
        long until = threads.getCurrentThreadCpuTime() + 300_000_000;
        while (threads.getCurrentThreadCpuTime() < until) {
            Thread.onSpinWait();
        }
        processors.stop();
        double passed = (System.nanoTime() - start) / 1e9;

        // Then
        StringWriter said = new StringWriter();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        processors.tell(new PrintWriter(said, true), json);
        assertThat(json.get("this_one").asDouble()).isBetween(0.25 / passed * 0.9, 4.0);
        assertThat(said.toString()).contains("this one").contains("the machine busy to ");
    }
}
