package io.spendstream.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/** Where the parts of a running system answer. Every command that talks to one takes all three, whichever it needs. */
final class Addresses {

    @Option(
            names = "--bootstrap-servers",
            paramLabel = "HOST:PORT",
            defaultValue = "localhost:9092",
            description = "Kafka (default: ${DEFAULT-VALUE}).")
    private String bootstrapServers;

    @Option(
            names = "--registry-url",
            paramLabel = "URL",
            defaultValue = "http://localhost:8081",
            description = "Schema registry (default: ${DEFAULT-VALUE}).")
    private String registryUrl;

    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "http://localhost:8080",
            description = "REST (default: ${DEFAULT-VALUE}).")
    private URI url;

    String bootstrapServers() {
        return bootstrapServers;
    }

    String registryUrl() {
        return registryUrl;
    }

    URI url() {
        return url;
    }
}
