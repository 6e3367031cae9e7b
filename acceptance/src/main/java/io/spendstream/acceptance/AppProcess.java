package io.spendstream.acceptance;

import io.spendstream.cli.SpendstreamCli;
import io.spendstream.runtime.SecurityConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
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
    private static final Duration START_LIMIT = Duration.ofMinutes(5);
    private static final int STOP_LIMIT_S = 40;

    /** Small, and soon at work: for a few hundred events a second. */
    private static final List<String> SMALL = List.of("-Xmx400m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");

    private final Path config;
    private final Path log;
    private final List<String> options = new ArrayList<>();
    private final Properties properties = new Properties();
    private final Thread killer = new Thread(this::destroy, "kill-app");
    private Class<?> main = SpendstreamCli.class;
    private String classPath = System.getProperty("java.class.path");
    private Process process;
    private URI url;
    private SpendClient client;

    /**
     * @param name of its files
     * @param properties its configuration; security is off where it does not say
     */
    public AppProcess(Path directory, String name, Map<String, String> properties) throws IOException {
        this(directory, name, properties, SMALL);
    }

    /** @param options of its JVM */
    public AppProcess(Path directory, String name, Map<String, String> properties, List<String> options)
            throws IOException {
        this.options.addAll(options);
        Files.createDirectories(directory);
        config = directory.resolve(name + ".properties");
        log = directory.resolve(name + ".log");
        this.properties.put(SecurityConfig.MODE, "off");
        this.properties.putAll(properties);
        configure(this.properties);
        Runtime.getRuntime().addShutdownHook(killer);
    }

    /**
     * Starts it and returns when it listens; it may not be ready by then.
     *
     * @throws IllegalStateException where it ends before; the message says where its log is
     */
    public AppProcess start() throws IOException {
        int before = lines().size();
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of(
                "-Dlogback.configurationFile=logback.xml",
                "-cp",
                classPath,
                main.getName(),
                "run",
                "--config",
                config.toString()));
        process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        url = Await.until("the application listens", START_LIMIT, () -> listening(before), Optional::isPresent)
                .orElseThrow();
        client = new SpendClient(url);
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

    private void configure(Properties all) throws IOException {
        try (var writer = Files.newBufferedWriter(config)) {
            all.store(writer, null);
        }
    }

    /**
     * Runs another build from the next start on.
     *
     * @param lib a directory of jars, the application's among them
     */
    public AppProcess ofBuild(Path lib) throws IOException {
        classPath = lib.toAbsolutePath() + "/*";
        Properties known = new Properties();
        known.putAll(properties);
        if (!hasSecurity(lib)) {
            known.remove(SecurityConfig.MODE);
        }
        configure(known);
        return this;
    }

    /** Runs this build again from the next start on. */
    public AppProcess ofThisBuild() throws IOException {
        classPath = System.getProperty("java.class.path");
        configure(properties);
        return this;
    }

    /** Early builds had no security, and refuse a key that they do not know. */
    private static boolean hasSecurity(Path lib) throws IOException {
        List<URL> jars = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(lib, "*.jar")) {
            for (Path jar : files) {
                jars.add(jar.toUri().toURL());
            }
        }
        String resource = SecurityConfig.class.getName().replace('.', '/') + ".class";
        try (URLClassLoader classes = new URLClassLoader(jars.toArray(URL[]::new), null)) {
            return classes.findResource(resource) != null;
        }
    }

    /** Has it lose something from the next start on, and never give it back. */
    public AppProcess leaking(LeakingApp.Leak leak) {
        main = LeakingApp.class;
        options.add("-D" + LeakingApp.LEAK + "=" + leak);
        return this;
    }

    /** Where it listens. */
    public URI url() {
        return url;
    }

    /** Of its process. */
    public long pid() {
        return process.pid();
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

    /** Asks it where it listens since its last start. */
    public SpendClient client() {
        return client;
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
