package io.spendstream.acceptance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Directories as a whole. */
public final class Directories {

    private Directories() {}

    /** Deletes a directory with all that is in it; nothing where it is not there. */
    public static void delete(Path directory) throws IOException {
        if (Files.exists(directory)) {
            List<Path> innermostFirst;
            try (Stream<Path> files = Files.walk(directory)) {
                innermostFirst = files.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path file : innermostFirst) {
                Files.delete(file);
            }
        }
    }
}
