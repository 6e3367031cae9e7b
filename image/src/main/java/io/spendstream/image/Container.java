package io.spendstream.image;

import com.fasterxml.jackson.databind.JsonNode;
import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Directories;
import io.spendstream.acceptance.SpendClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A process in an unpacked image, started by the image's configuration as a container runtime would, with the kernel's means
 * alone: its own root, which is read-only, its own process ids, of which it is the first, and its user. Beside the image it
 * gets {@code /proc}, a few devices, the files by which names are looked up, a temporary directory from which nothing can be executed, and a
 * volume.
 */
final class Container implements AutoCloseable {

    private static final String LISTENING = "listening on ";
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final List<String> DEVICES = List.of("null", "zero", "random", "urandom");
    private static final List<String> TOOLS = List.of("sh", "mount", "unshare", "nsenter", "env");

    /** The last line becomes the image's process, with the number that it has, 1. */
    private static final String SETUP = """
            root=$1 volume=$2 names=$3 config=$4 directory=$5 user=$6 group=$7
            shift 7
            mount --bind "$root" "$root"
            mount -t proc proc "$root/proc"
            mount -t tmpfs -o noexec,nosuid,nodev,size=64m,mode=1777 tmpfs "$root/tmp"
            for device in %s; do mount --bind "/dev/$device" "$root/dev/$device"; done
            mount --bind "$volume" "$root%s"
            mount --bind "$names/hosts" "$root/etc/hosts"
            mount --bind "$names/resolv.conf" "$root/etc/resolv.conf"
            mount --bind "$config" "$root/etc/spendstream"
            mount -o remount,bind,ro "$root"
            exec env -i "$@"
            """.formatted(String.join(" ", DEVICES), ImageConfig.STATE);

    private final Process isolation;
    private final Path log;

    private Container(Process isolation, Path log) {
        this.isolation = isolation;
        this.log = log;
    }

    /** Why no container can be run here; empty where it can. */
    static Optional<String> hindrance() throws IOException, InterruptedException {
        for (String tool : TOOLS) {
            if (find(tool).isEmpty()) {
                return Optional.of(tool + " is missing");
            }
        }
        Commands.Result tried = Commands.run(
                Path.of("."),
                Map.of(),
                List.of(
                        "unshare",
                        "--mount",
                        "--pid",
                        "--fork",
                        "sh",
                        "-ec",
                        "mount -t tmpfs tmpfs /mnt; unshare --root=/ --wd=/ --setgid=65532 --setuid=65532 true"));
        return tried.exit() == 0
                ? Optional.empty()
                : Optional.of("a process with mounts, process ids and a root of its own is not permitted: "
                        + tried.output().trim());
    }

