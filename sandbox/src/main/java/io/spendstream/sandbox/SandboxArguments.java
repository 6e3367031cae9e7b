package io.spendstream.sandbox;

import java.nio.file.Path;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options that the sandbox and the demo share. */
final class SandboxArguments {

    @Option(
            names = "--http-port",
            defaultValue = "8080",
            paramLabel = "PORT",
            description = "Port of REST and dashboard; 0: a free one. Default: ${DEFAULT-VALUE}")
    private int httpPort;

    @Option(
            names = "--kafka-port",
            defaultValue = "9092",
            paramLabel = "PORT",
            description = "Port of the Kafka broker; 0: a free one. Default: ${DEFAULT-VALUE}")
    private int kafkaPort;

    @Option(
            names = "--registry-port",
            defaultValue = "8081",
            paramLabel = "PORT",
            description = "Port of the schema registry; 0: a free one. Default: ${DEFAULT-VALUE}")
    private int registryPort;

    @Option(
            names = "--data-dir",
            paramLabel = "DIR",
            description = "Where everything is kept, for the next start too. Default: a temporary directory, deleted at"
                    + " the end")
    private Path dataDir;

    @Option(names = "--no-traffic", description = "No sample traffic; the sandbox makes none in any case.")
    private boolean noTraffic;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    boolean traffic() {
        return !noTraffic;
    }

    SandboxOptions options(boolean application) {
        try {
            return new SandboxOptions(httpPort, kafkaPort, registryPort, dataDir, application);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), e.getMessage(), e);
        }
    }
}
