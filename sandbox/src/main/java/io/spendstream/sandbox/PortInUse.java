package io.spendstream.sandbox;

import java.io.IOException;

/** A port that something else listens on. The message names the port and the service that wants it. */
public final class PortInUse extends IOException {

    private static final long serialVersionUID = 1;

    private final String service;
    private final int port;

    /** @param service who wanted it, such as {@code Kafka broker} */
    public PortInUse(String service, int port, Throwable cause) {
        super("port " + port + " for the " + service + " is in use by another process", cause);
        this.service = service;
        this.port = port;
    }

    /** Who wanted it. */
    public String service() {
        return service;
    }

    public int port() {
        return port;
    }
}
