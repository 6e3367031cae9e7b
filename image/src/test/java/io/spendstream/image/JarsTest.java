package io.spendstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Archives with and without native libraries. */
class JarsTest {

    @TempDir
    Path directory;

    @Test
    void nativeLibrariesAreLeftOutAndNothingElse() throws IOException {
        Path jar =
                jar("META-INF/MANIFEST.MF", "a/B.class", "linux/libx.so", "x.dll", "x.jnilib", "x.dylib", "a.so.txt");

        Jars.copyWithoutNatives(jar, directory.resolve("copy"));

        assertThat(names(directory.resolve("copy"))).containsExactly("META-INF/MANIFEST.MF", "a/B.class", "a.so.txt");
    }

    @Test
    void theSameArchiveGivesTheSameBytes() throws IOException {
        Path jar = jar("a/B.class", "libx.so");

        Jars.copyWithoutNatives(jar, directory.resolve("one"));
        Jars.copyWithoutNatives(jar, directory.resolve("two"));

        assertThat(directory.resolve("one")).hasSameBinaryContentAs(directory.resolve("two"));
    }

    @Test
    void archivesWithoutNativesAndSignedOnesStayAsTheyAre() throws IOException {
        for (Path jar : List.of(jar("a/B.class"), jar("META-INF/KEY.SF", "libx.so"))) {
            Path copy = directory.resolve("copy-of-" + jar.getFileName());

            Jars.copyWithoutNatives(jar, copy);

            assertThat(copy).hasSameBinaryContentAs(jar);
        }
    }

    @Test
    void oneEntryIsExtracted() throws IOException {
        Path jar = jar("linux/amd64/libx-1.2.so", "linux/aarch64/libx-1.2.so");

        Jars.extract(jar, "linux/amd64/libx-.*\\.so", directory.resolve("libx.so"));

        assertThat(directory.resolve("libx.so")).hasContent("linux/amd64/libx-1.2.so");
        assertThatThrownBy(() -> Jars.extract(jar, "linux/.*", directory.resolve("any")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 2 entries");
        assertThatThrownBy(() -> Jars.extract(jar, "libz.so", directory.resolve("none")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("has 0 entries");
    }

    private Path jar(String... entries) throws IOException {
        Path jar = Files.createTempFile(directory, "archive", ".jar");
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
            for (String entry : entries) {
                out.putNextEntry(new ZipEntry(entry));
                out.write(entry.getBytes(java.nio.charset.StandardCharsets.UTF_8));
                out.closeEntry();
            }
        }
        return jar;
    }

    private static List<String> names(Path jar) throws IOException {
        try (ZipFile archive = new ZipFile(jar.toFile())) {
            return archive.stream().map(ZipEntry::getName).toList();
        }
    }
}
