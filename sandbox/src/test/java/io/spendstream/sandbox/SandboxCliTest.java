package io.spendstream.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The command as its user meets it: a process with output, signals and an exit code. */
@Timeout(300)
class SandboxCliTest {

    @TempDir
    Path directory;

    private Process process;

    @AfterEach
    void leaveNoProcess() throws InterruptedException {
        if (process != null) {
            process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        }
    }

    @Test
    void sigterm_stops_cleanly_and_the_data_serves_the_next_start() throws Exception {
        // Given
        Path data = directory.resolve("data");
        String ready = started("--data-dir", data.toString());
        assertThat(ready).matches("ready kafka=localhost:\\d+ registry=http://localhost:\\d+ data=" + data);
        BrokerChecks.createTopic(field(ready, "kafka"), "mine");

        // When
        process.destroy();

        // Then
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isZero();
        assertThat(errors()).isEmpty();

        // When
        String again = started("--data-dir", data.toString());

        // Then
        BrokerChecks.transaction(field(again, "kafka"), "mine", "value", true);
    }

    @Test
    void a_killed_sandbox_starts_again_on_its_data() throws Exception {
        // Given
        Path data = directory.resolve("data");
        BrokerChecks.createTopic(field(started("--data-dir", data.toString()), "kafka"), "mine");

        // When
        process.destroyForcibly().waitFor(20, TimeUnit.SECONDS);
        String again = started("--data-dir", data.toString());

        // Then
        BrokerChecks.transaction(field(again, "kafka"), "mine", "value", true);
    }

    @Test
    void a_taken_port_is_named_with_its_option() throws Exception {
        // Given
        try (ServerSocket taken = new ServerSocket()) {
            taken.bind(new InetSocketAddress("127.0.0.1", 0));

            // When
            start("--kafka-port", String.valueOf(taken.getLocalPort()));

            // Then
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(process.exitValue()).isEqualTo(Foreground.EXIT_USAGE);
            assertThat(errors())
                    .contains("port " + taken.getLocalPort() + " for the Kafka broker is in use")
                    .contains("--kafka-port");
        }
    }

    @Test
    void an_unknown_option_is_refused() throws Exception {
        // When
        start("--no-such-option");

        // Then
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(Foreground.EXIT_USAGE);
        assertThat(errors()).contains("--no-such-option");
    }

    /** Starts broker and registry on free ports; returns the line that begins with ready. */
    private String started(String... options) throws IOException {
        List<String> all = new ArrayList<>(List.of("--kafka-port", "0"));
        all.addAll(List.of(options));
        start(all.toArray(String[]::new));
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("ready ")) {
                return line;
            }
        }
        throw new AssertionError("ended without a ready line: " + errors());
    }

    private void start(String... options) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                SandboxCli.class.getName(),
                "sandbox",
                "--no-app",
                "--registry-port",
                "0"));
        command.addAll(List.of(options));
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectError(directory.resolve("errors").toFile());
        // A JVM that has options from there says so, in what must be empty here.
        builder.environment().remove("JDK_JAVA_OPTIONS");
        process = builder.start();
    }

    private String errors() throws IOException {
        return Files.readString(directory.resolve("errors"));
    }

    private static String field(String ready, String name) {
        return ready.replaceAll(".* " + name + "=(\\S+).*", "$1");
    }
}