    private static Optional<Path> find(String tool) {
        return Stream.of(System.getenv("PATH").split(":"))
                .map(directory -> Path.of(directory, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }

    /** Unpacks an image into a directory, with the places to which a runtime mounts something. */
    static void unpack(ImageArchive image, Path root) throws IOException {
        Directories.delete(root);
        image.unpack(root, true);
        for (String directory : List.of("proc", "dev", "etc/spendstream")) {
            Files.createDirectories(root.resolve(directory));
        }
        for (String device : DEVICES) {
            Files.createFile(root.resolve("dev").resolve(device));
        }
        Files.createFile(root.resolve("etc/hosts"));
        Files.createFile(root.resolve("etc/resolv.conf"));
    }

    /**
     * Starts the image's process with the image's arguments.
     *
     * @param root of {@link #unpack}
     * @param config of the image
     * @param environment more variables, which go before the image's
     * @param hosts lines of {@code /etc/hosts}
     * @param properties the configuration; empty for no such file
     * @param directory for the volume and what the process says; emptied before
     */
    static Container start(
            Path root,
            JsonNode config,
            Map<String, String> environment,
            String hosts,
            Optional<String> properties,
            Path directory)
            throws IOException {
        Directories.delete(directory);
        Path volume = Files.createDirectories(directory.resolve("volume"));
        Files.setAttribute(volume, "unix:uid", ImageConfig.USER);
        Files.setAttribute(volume, "unix:gid", ImageConfig.USER);
        Path configuration = Files.createDirectories(directory.resolve("config"));
        if (properties.isPresent()) {
            String name = Path.of(ImageConfig.CONFIG).getFileName().toString();
            Files.writeString(configuration.resolve(name), properties.get());
        }
        Path names = Files.createDirectories(directory.resolve("names"));
        Files.writeString(names.resolve("hosts"), hosts);
        Files.writeString(names.resolve("resolv.conf"), "nameserver 127.0.0.1\n");
        String[] user = config.at("/config/User").asText().split(":");
        String workingDirectory = config.at("/config/WorkingDir").asText();

        List<String> command =
                new ArrayList<>(List.of("unshare", "--mount", "--pid", "--fork", "sh", "-ec", SETUP, "sh"));
        for (Path place : List.of(root, volume, names, configuration)) {
            command.add(place.toAbsolutePath().toString());
        }
        command.addAll(List.of(workingDirectory, user[0], user[1]));
        Map<String, String> variables = new TreeMap<>();
        for (JsonNode variable : config.at("/config/Env")) {
            String[] named = variable.asText().split("=", 2);
            variables.put(named[0], named[1]);
        }
        variables.putAll(environment);
        variables.forEach((name, value) -> command.add(name + "=" + value));
        command.addAll(List.of(
                // The variables are the image's by then, PATH too.
                find("unshare").orElseThrow().toString(),
                "--root=" + root.toAbsolutePath(),
                "--wd=" + workingDirectory,
                "--setgid=" + user[1],
                "--setuid=" + user[0]));
        config.at("/config/Entrypoint").forEach(part -> command.add(part.asText()));
        config.at("/config/Cmd").forEach(part -> command.add(part.asText()));
        Path log = directory.resolve("log");
        return new Container(
                new ProcessBuilder(command)
                        .redirectErrorStream(true)
                        .redirectOutput(log.toFile())
                        .start(),
                log);
    }

    /** Its number outside of the container. */
    long pid() {
        return isolation
                .children()
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("it has ended; see " + log))
                .pid();
    }

    /** Waits until it says where it listens. */
    SpendClient client() {
        return new SpendClient(Await.until("it listens", PATIENCE, this::listening, Optional::isPresent)
                .orElseThrow());
    }

    private Optional<URI> listening() {
        Optional<URI> address = said().lines()
                .filter(line -> line.startsWith(LISTENING))
                .findFirst()
                .map(line -> URI.create(line.substring(LISTENING.length())));
        if (address.isEmpty() && !isolation.isAlive()) {
            throw new IllegalStateException("it ended with " + isolation.exitValue() + ": " + said());
        }
        return address;
    }

    /** Its output, errors too, so far. */
    String said() {
        try {
            return Files.readString(log);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Runs one of the image's programs in the container beside its process, as {@code kubectl exec} would. */
    Commands.Result exec(List<String> command) throws IOException, InterruptedException {
        List<String> whole = new ArrayList<>(List.of(
                "nsenter",
                "--target=" + pid(),
                "--mount",
                "--pid",
                "--root",
                "--wd",
                "--setgid=" + ImageConfig.USER,
                "--setuid=" + ImageConfig.USER));
        whole.addAll(command);
        return Commands.run(Path.of("."), Map.of(), whole);
    }

    /** Stops it as a container runtime would (SIGTERM). Answers its exit code. */
    int stop() throws InterruptedException {
        ProcessHandle.of(pid()).ifPresent(ProcessHandle::destroy);
        return awaitExit();
    }

    /** Waits until it ends by itself. Answers its exit code. */
    int awaitExit() throws InterruptedException {
        if (!isolation.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
            throw new IllegalStateException("it does not end; see " + log);
        }
        return isolation.exitValue();
    }

    @Override
    public void close() {
        // The process first: without it, what isolates it ends too.
        isolation.children().forEach(ProcessHandle::destroyForcibly);
        isolation
                .onExit()
                .completeOnTimeout(isolation, PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .join();
    }
}
