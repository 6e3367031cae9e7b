package io.spendstream.sandbox;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import kafka.server.BrokerServer;
import kafka.server.ControllerServer;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.server.Server$;
import kafka.server.SharedServer;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.bootstrap.BootstrapMetadata;
import org.apache.kafka.metadata.properties.MetaPropertiesEnsemble;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.raft.QuorumConfig;
import org.apache.kafka.server.fault.FaultHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.Tuple2;

/**
 * A real Kafka broker (KRaft, controller and broker in one) inside this process, on the loopback address, alone or in
 * its place in a cluster.
 * Its data directory is formatted on the first start and used again afterwards, also after the process was killed.
 * Transactions work; topics are not created by mere use.
 *
 * <p>Sized for a laptop and for tests: few replicas and few threads. It is not for production.
 */
public final class EmbeddedBroker implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedBroker.class);
    private static final String BROKER_LISTENER = "PLAINTEXT";
    private static final String CONTROLLER_LISTENER = "CONTROLLER";
    private static final Duration SHUTDOWN_LIMIT = Duration.ofSeconds(10);

    private final Path directory;
    private final BrokerPlace place;
    private final Map<String, String> more;
    private int port;
    private BoundSockets sockets;
    private ControllerServer controller;
    private BrokerServer broker;

    /**
     * @param directory where the broker keeps its data; made when it does not exist
     * @param port to listen on; 0 for a free one, which later starts of this object keep
     */
    public EmbeddedBroker(Path directory, int port) {
        this(directory, port, BrokerPlace.ALONE);
    }

    /** As one of several. */
    public EmbeddedBroker(Path directory, int port, BrokerPlace place) {
        this(directory, port, place, Map.of());
    }

    /** @param more settings of the broker, which go before those that it has otherwise */
    public EmbeddedBroker(Path directory, int port, BrokerPlace place, Map<String, String> more) {
        this.directory = directory;
        this.port = port;
        this.place = place;
        this.more = Map.copyOf(more);
    }

    /**
     * Starts the broker and returns when it takes requests.
     *
     * @throws PortInUse where the port is taken
     * @throws IOException where the data directory cannot be used or the broker does not come up
     */
    public synchronized EmbeddedBroker start() throws IOException {
        if (broker != null) {
            throw new IllegalStateException("the broker runs already at " + bootstrapServers());
        }
        sockets = new BoundSockets();
        try {
            port = sockets.bind(BROKER_LISTENER, Sandbox.KAFKA, port);
            int controllerPort = place.isController()
                    ? sockets.bind(CONTROLLER_LISTENER, "Kafka controller", place.controllerPort())
                    : place.controllerPort();
            format();
            startServers(new KafkaConfig(configuration(controllerPort)));
        } catch (IOException e) {
            close();
            throw e;
        } catch (Exception e) {
            close();
            throw new IOException("the Kafka broker in " + directory + " does not start: " + e.getMessage(), e);
        }
        return this;
    }

    /** As clients take it: {@code 127.0.0.1:port}. */
    public synchronized String bootstrapServers() {
        return "127.0.0.1:" + port;
    }

    public synchronized int port() {
        return port;
    }

    /** Stops the broker cleanly, within seconds. The same object or a new one can start again on the directory. */
    @Override
    public synchronized void close() {
        if (broker != null) {
            quietly("broker", () -> broker.shutdown(SHUTDOWN_LIMIT));
            broker = null;
        }
        if (controller != null) {
            quietly("controller", controller::shutdown);
            controller = null;
        }
        if (sockets != null) {
            sockets.close();
            sockets = null;
        }
    }

    private static void quietly(String what, Runnable stop) {
        try {
            stop.run();
        } catch (RuntimeException e) {
            LOG.warn("The {} did not stop cleanly; its log is recovered on the next start", what, e);
        }
    }

    private void format() throws Exception {
        Files.createDirectories(logDirectory());
        if (Files.exists(logDirectory().resolve("meta.properties"))) {
            return;
        }
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        new Formatter()
                .setPrintStream(new PrintStream(said, true, StandardCharsets.UTF_8))
                .setNodeId(place.id())
                .setClusterId(place.clusterId() == null ? Uuid.randomUuid().toString() : place.clusterId())
                .addDirectory(logDirectory().toString())
                .setMetadataLogDirectory(logDirectory().toString())
                .setControllerListenerName(CONTROLLER_LISTENER)
                .run();
        LOG.info("{}", said.toString(StandardCharsets.UTF_8).strip());
    }

    private void startServers(KafkaConfig config) {
        Tuple2<MetaPropertiesEnsemble, BootstrapMetadata> directories =
                KafkaRaftServer.initializeLogDirs(config, LOG, "");
        MetaPropertiesEnsemble properties = directories._1();
        Metrics metrics = Server$.MODULE$.initializeMetrics(
                config, Time.SYSTEM, properties.clusterId().orElseThrow());
        SharedServer shared = new SharedServer(
                config,
                properties,
                Time.SYSTEM,
                metrics,
                CompletableFuture.completedFuture(
                        QuorumConfig.parseVoterConnections(config.quorumConfig().voters())),
                List.of(),
                EmbeddedBroker::faultHandler,
                sockets);
        broker = new MendedBroker(shared);
        if (place.isController()) {
            controller = new ControllerServer(shared, KafkaRaftServer.configSchema(), directories._2());
            controller.startup();
        }
        broker.startup();
    }

    /** Kafka's own handler ends the process on a fatal fault; the host of an embedded broker must survive to say so. */
    private static FaultHandler faultHandler(String name, boolean fatal, Runnable action) {
        return new FaultHandler() {
            @Override
            public RuntimeException handleFault(String message, Throwable cause) {
                LOG.error("{}: {}", name, message, cause);
                action.run();
                return new IllegalStateException(name + ": " + message, cause);
            }
        };
    }

    private Path logDirectory() {
        return directory.toAbsolutePath();
    }

    private Properties configuration(int controllerPort) {
        String own = BROKER_LISTENER + "://127.0.0.1:" + port;
        String replicas = String.valueOf(place.replicas());
        Properties properties = new Properties();
        properties.putAll(Map.of(
                "process.roles",
                place.isController() ? "broker,controller" : "broker",
                "node.id",
                String.valueOf(place.id()),
                "controller.quorum.voters",
                "1@127.0.0.1:" + controllerPort,
                "controller.listener.names",
                CONTROLLER_LISTENER,
                "listeners",
                place.isController() ? own + "," + CONTROLLER_LISTENER + "://127.0.0.1:" + controllerPort : own,
                "advertised.listeners",
                own,
                "listener.security.protocol.map",
                "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
                "log.dirs",
                logDirectory().toString(),
                "auto.create.topics.enable",
                "false"));
        properties.putAll(SIZES);
        for (String replicated : REPLICATED) {
            properties.put(replicated, replicas);
        }
        String inSync = String.valueOf(place.replicasInSync());
        properties.put("min.insync.replicas", inSync);
        properties.put("transaction.state.log.min.isr", inSync);
        properties.put("share.coordinator.state.topic.min.isr", inSync);
        properties.putAll(more);
        return properties;
    }

    private static final List<String> REPLICATED = List.of(
            "default.replication.factor",
            "offsets.topic.replication.factor",
            "transaction.state.log.replication.factor",
            "share.coordinator.state.topic.replication.factor");

    /** What keeps the broker small and its start and rebalances quick. */
    private static final Map<String, String> SIZES = Map.ofEntries(
            Map.entry("offsets.topic.num.partitions", "4"),
            Map.entry("offsets.topic.segment.bytes", "8388608"),
            Map.entry("transaction.state.log.num.partitions", "4"),
            Map.entry("transaction.state.log.segment.bytes", "8388608"),
            Map.entry("share.coordinator.state.topic.num.partitions", "1"),
            Map.entry("group.initial.rebalance.delay.ms", "0"),
            // A producer that was killed blocks its successor's commits until its transaction is given up.
            Map.entry("transaction.abort.timed.out.transaction.cleanup.interval.ms", "1000"),
            // After a kill the controller takes the new process for a double until the old one's session has run out.
            Map.entry("broker.session.timeout.ms", "4000"),
            Map.entry("broker.heartbeat.interval.ms", "500"),
            // A record that says nothing, with which other brokers would see that they are not behind.
            Map.entry("metadata.max.idle.interval.ms", "5000"),
            Map.entry("log.segment.bytes", "67108864"),
            Map.entry("log.index.size.max.bytes", "1048576"),
            Map.entry("log.cleaner.dedupe.buffer.size", "4194304"),
            Map.entry("log.cleaner.io.buffer.size", "131072"),
            Map.entry("log.cleaner.threads", "1"),
            Map.entry("num.network.threads", "2"),
            Map.entry("num.io.threads", "4"),
            Map.entry("num.replica.fetchers", "1"),
            Map.entry("num.recovery.threads.per.data.dir", "2"),
            Map.entry("background.threads", "2"),
            Map.entry("group.coordinator.threads", "1"));
}
