package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import io.spendstream.runtime.AppConfig;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The disk of an instance's state gets full. It is a small one in memory, so that nothing else gets full. */
final class FullDisk implements Fault {

    private static final String SIZE = "256m";
    private static final int BLOCK = 1 << 12;
    private static final int LIMIT_S = 10;

    @Override
    public String name() {
        return "full-disk";
    }

    @Override
    public String description() {
        return "the disk of one of two instances gets full; it is killed, gets room and starts again";
    }

    /** Tries it out. */
    @Override
    public Optional<String> missing() throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("spendstream-disk-");
        boolean mounted = mount(directory);
        if (mounted) {
            unmount(directory);
        }
        Files.delete(directory);
        return mounted ? Optional.empty() : Optional.of("the right to mount a tmpfs (root has it)");
    }

    @Override
    public void strike(Trial trial) throws IOException, InterruptedException {
        Path disk = Files.createDirectories(trial.scene().deployment.directory().resolve("disk"));
        if (!mount(disk)) {
            throw new IOException("no tmpfs could be mounted at " + disk);
        }
        try {
            trial.add("small", Map.of(AppConfig.STATE_DIR, disk.resolve("state").toString()))
                    .client()
                    .awaitReady();
            trial.progress();
            try (AppProcess small = trial.release("small")) {
                fill(disk.resolve("filler"));
                trial.struck();
                trial.progress();
                trial.note(
                        small.isAlive() ? "the instance went on with a full disk" : "the full disk ended the instance");
                small.kill();
                Files.delete(disk.resolve("filler"));
                small.start().client().awaitReady();
                trial.progress();
                small.stop();
            }
            trial.progress();
        } finally {
            unmount(disk);
        }
    }

    private static void fill(Path file) throws IOException {
        byte[] block = new byte[BLOCK];
        OutputStream filler = Files.newOutputStream(file);
        try (filler) {
            while (true) {
                filler.write(block);
            }
        } catch (IOException e) {
            // There is no room left, which was the aim.
            if (Files.size(file) == 0) {
                throw e;
            }
        }
    }

    private static boolean mount(Path directory) throws IOException, InterruptedException {
        return run("mount", "-t", "tmpfs", "-o", "size=" + SIZE, "tmpfs", directory.toString());
    }

    /** Lazily: it goes when the last process that uses it has ended. */
    private static void unmount(Path directory) throws IOException, InterruptedException {
        run("umount", "-l", directory.toString());
    }

    private static boolean run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        return process.waitFor(LIMIT_S, TimeUnit.SECONDS) && process.exitValue() == 0;
    }
}
