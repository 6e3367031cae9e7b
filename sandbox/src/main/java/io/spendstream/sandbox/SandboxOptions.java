package io.spendstream.sandbox;

import java.nio.file.Path;

/**
 * What a sandbox is made of.
 *
 * @param httpPort of the application; 0 for a free one, like the other ports
 * @param dataDir where everything is kept, or null: a temporary directory that goes with the sandbox
 * @param application whether the application runs too, or only the broker and the registry
 */
public record SandboxOptions(int httpPort, int kafkaPort, int registryPort, Path dataDir, boolean application) {

    public SandboxOptions {
        port("--http-port", httpPort);
        port("--kafka-port", kafkaPort);
        port("--registry-port", registryPort);
    }

    private static void port(String option, int port) {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException(option + ": " + port + " is no port; it takes 0 to 65535");
        }
    }
}
