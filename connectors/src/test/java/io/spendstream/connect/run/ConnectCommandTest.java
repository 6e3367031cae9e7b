package io.spendstream.connect.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--smtp localhost:25 | --smtp needs --mail-to",
                "--mail-to ann@example.com | --mail-to needs --smtp",
                "--smtp localhost --mail-to ann@example.com | --smtp takes HOST:PORT",
                "--webhook-url http://localhost:1/ | SPENDSTREAM_WEBHOOK_SECRET"
            })
    void sinks_of_alerts_that_lack_something_are_refused(String options, String reason) {
        List<String> arguments = new ArrayList<>(List.of("connect"));
        arguments.addAll(List.of(options.split(" ")));

        Outcome outcome = call(arguments.toArray(String[]::new));

        assertThat(outcome.exitCode()).isEqualTo(ConnectCommand.EXIT_USAGE);
        assertThat(outcome.errors()).contains(reason);
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres", "webhook", "slack", "alertmanager", "email"})
    void the_pages_about_connectors_have_every_key_as_it_is_shipped(String connector) throws IOException {
        String page = Files.readString(Path.of("../docs/connectors.md"));
        if (!connector.equals("postgres")) {
            page = Files.readString(Path.of("../docs/alert-sinks.md"));
        }
        Map<String, String> documented = new TreeMap<>();
        for (String table : List.of(connector, "all sinks")) {
            if (table.equals(connector) || !connector.equals("postgres")) {
                documented.putAll(keys(page, table, connector));
            }
        }

        Map<String, String> expected = new TreeMap<>();
        ConnectorFile.read(Path.of("config/" + connector + ".properties"))
                .forEach((key, value) -> expected.put(key, value.isEmpty() ? "empty" : value));
        assertThat(documented).isEqualTo(expected);
    }

    /** Of the table of that name: key to what is shipped, in which NAME stands for the connector's name. */
    private static Map<String, String> keys(String page, String table, String connector) {
        String begin = "<!-- keys of " + table + ": begin -->";
        String end = "<!-- keys of " + table + ": end -->";
        assertThat(page).contains(begin, end);
        Map<String, String> keys = new TreeMap<>();
        page.substring(page.indexOf(begin), page.indexOf(end))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|"))
                .forEach(cells -> keys.put(
                        cells[1].strip().replace("`", ""),
                        cells[2].strip().replace("`", "").replace("NAME", connector)));
        return keys;
    }
}
