package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloadedFilesTest {

    @TempDir
    Path directory;

    private final BlockingQueue<Integer> changes = new LinkedBlockingQueue<>();

    private ReloadedFiles<Integer> open(Path file) {
        return new ReloadedFiles<>(
                "numbers",
                List.of(file),
                contents -> Integer.valueOf(new String(contents.get(0), StandardCharsets.UTF_8)),
                changes::add);
    }

    @Test
    void aChangeIsReadAndWhatCannotBeUsedChangesNothing() throws Exception {
        // Given
        Path file = Files.writeString(directory.resolve("n"), "1");
        try (ReloadedFiles<Integer> numbers = open(file)) {
            assertThat(numbers.get()).isEqualTo(1);

            // When
            Files.writeString(file, "2");
            assertThat(changes.poll(20, TimeUnit.SECONDS)).isEqualTo(2);
            Files.writeString(file, "two");
            // Replaced as Kubernetes does it: by another file under the name.
            Path next = Files.writeString(directory.resolve("next"), "3");
            Files.delete(file);
            Files.createSymbolicLink(file, next);

            // Then
            assertThat(changes.poll(20, TimeUnit.SECONDS)).isEqualTo(3);
            assertThat(numbers.get()).isEqualTo(3);
        }
    }

    @Test
    void whatCannotBeUsedAtTheStartIsNamed() {
        assertThatThrownBy(() -> open(directory.resolve("none")))
                .hasMessageContaining("numbers")
                .hasMessageContaining("none is not there");
        assertThatThrownBy(() -> open(Files.writeString(directory.resolve("n"), "x")))
                .hasMessageContaining("cannot be used: For input string");
    }
}
