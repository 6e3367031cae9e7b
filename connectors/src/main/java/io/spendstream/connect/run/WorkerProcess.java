package io.spendstream.connect.run;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/** A stock Connect worker in a process of its own, so that it has an environment of its own and can be killed. */
public final class WorkerProcess implements AutoCloseable {

    private static final long STOP_LIMIT_S = 30;

    private final Path properties;
    private final Path log;
    private final URI url;
    private final Map<String, String> environment;
    private final int heapMb;
    private Process process;

    /**
     * @param home the module's directory, with {@code config/worker.properties} and {@code target/plugins}
     * @param directory for its properties and its log
     * @param port of its REST interface; 0 for a free one
     * @param heapMb the JVM's heap limit in MB
     * @param settings that go before those of {@code worker.properties}
     * @param environment what connector configurations may name as {@code ${env:...}}
     */
    public WorkerProcess(
            Path home,
            Path directory,
            int port,
            int heapMb,
            Map<String, String> settings,
            Map<String, String> environment)
            throws IOException {
        this.url = URI.create("http://localhost:" + (port == 0 ? freePort() : port));
        this.log = Files.createDirectories(directory).resolve("worker.log");
        this.properties = directory.resolve("worker.properties");
        this.heapMb = heapMb;
        this.environment = Map.copyOf(environment);
        Map<String, String> all = new TreeMap<>(ConnectorFile.read(home.resolve("config/worker.properties")));
        all.put("listeners", "http://127.0.0.1:" + url.getPort());
        all.put("plugin.path", home.resolve("target/plugins").toAbsolutePath().toString());
        all.putAll(settings);
        Properties file = new Properties();
        file.putAll(all);
        try (var writer = Files.newBufferedWriter(properties)) {
            file.store(writer, null);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    /** Starts it and returns at once. */
    public synchronized WorkerProcess start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heapMb + "m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Dlogback.configurationFile=connect-worker-logback.xml",
                "-cp",
                System.getProperty("java.class.path"),
                WorkerMain.class.getName(),
                properties.toString()));
        builder.environment().putAll(environment);
        process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        return this;
    }

    /** Of its REST interface. */
    public URI url() {
        return url;
    }

    public Path log() {
        return log;
    }

    public synchronized boolean isAlive() {
        return process != null && process.isAlive();
    }

    /** Returns when it has ended, with its exit code. */
    public int awaitEnd() throws InterruptedException {
        Process running;
        synchronized (this) {
            running = process;
        }
        return running.waitFor();
    }

    /** Kills it without warning (SIGKILL), as a machine that is lost. */
    public synchronized void kill() throws InterruptedException {
        process.destroyForcibly();
        process.waitFor();
    }

    /** Stops it in good order (SIGTERM); kills it where that takes longer than 30 s. */
    @Override
    public synchronized void close() {
        if (process == null) {
            return;
        }
        process.destroy();
        try {
            if (!process.waitFor(STOP_LIMIT_S, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
