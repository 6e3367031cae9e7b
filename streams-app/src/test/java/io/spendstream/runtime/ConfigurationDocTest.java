package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Collectors;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;

/** {@code docs/configuration.md} lists every key as it is. */
class ConfigurationDocTest {

    private static final Path DOCUMENT = Path.of("..", "docs", "configuration.md");
    private static final String BEGIN = "<!-- keys: begin -->\n";
    private static final String END = "<!-- keys: end -->";

    @Test
    void theDocumentListsEveryKeyWithItsTypeDefaultBoundsAndMeaning() throws IOException {
        String document = Files.readString(DOCUMENT);

        String listed = document.substring(document.indexOf(BEGIN) + BEGIN.length(), document.indexOf(END));

        assertThat(listed)
                .as("docs/configuration.md is out of date; between its markers it should read:\n" + table())
                .isEqualTo(table());
    }

    private static String table() {
        return "| key | type, default | takes | meaning |\n|---|---|---|---|\n"
                + AppConfig.DEFINITION.configKeys().values().stream()
                        .map(ConfigurationDocTest::row)
                        .collect(Collectors.joining());
    }

    private static String row(ConfigDef.ConfigKey key) {
        String bounds = key.validator == null ? "" : key.validator.toString();
        // A default that is a secret would be none; its text would hide that there is none.
        String value = key.type == ConfigDef.Type.PASSWORD ? "" : String.valueOf(key.defaultValue);
        return "| `%s` | %s, %s | %s | %s |%n"
                .formatted(
                        key.name,
                        key.type.name().toLowerCase(java.util.Locale.ROOT),
                        value.isEmpty() || value.equals("[]") ? "none" : "`" + value + "`",
                        bounds.isEmpty() ? "" : "`" + bounds.replace("|", "\\|") + "`",
                        key.documentation)
                .replace("\r", "");
    }
}
