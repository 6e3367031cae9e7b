package io.spendstream.acceptance;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Hands the one cluster that all tests of a run share to those that ask for it. Its logs stay in target/cluster-<process>. */
public final class OneCluster implements ParameterResolver {

    /** Test classes run side by side in several processes, each with a cluster of its own. */
    private static final Path DIRECTORY =
            Path.of("target", "cluster-" + ProcessHandle.current().pid()).toAbsolutePath();

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == Cluster.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        // The store of all tests closes what is in it after the last one.
        return context.getRoot()
                .getStore(ExtensionContext.Namespace.create(OneCluster.class))
                .getOrComputeIfAbsent(Cluster.class, type -> start(), Cluster.class);
    }

    private static Cluster start() {
        try {
            Directories.delete(DIRECTORY);
            Files.createDirectories(DIRECTORY);
            return Cluster.start(DIRECTORY);
        } catch (IOException e) {
            throw new UncheckedIOException("the cluster does not start", e);
        }
    }
}
