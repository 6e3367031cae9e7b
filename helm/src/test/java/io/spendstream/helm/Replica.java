package io.spendstream.helm;

import com.fasterxml.jackson.databind.JsonNode;
import io.spendstream.acceptance.Directories;
import io.spendstream.acceptance.SpendClient;
import io.spendstream.cli.SpendstreamCli;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A pod of the chart as a process: the rendered configuration, arguments and environment. What a node would give it is
 * given here: a name that others find it by, a volume, and an address of its own, which is a port.
 */
final class Replica implements AutoCloseable {

    private static final int STOP_LIMIT_S = 60;

    private final Process process;
    private final Path log;
    private final SpendClient client;

    private Replica(Process process, Path log, SpendClient client) {
        this.process = process;
        this.log = log;
        this.client = client;
    }

    /**
     * Starts a replica; it may not be ready by then.
     *
     * @param chart rendered with the port of this replica
     * @param pod its name
     * @param hosts a file of addresses and names, in place of the cluster's DNS
     * @param directory for its log and its volume; has the secrets' files under {@code secrets/NAME/}
     */
    static Replica start(Chart chart, String pod, Path hosts, Path directory) throws IOException {
        Path volume = directory.resolve(pod);
        Directories.delete(volume);
        Files.createDirectories(volume);
        Path config = volume.resolve("spendstream.properties");
        Files.writeString(
                config,
                chart.configuration()
                        .replace("/var/lib/spendstream/", volume + "/")
                        .replace(
                                "/etc/spendstream/secrets",
                                directory.resolve("secrets").toString())
                        // Nothing of a test is reachable from outside.
                        .replace("http.host=0.0.0.0", "http.host=127.0.0.1"));
        JsonNode container = chart.container();
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Djdk.net.hosts.file=" + hosts,
                "-cp",
                System.getProperty("java.class.path"),
                SpendstreamCli.class.getName()));
        container
                .at("/args")
                .forEach(argument ->
                        command.add(argument.asText().replace("/etc/spendstream/spendstream.properties", "" + config)));
        Path log = directory.resolve(pod + ".log");
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        environment(container, pod, builder.environment());
        int port = container.at("/ports/0/containerPort").asInt();
        return new Replica(builder.start(), log, new SpendClient(URI.create("http://127.0.0.1:" + port)));
    }

    private static void environment(JsonNode container, String pod, Map<String, String> environment) {
        for (JsonNode variable : container.at("/env")) {
            boolean ofThePod =
                    variable.at("/valueFrom/fieldRef/fieldPath").asText().equals("metadata.name");
            environment.put(
                    variable.path("name").asText(),
                    ofThePod ? pod : variable.path("value").asText());
        }
    }

    SpendClient client() {
        if (!process.isAlive()) {
            throw new IllegalStateException("the replica ended at once; see " + log);
        }
        return client;
    }

    /** The lines that it has logged whole so far; not what the JVM says of its own options. */
    List<String> logged() throws IOException {
        String text = Files.readString(log);
        return text.substring(0, text.lastIndexOf('\n') + 1)
                .lines()
                .filter(line -> !line.startsWith("NOTE: Picked up JDK_JAVA_OPTIONS"))
                .toList();
    }

    /** Stops it as Kubernetes would (SIGTERM). */
    @Override
    public void close() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_LIMIT_S, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new IllegalStateException("the replica did not stop within " + STOP_LIMIT_S + " s; see " + log);
        }
    }
}
