package io.spendstream.image;

import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.Directories;
import io.spendstream.acceptance.SpendClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The archive of class data: classes read and verified when the image is built, which a JVM maps into memory instead of
 * loading them. Which classes, is learnt from an instance that counts an event and answers.
 *
 * <p>A JVM takes an archive only with the very runtime, class path and times of archives that it was made with, so it is made
 * in the tree of the image, whose class path is relative to the working directory.
 */
final class ClassArchive implements AutoCloseable {

    private static final String LISTENING = "listening on ";
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    private final Path root;
    private final Path work;
    private final CompletableFuture<Cluster> starting;

    private ClassArchive(Path root, Path work, CompletableFuture<Cluster> starting) {
        this.root = root;
        this.work = work;
        this.starting = starting;
    }

    /**
     * Begins: a broker starts while the caller lays the tree.
     *
     * @param root the tree of the image; the times of its files must be those that they have in the image
     * @param work a directory for what is needed meanwhile
     */
    static ClassArchive begin(Path root, Path work) throws IOException {
        Directories.delete(work);
        Files.createDirectories(work);
        return new ClassArchive(root, work, CompletableFuture.supplyAsync(() -> {
            try {
                return Cluster.start(work.resolve("cluster"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
    }

    /** Makes the archive in the tree, which is there by now. */
    void create() throws IOException, InterruptedException {
        Path loaded = work.resolve("loaded-classes");
        Path listed = work.resolve("classes");
        learn(starting.join(), loaded);
        Files.write(listed, ordered(Files.readAllLines(loaded)));
        dump(listed, in(ImageConfig.CLASS_ARCHIVE));
    }

    @Override
    public void close() {
        starting.thenAccept(Cluster::close).join();
    }

    /**
     * Runs an instance until it has done what every instance does.
     *
     * @param loaded where the JVM writes the names of classes
     */
    private void learn(Cluster cluster, Path loaded) throws IOException, InterruptedException {
        Path config = Files.writeString(work.resolve("spendstream.properties"), """
                    bootstrap.servers=%s
                    schema.registry.url=%s
                    state.dir=%s
                    http.host=127.0.0.1
                    http.port=0
                    security.mode=off
                    """.formatted(
                        cluster.bootstrapServers(), cluster.registryUrl(), work.resolve("state")));
        Path log = work.resolve("instance.log");
        Process process = new ProcessBuilder(java(
                        List.of("-XX:+UseSerialGC", "-Xmx512m", "-XX:DumpLoadedClassList=" + loaded),
                        List.of(ImageConfig.MAIN, "run", "--config", config.toString())))
                .directory(in(ImageConfig.HOME).toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            use(new SpendClient(
                    Await.until("the instance listens", PATIENCE, () -> listening(process, log), Optional::isPresent)
                            .orElseThrow()));
            process.destroy();
            if (!process.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                throw new IOException("the instance does not stop; see " + log);
            }
        } finally {
            process.destroyForcibly();
        }
    }

    private static Optional<URI> listening(Process process, Path log) {
        if (!process.isAlive()) {
            throw new IllegalStateException("the instance ended with " + process.exitValue() + "; see " + log);
        }
        try {
            return Files.readAllLines(log).stream()
                    .filter(line -> line.startsWith(LISTENING))
                    .findFirst()
                    .map(line -> URI.create(line.substring(LISTENING.length())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void use(SpendClient client) {
        client.awaitReady();
        client.post("/v1/events", """
                {"id": "1", "time": "%s", "feature": "f", "model": "gpt-4o", "user": "u", "input_tokens": 10}
                """.formatted(Instant.now()));
        Await.until(
                "the event is counted",
                PATIENCE,
                () -> client.json(client.get("/v1/spend?group_by=feature").body())
                        .at("/totals/requests")
                        .asInt(),
                requests -> requests == 1);
        client.post("/v1/admission", "{\"feature\": \"f\", \"model\": \"gpt-4o\", \"input_tokens\": 10}");
        List.of("/metrics", "/v1/instances", "/v1/budgets", "/v1/alerts", "/v1/prices", "/")
                .forEach(client::get);
    }

    /**
     * The list as it is the same each time: without the numbers that classes got, and in the order of their names. Classes
     * of other loaders than the application's are left out.
     */
    static List<String> ordered(List<String> loaded) {
        TreeSet<String> classes = new TreeSet<>();
        TreeSet<String> lambdas = new TreeSet<>();
        for (String line : loaded) {
            if (line.startsWith("@")) {
                lambdas.add(line);
            } else if (!line.startsWith("#") && !line.contains(" source:")) {
                classes.add(line.replaceFirst(" id: \\d+$", ""));
            }
        }
        List<String> ordered = new ArrayList<>(classes);
        ordered.addAll(lambdas);
        return ordered;
    }

    private void dump(Path listed, Path archive) throws IOException, InterruptedException {
        Commands.output(
                in(ImageConfig.HOME),
                Map.of(),
                java(
                        // Objects can be archived by this collector only; every collector can read them.
                        List.of(
                                "-XX:+UseG1GC",
                                "-Xmx512m",
                                "-Xshare:dump",
                                "-XX:SharedClassListFile=" + listed,
                                "-XX:SharedArchiveFile=" + archive),
                        List.of()));
    }

    /** A JVM of the tree with the class path of the image. */
    private List<String> java(List<String> options, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(in(ImageConfig.JAVA_HOME).resolve("bin").resolve("java").toString());
        command.addAll(options);
        for (String option : ImageConfig.entrypoint()) {
            if (option.startsWith("-D")) {
                command.add(option.replace("=" + ImageConfig.HOME, "=" + in(ImageConfig.HOME)));
            }
        }
        command.add("-cp");
        command.add("@" + in(ImageConfig.CLASS_PATH));
        command.addAll(arguments);
        return command;
    }

    private Path in(String path) {
        return root.resolve(path.substring(1));
    }
}
