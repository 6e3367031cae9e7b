package io.spendstream.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Builds the container image, without Docker: {@code BuildImage PROJECT VERSION TIME BASE}. It takes what the build has made
 * of {@code streams-app} and writes {@code image/target/spendstream-image.tar}.
 *
 * <p>{@code BASE} is {@code scratch}, or an image to start from, which brings the C library and libstdc++: its name, or {@code
 * tar://FILE}.
 */
public final class BuildImage {

    /** The image, in the directory {@code target} of this module. */
    public static final String FILE = "spendstream-image.tar";
    /** Its files, in the same place. */
    public static final String TREE = "tree";

    private static final String SCRATCH = "scratch";

    private BuildImage() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length != 4) {
            throw new IllegalArgumentException("usage: BuildImage PROJECT VERSION TIME BASE");
        }
        Platform platform;
        try {
            platform = Platform.current();
        } catch (UnsupportedOperationException e) {
            System.out.println("No image: " + e.getMessage());
            return;
        }
        Path project = Path.of(arguments[0]).toRealPath();
        String base = arguments[3].equals(SCRATCH) ? null : arguments[3];
        build(project, arguments[1], Instant.parse(arguments[2]), base, platform);
    }

    private static void build(Path project, String version, Instant time, String base, Platform platform)
            throws IOException, InterruptedException {
        Path target = project.resolve("image/target");
        Path application = project.resolve("streams-app/target");
        List<Path> own = new ArrayList<>();
        List<Path> libraries = new ArrayList<>();
        own.add(application.resolve("streams-app-" + version + ".jar"));
        for (Path jar : jars(application.resolve("lib"))) {
            (jar.endsWith("schemas-" + version + ".jar") ? own : libraries).add(jar);
        }
        Path bom = application.resolve("bom.json");
        for (Path needed : List.of(own.get(0), bom)) {
            if (!Files.exists(needed)) {
                throw new IOException(
                        needed + " is missing: mvn -pl image -am package makes it, without -Dcyclonedx.skip");
            }
        }

        ImageTree tree = new ImageTree(target.resolve(TREE), platform, time);
        try (ClassArchive classes = ClassArchive.begin(target.resolve(TREE), target.resolve("class-archive"))) {
            tree.addRuntime();
            Jemalloc jemalloc = Jemalloc.of(platform);
            tree.addApplication(own, libraries, jemalloc, project.resolve("LICENSE"));
            List<SystemPackage> system = List.of();
            if (base == null) {
                system = systemLibraries(tree, platform);
                tree.addSystem(system);
            }
            addLists(tree, Sbom.read(bom), jemalloc, system);
            classes.create();
        }
        tree.add(ImageTree.Layer.CLASS_DATA, ImageConfig.CLASS_ARCHIVE);

        String digest = ImageFile.write(
                tree,
                platform,
                base,
                ImageConfig.NAME + ":" + version,
                ImageConfig.labels(version, revision(project), time.toString(), base),
                time,
                target.resolve(FILE),
                target.resolve("cache"));
        System.out.printf(
                "Image %s:%s, linux/%s, %d MB, %s%n",
                ImageConfig.NAME,
                version,
                platform.architecture(),
                Files.size(target.resolve(FILE)) / 1_000_000,
                digest);
    }

    private static List<Path> jars(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".jar"))
                    .sorted()
                    .toList();
        }
    }

    private static List<SystemPackage> systemLibraries(ImageTree tree, Platform platform)
            throws IOException, InterruptedException {
        Path runtime = tree.on(ImageConfig.JAVA_HOME);
        Path natives = tree.on(ImageConfig.NATIVE);
        List<Path> binaries = new ArrayList<>(JavaRuntime.binaries(runtime));
        try (Stream<Path> files = Files.list(natives)) {
            files.sorted().forEach(binaries::add);
        }
        List<SystemPackage> packages = new ArrayList<>();
        for (Path library : SystemLibraries.of(
                platform, binaries, List.of(runtime.resolve("lib"), runtime.resolve("lib/server"), natives))) {
            packages.add(SystemPackage.of(library));
        }
        return packages;
    }

    private static void addLists(ImageTree tree, Sbom sbom, Jemalloc jemalloc, List<SystemPackage> system)
            throws IOException {
        String java = System.getProperty("java.version");
        sbom.add(
                "OpenJDK runtime",
                java,
                "GPL-2.0-only WITH Classpath-exception-2.0",
                "pkg:generic/openjdk@"
                        + System.getProperty("java.runtime.version").replace("+", "%2B"),
                ImageConfig.JAVA_HOME,
                null);
        sbom.add(
                "jemalloc",
                jemalloc.version(),
                "BSD-2-Clause",
                "pkg:maven/org.lwjgl/lwjgl-jemalloc@" + jemalloc.archiveVersion() + "?classifier=natives-linux",
                ImageConfig.JEMALLOC,
                tree.on(ImageConfig.JEMALLOC));
        for (SystemPackage library : system) {
            sbom.add(
                    library.name(),
                    library.version(),
                    null,
                    library.purl(),
                    library.path().toString(),
                    library.path().toRealPath());
        }
        sbom.write(tree.on(ImageConfig.SBOM));
        tree.add(ImageTree.Layer.APPLICATION, ImageConfig.SBOM);
        tree.addNotice("third-parties", String.join("\n", sbom.notices()) + "\n");
        tree.addNotice("jemalloc", jemalloc.licence());
    }

    /** The commit that is built, marked where there is more than that; null where it cannot be told. */
    private static String revision(Path project) throws InterruptedException {
        try {
            Commands.Result answer = Commands.run(
                    project, Map.of(), List.of("git", "describe", "--always", "--dirty", "--abbrev=40", "--exclude=*"));
            return answer.exit() == 0 ? answer.output().trim() : null;
        } catch (IOException e) {
            return null;
        }
    }
}
