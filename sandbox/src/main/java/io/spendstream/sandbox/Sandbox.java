package io.spendstream.sandbox;

import io.spendstream.Spendstream;
import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.TopicSetup;
import io.spendstream.sandbox.registry.DevelopmentRegistry;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.net.BindException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole Spendstream in this process, on the loopback address: broker, registry, topics, shipped prices and, where
 * wanted, the application. In its data directory: {@code kafka/}, {@code registry.json} and {@code state/}; a directory that was used before is used again, also after the process was killed.
 */
public final class Sandbox implements AutoCloseable {

    static final String HTTP = "application";
    static final String KAFKA = "Kafka broker";
    static final String REGISTRY = "schema registry";

    private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
    private static final Duration READY_LIMIT = Duration.ofMinutes(2);
    private static final int PARTITIONS = 4;

    private final SandboxOptions options;
    private final Path dataDir;
    private EmbeddedBroker broker;
    private DevelopmentRegistry registry;
    private Spendstream application;

    private Sandbox(SandboxOptions options, Path dataDir) {
        this.options = options;
        this.dataDir = dataDir;
    }

    /**
     * Starts everything and returns when it answers.
     *
     * @throws PortInUse where one of the ports is taken
     * @throws IOException where a part does not start; nothing is left running
     */
    public static Sandbox start(SandboxOptions options) throws IOException {
        return start(options, dataDir -> {});
    }

    /** As {@link #start(SandboxOptions)}; {@code first} is called with the data directory before anything starts. */
    static Sandbox start(SandboxOptions options, Consumer<Path> first) throws IOException {
        checkPort(HTTP, options.application() ? options.httpPort() : 0);
        checkPort(KAFKA, options.kafkaPort());
        checkPort(REGISTRY, options.registryPort());
        Path dataDir = options.dataDir() == null
                ? Files.createTempDirectory("spendstream-sandbox-")
                : Files.createDirectories(options.dataDir().toAbsolutePath().normalize());
        Sandbox sandbox = new Sandbox(options, dataDir);
        try {
            first.accept(dataDir);
            sandbox.startParts();
            return sandbox;
        } catch (IOException | RuntimeException | Error e) {
            sandbox.close();
            throw e;
        }
    }

    private synchronized void startParts() throws IOException {
        broker = new EmbeddedBroker(dataDir.resolve("kafka"), options.kafkaPort()).start();
        registry = new DevelopmentRegistry(dataDir.resolve("registry.json"), options.registryPort());
        prepareTopics();
        if (options.application()) {
            application = Spendstream.start(configuration());
            awaitReady();
        }
    }

    /** The prices are there before the first event is, so that none is unpriced at first. */
    private void prepareTopics() throws IOException {
        Topics topics = Topics.withPrefix("");
        try (Admin admin =
                        Admin.create(Map.of(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers()));
                SchemaRegistry client =
                        new ConfluentSchemaRegistry(registry.url().toString())) {
            TopicSetup.createMissing(admin, topics.all(), PARTITIONS, (short) -1);
            PriceSeed.publishWhereEmpty(
                    admin, broker.bootstrapServers(), topics.prices().name(), client);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while topics were created", e);
        }
    }

    private AppConfig configuration() {
        return AppConfig.of(Map.ofEntries(
                Map.entry(AppConfig.BOOTSTRAP_SERVERS, broker.bootstrapServers()),
                Map.entry(AppConfig.REGISTRY_URL, registry.url().toString()),
                Map.entry(AppConfig.TOPIC_PARTITIONS, String.valueOf(PARTITIONS)),
                Map.entry(AppConfig.HTTP_HOST, "127.0.0.1"),
                Map.entry(AppConfig.HTTP_PORT, String.valueOf(options.httpPort())),
                Map.entry(AppConfig.STATE_DIR, dataDir.resolve("state").toString()),
                // After a kill the group knows the new process for the old one and does not wait for it to time out.
                Map.entry(AppConfig.INSTANCE_ID, "sandbox"),
                Map.entry(AppConfig.ROCKSDB_CACHE_MB, "32"),
                Map.entry(AppConfig.ROCKSDB_WRITE_BUFFER_MB, "32")));
    }

    private void awaitReady() throws IOException {
        try {
            application.awaitReady(READY_LIMIT);
        } catch (TimeoutException | IllegalStateException e) {
            throw new IOException("the application does not start: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while the application started", e);
        }
    }

    /** As clients take it: {@code host:port}. */
    public synchronized String bootstrapServers() {
        return "localhost:" + broker.port();
    }

    public synchronized URI registryUrl() {
        return URI.create("http://localhost:" + registry.url().getPort());
    }

    /** Of the application's REST interface; empty where it does not run. */
    public synchronized Optional<URI> httpUrl() {
        return application().map(a -> URI.create("http://localhost:" + a.url().getPort()));
    }

    /** Empty where it does not run. */
    public synchronized Optional<Spendstream> application() {
        return Optional.ofNullable(application);
    }

    public Path dataDir() {
        return dataDir;
    }

    /** Stops everything cleanly, the application first; a temporary data directory is deleted. */
    @Override
    public synchronized void close() {
        closeQuietly("application", application);
        application = null;
        closeQuietly(REGISTRY, registry);
        registry = null;
        closeQuietly(KAFKA, broker);
        broker = null;
        if (options.dataDir() == null) {
            deleteDataDir();
        }
    }

    private static void closeQuietly(String what, AutoCloseable part) {
        try {
            if (part != null) {
                part.close();
            }
        } catch (Exception e) {
            LOG.warn("The {} did not stop cleanly", what, e);
        }
    }

    private void deleteDataDir() {
        try {
            Files.walkFileTree(dataDir, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.delete(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path directory, IOException e) throws IOException {
                    Files.delete(directory);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            LOG.warn("{} could not be deleted", dataDir, e);
        }
    }

    /** Asked before anything starts, so that a taken port costs no time and leaves nothing behind. */
    private static void checkPort(String service, int port) throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(BoundSockets.loopback(), port));
        } catch (BindException e) {
            throw new PortInUse(service, port, e);
        }
    }
}
