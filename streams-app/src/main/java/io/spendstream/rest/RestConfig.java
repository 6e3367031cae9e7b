package io.spendstream.rest;

import java.time.Duration;

/**
 * Where the HTTP interface listens, and its limits.
 *
 * @param host address to listen on
 * @param port 0 for any free one
 * @param bodyBytesMax of one request, after decompression
 * @param eventsMax in one request
 * @param intakeBytesMax of all requests with events that are not answered yet; past it, callers get 429
 * @param queriesMax queries that are not answered yet; past it, callers get 429
 * @param bodyTimeout how long a request's body may take to arrive
 * @param publishTimeout how long events may take to be acknowledged
 * @param workers threads that read stores and write large answers
 * @param intakeWorkers threads that read and publish events
 */
public record RestConfig(
        String host,
        int port,
        int bodyBytesMax,
        int eventsMax,
        long intakeBytesMax,
        int queriesMax,
        Duration bodyTimeout,
        Duration publishTimeout,
        int workers,
        int intakeWorkers) {

    public RestConfig {
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("port must be between 0 and 65535, not " + port);
        }
        requirePositive("bodyBytesMax", bodyBytesMax);
        requirePositive("eventsMax", eventsMax);
        requirePositive("queriesMax", queriesMax);
        requirePositive("workers", workers);
        requirePositive("intakeWorkers", intakeWorkers);
        requirePositive("bodyTimeout", bodyTimeout.toMillis());
        requirePositive("publishTimeout", publishTimeout.toMillis());
        if (intakeBytesMax < bodyBytesMax) {
            throw new IllegalArgumentException("intakeBytesMax must be at least bodyBytesMax, " + bodyBytesMax
                    + ", or the largest request never fits; it is " + intakeBytesMax);
        }
    }

    /** The defaults, on an address. */
    public static RestConfig on(String host, int port) {
        int processors = Runtime.getRuntime().availableProcessors();
        return new RestConfig(
                host,
                port,
                10 << 20,
                10_000,
                64L << 20,
                64,
                Duration.ofSeconds(30),
                Duration.ofSeconds(30),
                Math.max(4, processors),
                Math.max(2, processors));
    }

    private static void requirePositive(String name, long value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be positive, not " + value);
        }
    }
}
