package io.spendstream.connect.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the command says before anything is started. */
class ConnectCommandTest {

    @TempDir
    Path directory;

    private record Outcome(int exitCode, String output, String errors) {}

    private static Outcome call(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exitCode = ConnectCommand.command()
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .execute(arguments);
        return new Outcome(exitCode, out.toString(), err.toString());
    }

    @Test
    void help_says_what_it_takes() {
        Outcome outcome = call("connect", "--help");

        assertThat(outcome.exitCode()).isZero();
        assertThat(outcome.output()).startsWith("Usage: spendstream connect").contains("--postgres-url", "--config");
    }

    @Test
    void a_configuration_that_is_not_there_is_named() {
        Path file = directory.resolve("none.properties");

        Outcome outcome = call("connect", "--config", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(ConnectCommand.EXIT_USAGE);
        assertThat(outcome.errors()).isEqualToNormalizingNewlines("spendstream: " + file + ": there is no such file\n");
    }

    @Test
    void a_configuration_without_a_name_or_class_says_so() throws IOException {
        Path file = Files.writeString(directory.resolve("a.properties"), "name=a\n");

        Outcome outcome = call("connect", "--config", file.toString());

        assertThat(outcome.exitCode()).isEqualTo(ConnectCommand.EXIT_USAGE);
        assertThat(outcome.errors()).contains(file + ": connector.class is missing");
    }

    @Test
    void a_port_that_is_none_is_refused() {
        Outcome outcome = call("connect", "--config", "config/postgres.properties", "--port", "70000");

        assertThat(outcome.exitCode()).isEqualTo(ConnectCommand.EXIT_USAGE);
        assertThat(outcome.errors()).contains("--port").contains("0 to 65535");
    }

    @Test
    void the_page_about_connectors_has_every_key_as_it_is_shipped() throws IOException {
        String page = Files.readString(Path.of("../docs/connectors.md"));
        String table = page.substring(page.indexOf("<!-- keys: begin -->"), page.indexOf("<!-- keys: end -->"));

        String expected = ConnectorFile.read(Path.of("config/postgres.properties")).entrySet().stream()
                .map(entry -> entry.getKey() + " " + (entry.getValue().isEmpty() ? "empty" : entry.getValue()))
                .sorted()
                .reduce("", (all, line) -> all + line + "\n");

        String documented = table.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|"))
                .map(cells -> cells[1].strip().replace("`", "") + " "
                        + cells[2].strip().replace("`", ""))
                .sorted()
                .reduce("", (all, line) -> all + line + "\n");
        assertThat(documented).isEqualTo(expected);
    }
}
