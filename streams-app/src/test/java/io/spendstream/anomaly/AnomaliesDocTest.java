package io.spendstream.anomaly;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Holds the table of parameters in docs/anomalies.md to {@link Parameter}. */
class AnomaliesDocTest {

    private static final String BEGIN = "<!-- parameters: begin -->\n";
    private static final String END = "<!-- parameters: end -->";

    @Test
    void everyParameterIsDescribed() throws IOException {
        String page = Files.readString(Path.of("..", "docs", "anomalies.md"));

        assertThat(page.substring(page.indexOf(BEGIN) + BEGIN.length(), page.indexOf(END)))
                .isEqualTo(table());
    }

    private static String table() {
        StringBuilder table = new StringBuilder("| key | default | takes | meaning |\n|---|---|---|---|\n");
        for (Detector detector : Detector.values()) {
            for (Parameter parameter : Parameter.values()) {
                if (parameter.detector() == detector) {
                    String byDefault =
                            parameter.key().equals("enabled") ? "true" : Parameter.plain(parameter.byDefault());
                    table.append(String.format(
                            "| `%s.%s` | %s | %s | %s |%n",
                            detector.label(), parameter.key(), byDefault, parameter.takes(), parameter.meaning()));
                }
            }
        }
        return table.toString();
    }
}
