package io.spendstream.runtime;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file beside the stores that says that they were left in good order. After a crash it is not there, and Kafka Streams
 * will read all stores back from Kafka.
 */
final class StateMark {

    private static final String FILE = "left-in-good-order";

    private final Path stores;
    private final Path file;

    /** @param directory where applications keep their stores, each in a directory of its own */
    StateMark(Path directory, String applicationId) {
        stores = directory.resolve(applicationId);
        file = directory.resolve(FILE + "-" + applicationId);
    }

    /** Whether there are stores that a crash has left; from now on, there will be unless it is said otherwise. */
    boolean isOfCrash() {
        try {
            return !Files.deleteIfExists(file) && Files.isDirectory(stores);
        } catch (IOException e) {
            throw new UncheckedIOException("the state directory cannot be written to: " + file, e);
        }
    }

    /** The stores were closed in good order. */
    void leaveInGoodOrder() {
        try {
            Files.createDirectories(file.getParent());
            Files.write(file, new byte[0]);
        } catch (IOException e) {
            throw new UncheckedIOException("the state directory cannot be written to: " + file, e);
        }
    }
}
