package io.spendstream.acceptance.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What a process holds, of this process. */
@EnabledOnOs(OS.LINUX)
class VitalsTest {

    /** Many more than come and go by themselves. */
    private static final int FILES = 200;

    private final Vitals vitals = new Vitals("test", ProcessHandle.current().pid(), null);

    @Test
    void tablesOfTheStateAreNoHandlesUntilTheyAreDeletedAndStillHeld(@TempDir Path directory) throws Exception {
        // Given
        long before = handles();
        List<Closeable> held = new ArrayList<>();
        try {
            for (int i = 0; i < FILES; i++) {
                held.add(opened(directory.resolve(i + ".sst")));
            }

            // When
            long withTables = handles();
            for (int i = 0; i < FILES; i++) {
                Files.delete(directory.resolve(i + ".sst"));
            }
            long deleted = handles();

            // Then
            assertThat(withTables - before).isLessThan(FILES / 2);
            assertThat(deleted - before).isGreaterThan(FILES / 2);
        } finally {
            for (Closeable file : held) {
                file.close();
            }
        }
    }

    private static Closeable opened(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    }

    private long handles() throws Exception {
        vitals.look();
        return vitals.last(Vitals.Vital.HANDLES);
    }
}
