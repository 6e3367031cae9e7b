package io.spendstream.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Hands the one cluster that all tests of a process share to those that ask for it. Its logs stay in
 * target/cluster-<process>.
 */
public final class OneCluster implements ParameterResolver {

    /** Test classes run side by side in several processes, each with a cluster of its own. */
    private static final Path DIRECTORY =
            Path.of("target", "cluster-" + ProcessHandle.current().pid()).toAbsolutePath();

    /** Surefire runs each class of several forks on its own, with a store of its own: so it is the JVM that keeps it. */
    private static final class Shared {
        static final Cluster CLUSTER = start();
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return Shared.CLUSTER;
    }

    private static Cluster start() {
        try {
            Directories.delete(DIRECTORY);
            Files.createDirectories(DIRECTORY);
            Cluster cluster = Cluster.start(DIRECTORY);
            Runtime.getRuntime().addShutdownHook(new Thread(cluster::close, "stop-cluster"));
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException("the cluster does not start", e);
        }
    }
}
