package io.spendstream.acceptance;

import io.spendstream.cli.SpendstreamCli;
import io.spendstream.runtime.SecurityConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * One instance of the application in a JVM of its own, started as an operator would ({@code run --config}), so that it
 * can be killed. What it says goes to a file beside its state.
 */
public final class AppProcess implements AutoCloseable {

    private static final String LISTENING = "listening on ";
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final int STOP_LIMIT_S = 40;

    private final Path config;
    private final Path log;
    private final Thread killer = new Thread(this::destroy, "kill-app");
    private Process process;
    private URI url;

    /**
     * @param name of its files
     * @param properties its configuration; security is off where it does not say
     */
    public AppProcess(Path directory, String name, Map<String, String> properties) throws IOException {
        Files.createDirectories(directory);
        config = directory.resolve(name + ".properties");
        log = directory.resolve(name + ".log");
        Properties file = new Properties();
        file.put(SecurityConfig.MODE, "off");
        file.putAll(properties);
        try (var writer = Files.newBufferedWriter(config)) {
            file.store(writer, null);
        }
        Runtime.getRuntime().addShutdownHook(killer);
    }

    /**
     * Starts it and returns when it listens; it may not be ready by then.
     *
     * @throws IllegalStateException where it ends before; the message says where its log is
     */
    public AppProcess start() throws IOException {
        int before = lines().size();
        process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx400m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-Dlogback.configurationFile=logback.xml",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SpendstreamCli.class.getName(),
                        "run",
                        "--config",
                        config.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        url = Await.until("the application listens", START_LIMIT, () -> listening(before), Optional::isPresent)
                .orElseThrow();
        return this;
    }

    /** Where it says that it listens, in what it wrote to its log since. */
    private Optional<URI> listening(int since) {
        Optional<URI> address = lines().stream()
                .skip(since)
                .filter(line -> line.startsWith(LISTENING))
                .findFirst()
                .map(line -> URI.create(line.substring(LISTENING.length())));
        if (address.isEmpty() && !process.isAlive()) {
            throw new IllegalStateException("the application ended at once; see " + log);
        }
        return address;
    }

    private List<String> lines() {
        try {
            return Files.exists(log) ? Files.readAllLines(log) : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whether its process runs, or is stopped in the middle of it. */
    public boolean isAlive() {
        return process != null && process.isAlive();
    }

    public Path log() {
        return log;
    }

    /** Stops the process where it is (SIGSTOP), as a machine that hangs; nothing of it is lost. */
    public void freeze() throws IOException, InterruptedException {
        Signals.stop(process.pid());
    }

    /** Lets it go on (SIGCONT) as if no time had passed. */
    public void thaw() throws IOException, InterruptedException {
        Signals.resume(process.pid());
    }

    public SpendClient client() {
        return new SpendClient(url);
    }

    /** Kills it without warning (SIGKILL), as a machine that is lost. */
    public void kill() throws InterruptedException {
        destroy();
        process.waitFor();
    }

    /** Stops it as an operator would (SIGTERM). */
    public void stop() throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_LIMIT_S, TimeUnit.SECONDS)) {
            throw new IllegalStateException("the application did not stop within " + STOP_LIMIT_S + " s; see " + log);
        }
    }

    private void destroy() {
        if (process != null) {
            process.destroyForcibly();
        }
    }

    @Override
    public void close() {
        destroy();
        if (process != null) {
            // Whoever deletes its files must not meet it writing.
            process.onExit()
                    .completeOnTimeout(process, STOP_LIMIT_S, TimeUnit.SECONDS)
                    .join();
        }
        Runtime.getRuntime().removeShutdownHook(killer);
    }
}
