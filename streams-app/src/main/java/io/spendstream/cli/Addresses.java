package io.spendstream.cli;

import java.net.URI;
import picocli.CommandLine.Option;

/** Where the parts of a running system answer. Every command that talks to one takes all three, whichever it needs. */
final class Addresses {

    /** The environment variable with the API key. */
    static final String API_KEY = "SPENDSTREAM_API_KEY";

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
            description = "REST (default: ${DEFAULT-VALUE}); the API key is taken from SPENDSTREAM_API_KEY.")
    private URI url;

    /** Not an option: what is on a command line, everybody on the machine sees. Null where there is none. */
    String apiKey() {
        String key = System.getenv(API_KEY);
        return key == null || key.isBlank() ? null : key.strip();
    }

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
