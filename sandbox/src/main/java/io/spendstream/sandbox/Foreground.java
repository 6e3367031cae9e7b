package io.spendstream.sandbox;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a sandbox in the foreground: until Ctrl-C or SIGTERM, which stop it cleanly with exit code 0, or until the
 * application fails.
 */
final class Foreground {

    private static final Logger LOG = LoggerFactory.getLogger(Foreground.class);

    /** A part failed. */
    static final int EXIT_FAILED = 1;
    /** The options are wrong, or a port is taken. */
    static final int EXIT_USAGE = 2;

    static final String SECURITY_OFF =
            "Security is off here: whoever reaches these addresses, which are this machine's own, may do anything.";

    private static final long STOP_LIMIT_MS = 60_000;

    /** What a command does with its sandbox; what it opens is closed before the sandbox is. */
    interface Work {
        AutoCloseable begin(Sandbox sandbox) throws IOException;
    }

    private final PrintWriter out;
    private final PrintWriter err;
    private final AtomicInteger exitCode = new AtomicInteger();
    private final AtomicReference<Sandbox> sandbox = new AtomicReference<>();
    private final AtomicReference<AutoCloseable> work = new AtomicReference<>();

    Foreground(PrintWriter out, PrintWriter err) {
        this.out = out;
        this.err = err;
    }

    /** Returns only where it failed; a signal ends the process. */
    int run(SandboxOptions options, Work begin) throws InterruptedException {
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop-sandbox"));
        try {
            Sandbox started = Sandbox.start(options, SandboxLog::into);
            sandbox.set(started);
            if (started.application().isPresent()) {
                out.println(SECURITY_OFF);
            }
            out.println(readyLine(started));
            out.flush();
            work.set(begin.begin(started));
            if (started.application().isEmpty()) {
                new CountDownLatch(1).await();
            }
            Throwable failure = started.application().orElseThrow().awaitStopped();
            return failed(
                    failure == null ? 0 : EXIT_FAILED,
                    "the application stopped: " + failure + "; see " + started.dataDir() + "/sandbox.log");
        } catch (PortInUse e) {
            return failed(EXIT_USAGE, e.getMessage() + "; choose another with " + option(e.service()));
        } catch (FileSystemException e) {
            return failed(EXIT_FAILED, e.getFile() + " cannot be made or written: " + why(e));
        } catch (IOException e) {
            return failed(EXIT_FAILED, e.getMessage());
        } catch (RuntimeException | Error e) {
            // Errors too: the threads of what was started would keep the process, and nobody would know why.
            LOG.warn("The sandbox does not start", e);
            return failed(EXIT_FAILED, e.toString());
        }
    }

    /** Most such exceptions say only by their type what is wrong. */
    private static String why(FileSystemException e) {
        if (e.getReason() != null) {
            return e.getReason();
        }
        if (e instanceof FileAlreadyExistsException) {
            return "there is a file of that name; a directory is needed";
        }
        if (e instanceof NoSuchFileException) {
            return "there is no such directory";
        }
        return e instanceof AccessDeniedException
                ? "permission denied"
                : e.getClass().getSimpleName();
    }

    static String readyLine(Sandbox sandbox) {
        return "ready " + sandbox.httpUrl().map(url -> "http=" + url + " ").orElse("") + "kafka="
                + sandbox.bootstrapServers() + " registry=" + sandbox.registryUrl() + " data=" + sandbox.dataDir();
    }

    private static String option(String service) {
        return switch (service) {
            case Sandbox.HTTP -> "--http-port";
            case Sandbox.KAFKA -> "--kafka-port";
            default -> "--registry-port";
        };
    }

    private int failed(int code, String message) {
        exitCode.set(code);
        if (code != 0) {
            err.println("spendstream: " + message);
            err.flush();
        }
        return code;
    }

    /** On the way out of the process: closes everything, but does not wait for it for ever. */
    private void stop() {
        Thread closing = new Thread(this::close, "close-sandbox");
        closing.setDaemon(true);
        closing.start();
        try {
            closing.join(STOP_LIMIT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (closing.isAlive()) {
            err.println("spendstream: stopping took longer than " + STOP_LIMIT_MS / 1_000 + " s; ended all the same");
            err.flush();
            exitCode.compareAndSet(0, EXIT_FAILED);
        }
        // A signal's own exit code would be taken for a failure by whoever asked to stop.
        Runtime.getRuntime().halt(exitCode.get());
    }

    private void close() {
        try {
            AutoCloseable open = work.get();
            if (open != null) {
                open.close();
            }
        } catch (Exception e) {
            err.println("spendstream: " + e);
        }
        Sandbox running = sandbox.get();
        if (running != null) {
            running.close();
        }
    }
}
