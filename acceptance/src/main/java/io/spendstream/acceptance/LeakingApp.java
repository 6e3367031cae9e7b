package io.spendstream.acceptance;

import io.spendstream.cli.SpendstreamCli;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The application with a leak, to see that whoever looks for leaks finds it. */
public final class LeakingApp {

    /** System property: what it loses. */
    public static final String LEAK = "spendstream.leak";

    /** What it loses, and never gives back. */
    public enum Leak {
        HANDLES,
        THREADS,
        NATIVE_MEMORY,
        HEAP
    }

    private static final long EVERY_NANOS = 2_000_000_000;
    private static final int BLOCK = 1 << 20;
    private static final List<Object> LOST = new ArrayList<>();

    private LeakingApp() {}

    private static void lose(Leak leak) {
        switch (leak) {
            case HANDLES -> LOST.add(opened());
            case THREADS -> daemon(() -> LockSupport.parkNanos(Long.MAX_VALUE));
            case NATIVE_MEMORY -> LOST.add(touched());
            case HEAP -> LOST.add(new byte[BLOCK / 2]);
        }
    }

    private static InputStream opened() {
        try {
            return Files.newInputStream(Path.of("/dev/null"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What is not written to is not resident. */
    private static ByteBuffer touched() {
        ByteBuffer block = ByteBuffer.allocateDirect(BLOCK);
        for (int i = 0; i < BLOCK; i += 1 << 10) {
            block.put(i, (byte) 1);
        }
        return block;
    }

    private static void daemon(Runnable work) {
        Thread thread = new Thread(work, "leak");
        thread.setDaemon(true);
        thread.start();
    }

    public static void main(String[] args) {
        Leak leak = Leak.valueOf(System.getProperty(LEAK));
        daemon(() -> {
            while (true) {
                lose(leak);
                LockSupport.parkNanos(EVERY_NANOS);
            }
        });
        SpendstreamCli.main(args);
    }
}
