package io.spendstream.image;

import io.spendstream.acceptance.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The image's files as a directory, in layers by how seldom they change: system, runtime, libraries, application, archive of
 * class data.
 */
final class ImageTree {

    /** In their order. */
    enum Layer {
        SYSTEM,
        RUNTIME,
        LIBRARIES,
        APPLICATION,
        CLASS_DATA
    }

    private final Path root;
    private final Platform platform;
    private final Instant time;
    /** Files by their path in the image. */
    private final SortedMap<String, Layer> files = new TreeMap<>();

    ImageTree(Path root, Platform platform, Instant time) throws IOException {
        Directories.delete(root);
        this.root = Files.createDirectories(root);
        this.platform = platform;
        this.time = time;
    }

    /** The paths of a layer in the image. */
    List<String> files(Layer layer) {
        return files.entrySet().stream()
                .filter(file -> file.getValue() == layer)
                .map(Map.Entry::getKey)
                .toList();
    }

    Path on(String path) {
        return root.resolve(path.substring(1));
    }

    void addRuntime() throws IOException {
        Path runtime = on(ImageConfig.JAVA_HOME);
        Files.createDirectories(runtime.getParent());
        JavaRuntime.link(runtime);
        took(Layer.RUNTIME, runtime);
    }

    /**
     * The application's archives and its libraries', without what is native in them, and what is native for this platform.
     *
     * @param own archives that change with every version
     * @param libraries those of others
     */
    void addApplication(List<Path> own, List<Path> libraries, Jemalloc jemalloc, Path licence) throws IOException {
        Path home = Files.createDirectories(on(ImageConfig.HOME));
        List<String> classPath = new ArrayList<>();
        for (Path jar : own) {
            Files.copy(jar, Files.createDirectories(home.resolve("app")).resolve(jar.getFileName()));
            classPath.add("app/" + jar.getFileName());
        }
        for (Path jar : libraries) {
            Jars.copyWithoutNatives(
                    jar, Files.createDirectories(home.resolve("lib")).resolve(jar.getFileName()));
            classPath.add("lib/" + jar.getFileName());
        }
        Files.writeString(on(ImageConfig.CLASS_PATH), String.join(":", classPath) + "\n");
        addNatives(libraries, jemalloc);
        Files.createDirectories(on(ImageConfig.LICENCES));
        Files.copy(licence, on(ImageConfig.LICENCES + "/spendstream"));
        took(Layer.LIBRARIES, home.resolve("lib"));
        took(Layer.LIBRARIES, on(ImageConfig.NATIVE));
        took(Layer.APPLICATION, home);
    }

    private void addNatives(List<Path> libraries, Jemalloc jemalloc) throws IOException {
        Path natives = Files.createDirectories(on(ImageConfig.NATIVE));
        Jars.extract(named(libraries, "rocksdbjni"), platform.rocksDb(), natives.resolve(platform.rocksDb()));
        Jars.extract(
                named(libraries, "zstd-jni"),
                "linux/" + platform.compressors() + "/libzstd-jni-.*\\.so",
                on(ImageConfig.ZSTD));
        Jars.extract(
                named(libraries, "lz4-java"),
                "net/jpountz/util/linux/" + platform.compressors() + "/liblz4-java\\.so",
                natives.resolve("liblz4-java.so"));
        Jars.extract(
                named(libraries, "snappy-java"),
                "org/xerial/snappy/native/Linux/" + platform.snappy() + "/libsnappyjava\\.so",
                on(ImageConfig.SNAPPY));
        Files.write(on(ImageConfig.JEMALLOC), jemalloc.library());
    }

    private static Path named(List<Path> jars, String name) throws IOException {
        return jars.stream()
                .filter(jar -> jar.getFileName().toString().matches(name + "-\\d.*\\.jar"))
                .findFirst()
                .orElseThrow(() -> new IOException("there is no " + name + " among " + jars));
    }

    /** The system's libraries, and the files by which the C library finds hosts and users. */
    void addSystem(List<SystemPackage> libraries) throws IOException {
        for (SystemPackage library : libraries) {
            Path to = on(library.path().toString());
            Files.createDirectories(to.getParent());
            Files.copy(library.path().toRealPath(), to);
            took(Layer.SYSTEM, to);
            if (library.notice() != null) {
                Path notice = on(ImageConfig.LICENCES + "/" + library.name());
                Files.createDirectories(notice.getParent());
                if (!Files.exists(notice)) {
                    Files.copy(library.notice(), notice);
                    took(Layer.SYSTEM, notice);
                }
            }
        }
        write(Layer.SYSTEM, "/etc/nsswitch.conf", "hosts: files dns\n");
        write(Layer.SYSTEM, "/etc/passwd", """
                root:x:0:0:root:/:/none
                spendstream:x:%1$d:%1$d:Spendstream:%2$s:/none
                """.formatted(ImageConfig.USER, ImageConfig.STATE));
        write(Layer.SYSTEM, "/etc/group", """
                root:x:0:
                spendstream:x:%d:
                """.formatted(ImageConfig.USER));
    }

    void addNotice(String name, String text) throws IOException {
        write(Layer.APPLICATION, ImageConfig.LICENCES + "/" + name, text);
    }

    void add(Layer layer, String path) throws IOException {
        took(layer, on(path));
    }

    private void write(Layer layer, String path, String text) throws IOException {
        Files.createDirectories(on(path).getParent());
        Files.writeString(on(path), text);
        took(layer, on(path));
    }

    /** What is there now and belongs to no layer yet, belongs to this one; its time is that of the image. */
    private void took(Layer layer, Path place) throws IOException {
        try (Stream<Path> found = Files.walk(place)) {
            for (Path file : found.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .toList()) {
                Files.setLastModifiedTime(file, FileTime.from(time));
                files.putIfAbsent("/" + root.relativize(file), layer);
            }
        }
    }
}
