package io.spendstream.acceptance;

import io.spendstream.sandbox.BrokerProcess;
import io.spendstream.sandbox.registry.DevelopmentRegistry;
import java.io.IOException;
import java.nio.file.Path;

/** A Kafka broker in a process of its own, and a schema registry that can go down and come back. */
public final class Cluster implements AutoCloseable {

    private static final int BROKER_HEAP_MB = 512;

    private final Path directory;
    private final BrokerProcess broker;
    private DevelopmentRegistry registry;
    private int registryPort;

    private Cluster(Path directory) {
        this.directory = directory;
        this.broker = new BrokerProcess(directory.resolve("kafka"), 0, BROKER_HEAP_MB);
    }

    public static Cluster start(Path directory) throws IOException {
        Cluster cluster = new Cluster(directory);
        try {
            cluster.startRegistry();
            cluster.broker.start();
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw e;
        }
    }

    public String bootstrapServers() {
        return broker.bootstrapServers();
    }

    /** The same while the registry is down. */
    public String registryUrl() {
        return "http://127.0.0.1:" + registryPort;
    }

    /** A place of its own for one application: its topics and state share nothing with those of others. */
    public Deployment deploy(String name) {
        return new Deployment(this, name, directory.resolve(name));
    }

    /** Kills the broker without warning (SIGKILL) and starts it again on its data. */
    public void killBroker() throws IOException {
        broker.kill();
        broker.start();
    }

    /** Stops the broker in good order and starts it again. */
    public void restartBroker() throws IOException {
        broker.close();
        broker.start();
    }

    /** Stops the broker's process where it is (SIGSTOP): it answers nobody, and nobody is told. */
    public void freezeBroker() throws IOException, InterruptedException {
        Signals.stop(broker.pid());
    }

    /** Lets the broker go on (SIGCONT). */
    public void thawBroker() throws IOException, InterruptedException {
        Signals.resume(broker.pid());
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
        broker.close();
        if (registry != null) {
            stopRegistry();
        }
    }
}
