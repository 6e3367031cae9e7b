package io.spendstream.sandbox;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * An {@link EmbeddedBroker} in a JVM of its own, so that a test can kill it as a machine would lose it, and start it
 * again on the same data and port.
 */
public final class BrokerProcess implements AutoCloseable {

    static final String READY = "ready ";
    private static final long STOP_LIMIT_S = 20;

    private final Path directory;
    private final int heapMb;
    private final BrokerPlace place;
    private final Map<String, String> more;
    private int port;
    private Process process;

    /**
     * @param directory where the broker keeps its data
     * @param port to listen on; 0 for a free one, which later starts of this object keep
     * @param heapMb the JVM's heap limit in MB; 256 does for tests
     */
    public BrokerProcess(Path directory, int port, int heapMb) {
        this(directory, port, heapMb, BrokerPlace.ALONE);
    }

    /** As one of several. */
    public BrokerProcess(Path directory, int port, int heapMb, BrokerPlace place) {
        this(directory, port, heapMb, place, Map.of());
    }

    /** @param more settings of the broker, which go before those that it has otherwise */
    public BrokerProcess(Path directory, int port, int heapMb, BrokerPlace place, Map<String, String> more) {
        this.place = place;
        this.more = Map.copyOf(more);
        this.directory = directory.toAbsolutePath();
        this.port = port;
        this.heapMb = heapMb;
    }

    /**
     * Starts the broker and returns when it takes requests.
     *
     * @throws IOException where it does not come up; the message holds what the process said
     */
    public synchronized BrokerProcess start() throws IOException {
        if (process != null && process.isAlive()) {
            throw new IllegalStateException("the broker runs already at " + bootstrapServers());
        }
        Files.createDirectories(directory);
        Path errors = directory.resolveSibling(directory.getFileName() + ".broker.log");
        process = new ProcessBuilder(command())
                .redirectError(ProcessBuilder.Redirect.appendTo(errors.toFile()))
                .start();
        String address = firstAddress();
        if (address == null) {
            close();
            throw new IOException("the broker in " + directory + " did not start; see " + errors + ":\n"
                    + Files.readString(errors).strip());
        }
        port = Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
        return this;
    }

    /** As clients take it: {@code 127.0.0.1:port}. */
    public synchronized String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    /** Of the child, for a test that measures or signals it. */
    public synchronized long pid() {
        return process.pid();
    }

    /** Kills the process without warning (SIGKILL) and waits until it is gone. */
    public synchronized void kill() {
        process.destroyForcibly();
        awaitEnd(STOP_LIMIT_S);
    }

    /** Stops the broker cleanly (SIGTERM); kills it where that takes longer than 20 s. */
    @Override
    public synchronized void close() {
        if (process == null) {
            return;
        }
        process.destroy();
        if (!awaitEnd(STOP_LIMIT_S)) {
            kill();
        }
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-Xmx" + heapMb + "m", "-XX:+UseSerialGC"));
        String logback = System.getProperty("logback.configurationFile");
        command.add("-Dlogback.configurationFile=" + (logback == null ? "sandbox-broker-logback.xml" : logback));
        more.forEach((key, value) -> command.add("-D" + BrokerMain.SETTING + key + "=" + value));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), BrokerMain.class.getName()));
        command.addAll(List.of(directory.toString(), String.valueOf(port)));
        if (place.size() > 1) {
            command.addAll(List.of(
                    String.valueOf(place.id()),
                    String.valueOf(place.size()),
                    place.clusterId(),
                    String.valueOf(place.controllerPort())));
        }
        return command;
    }

    /** What follows the word ready; null where the process ended without it. */
    private String firstAddress() throws IOException {
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith(READY)) {
                return line.substring(READY.length());
            }
        }
        return null;
    }

    private boolean awaitEnd(long seconds) {
        try {
            return process.waitFor(seconds, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
