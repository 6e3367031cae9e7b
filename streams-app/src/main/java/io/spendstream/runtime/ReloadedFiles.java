package io.spendstream.runtime;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What some files say, as they are now: they are read again every second, as whoever replaces them, Kubernetes among
 * them, moves links rather than times. While new content cannot be used the last that could be stays in force, and the log
 * says so once.
 */
final class ReloadedFiles<T> implements Supplier<T>, AutoCloseable {

    /** Makes something of the files' bytes, in their order; throws where they cannot be used. */
    @FunctionalInterface
    interface Reader<T> {
        T read(List<byte[]> contents) throws Exception;
    }

    private static final Logger LOG = LoggerFactory.getLogger(ReloadedFiles.class);
    private static final Duration LOOK_EVERY = Duration.ofSeconds(1);
    private static final long BYTES_MAX = 16 << 20;

    private final String what;
    private final List<Path> files;
    private final Reader<T> reader;
    private final Consumer<T> onChange;
    private final ScheduledExecutorService looking = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "reload");
        thread.setDaemon(true);
        return thread;
    });
    private volatile T current;
    private List<byte[]> seen;

    /**
     * Reads the files, and goes on looking at them.
     *
     * @param what they hold, for messages
     * @param onChange is given what they say after each change
     * @throws IllegalArgumentException where they cannot be used now
     */
    ReloadedFiles(String what, List<Path> files, Reader<T> reader, Consumer<T> onChange) {
        this.what = what;
        this.files = files;
        this.reader = reader;
        this.onChange = onChange;
        try {
            seen = contents();
            current = reader.read(seen);
        } catch (Exception e) {
            looking.shutdownNow();
            throw new IllegalArgumentException(problem(e), e);
        }
        looking.scheduleWithFixedDelay(this::look, LOOK_EVERY.toMillis(), LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public T get() {
        return current;
    }

    private void look() {
        try {
            List<byte[]> now = contents();
            if (same(now, seen)) {
                return;
            }
            seen = now;
            current = reader.read(now);
            LOG.info("the {} were read again", what);
            onChange.accept(current);
        } catch (Exception e) {
            if (seen != null && !seen.isEmpty()) {
                LOG.error("{}; what was read before stays in force", problem(e));
            }
            if (e instanceof IOException) {
                // Said once; when they are there again they are new.
                seen = List.of();
            }
        }
    }

    private List<byte[]> contents() throws IOException {
        List<byte[]> contents = new ArrayList<>();
        for (Path file : files) {
            if (Files.size(file) > BYTES_MAX) {
                throw new IOException(file + " has more than " + BYTES_MAX + " bytes");
            }
            contents.add(Files.readAllBytes(file));
        }
        return contents;
    }

    private static boolean same(List<byte[]> a, List<byte[]> b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (int i = 0; i < a.size(); i++) {
            if (!Arrays.equals(a.get(i), b.get(i))) {
                return false;
            }
        }
        return true;
    }

    private String problem(Exception e) {
        String why = e instanceof java.nio.file.NoSuchFileException ? e.getMessage() + " is not there" : e.getMessage();
        return "the " + what + " in " + files + " cannot be used: " + why;
    }

    @Override
    public void close() {
        looking.shutdownNow();
    }
}
