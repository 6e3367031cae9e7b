package io.spendstream.acceptance;

import io.spendstream.sandbox.BrokerPlace;
import io.spendstream.sandbox.BrokerProcess;
import io.spendstream.sandbox.registry.DevelopmentRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.common.Uuid;

/** Kafka brokers in processes of their own, one unless more are asked for, and a schema registry that can go down. */
public final class Cluster implements AutoCloseable {

    private static final int BROKER_HEAP_MB = 512;

    private final Path directory;
    private final List<BrokerProcess> brokers;
    private DevelopmentRegistry registry;
    private int registryPort;

    private Cluster(Path directory, List<BrokerProcess> brokers) {
        this.directory = directory;
        this.brokers = brokers;
    }

    public static Cluster start(Path directory) throws IOException {
        return start(directory, 1);
    }

    /** With some brokers; where there are three, one of them may be away, but for the first. */
    public static Cluster start(Path directory, int brokers) throws IOException {
        Cluster cluster = new Cluster(directory, brokers(directory, brokers));
        try {
            cluster.startRegistry();
            for (BrokerProcess broker : cluster.brokers) {
                broker.start();
            }
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw e;
        }
    }

    private static List<BrokerProcess> brokers(Path directory, int size) throws IOException {
        if (size == 1) {
            return List.of(new BrokerProcess(directory.resolve("kafka"), 0, BROKER_HEAP_MB));
        }
        String id = Uuid.randomUuid().toString();
        int controllerPort = freePort();
        return IntStream.rangeClosed(1, size)
                .mapToObj(number -> new BrokerProcess(
                        directory.resolve("kafka-" + number),
                        0,
                        BROKER_HEAP_MB,
                        new BrokerPlace(number, size, id, controllerPort)))
                .toList();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    public Path directory() {
        return directory;
    }

    /** How many brokers it has. */
    public int size() {
        return brokers.size();
    }

    public String bootstrapServers() {
        return brokers.stream().map(BrokerProcess::bootstrapServers).collect(Collectors.joining(","));
    }

    /** The same while the registry is down. */
    public String registryUrl() {
        return "http://127.0.0.1:" + registryPort;
    }

    /** A place of its own for one application: its topics and state share nothing with those of others. */
    public Deployment deploy(String name) {
        return new Deployment(this, name, directory.resolve(name));
    }

    /** Kills a broker without warning (SIGKILL). */
    public void killBroker(int number) {
        brokers.get(number).kill();
    }

    /** Stops a broker in good order. */
    public void stopBroker(int number) {
        brokers.get(number).close();
    }

    /** Starts a broker again on its data. */
    public void startBroker(int number) throws IOException {
        brokers.get(number).start();
    }

    /** Stops a broker's process where it is (SIGSTOP): it answers nobody, and nobody is told. */
    public void freezeBroker(int number) throws IOException, InterruptedException {
        Signals.stop(brokers.get(number).pid());
    }

    /** Lets a broker go on (SIGCONT). */
    public void thawBroker(int number) throws IOException, InterruptedException {
        Signals.resume(brokers.get(number).pid());
    }

    public void stopRegistry() {
        registry.close();
        registry = null;
    }

    /** Starts the registry again, with what it held, where it was. */
    public void startRegistry() throws IOException {
        registry = new DevelopmentRegistry(directory.resolve("registry.json"), registryPort);
        registryPort = registry.url().getPort();
    }

    public void startRegistryIfDown() throws IOException {
        if (registry == null) {
            startRegistry();
        }
    }

    @Override
    public void close() {
        // The first last: it is the controller of the others.
        for (int i = brokers.size() - 1; i >= 0; i--) {
            brokers.get(i).close();
        }
        if (registry != null) {
            stopRegistry();
        }
    }
}
