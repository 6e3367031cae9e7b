package io.spendstream.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.streams.errors.StreamsException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is wrong with a configuration is said in one line, with the exit code of a wrong configuration. */
class RunCommandTest {

    @TempDir
    Path directory;

    private final StringWriter err = new StringWriter();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "colour=red                             | Unknown configuration [colour]",
                "threads=many                           | threads",
                "topic.prefix=\\u12                     | is no properties file",
                "kafka.batch.size=soon                  | batch.size",
                "kafka.security.protocol=CARRIER_PIGEON | CARRIER_PIGEON",
                "bootstrap.servers=nowhere              | nowhere",
                "schema.registry.url=localhost          | 'localhost' is not the URL of a schema registry",
            })
    void aWrongSettingIsNamed(String line, String says) throws IOException {
        // Given
        Path file = Files.writeString(
                directory.resolve("app.properties"),
                "http.port=0\nsecurity.mode=off\nstate.dir=" + directory.resolve("state") + "\n" + line + "\n");

        // When
        int exit = run(file);

        // Then
        assertThat(exit).isEqualTo(RunCommand.EXIT_CONFIGURATION);
        assertThat(err.toString()).startsWith("spendstream: ").contains(says).doesNotContain("\tat ");
    }

    @Test
    void nothingStartsOpenUnlessSomebodySaysSo() throws IOException {
        // Given
        Path file = Files.writeString(directory.resolve("app.properties"), "http.port=0\n");

        // When
        int exit = run(file);

        // Then
        assertThat(exit).isEqualTo(RunCommand.EXIT_CONFIGURATION);
        assertThat(err.toString()).contains("security.keys.file", "keys create", "security.mode=off");
    }

    @Test
    void aFileThatCannotBeReadIsNamed() throws IOException {
        // Given
        Path latin =
                Files.write(directory.resolve("latin"), "topic.prefix=\u00e4".getBytes(StandardCharsets.ISO_8859_1));

        // When / Then
        for (Path file : new Path[] {directory, latin, directory.resolve("none")}) {
            assertThat(run(file)).isEqualTo(RunCommand.EXIT_CONFIGURATION);
            assertThat(err.toString())
                    .startsWith("spendstream: ")
                    .contains(file.toString())
                    .doesNotContain("\tat ");
            err.getBuffer().setLength(0);
        }
    }

    @Test
    void whatStoppedProcessingIsSaidWithItsCause() {
        assertThat(RunCommand.withCauses(new StreamsException(
                        "Error opening store cube",
                        new IOException("No space left on device", new ArithmeticException()))))
                .isEqualTo("Error opening store cube: No space left on device: ArithmeticException");
    }

    private int run(Path file) {
        return SpendstreamCli.commandLine()
                .setErr(new PrintWriter(err, true))
                .execute("run", "--config", file.toString());
    }
}
