package io.spendstream.schema;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The registry client comes relocated inside another artefact; one class knows that, so that it can be swapped. */
class RegistryClientBoundaryTest {

    private static final String RELOCATED = String.join(".", "org", "apache", "flink");

    @Test
    void oneClassNamesTheRelocatedClient() throws IOException {
        // Given
        Path project = Schemas.MODULE.getParent();

        // When
        List<String> naming;
        try (Stream<Path> modules = Files.list(project)) {
            naming = modules.map(module -> module.resolve("src"))
                    .filter(Files::isDirectory)
                    .flatMap(RegistryClientBoundaryTest::javaFiles)
                    .filter(RegistryClientBoundaryTest::namesTheClient)
                    .map(file -> file.getFileName().toString())
                    .toList();
        }

        // Then
        assertThat(naming).containsExactly("ConfluentSchemaRegistry.java");
    }

    private static Stream<Path> javaFiles(Path directory) {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".java")).toList().stream();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean namesTheClient(Path file) {
        try {
            return Files.readString(file).contains(RELOCATED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
