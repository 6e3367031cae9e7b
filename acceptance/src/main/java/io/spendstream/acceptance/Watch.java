package io.spendstream.acceptance;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;

/** Asks instances for the total all the time while a fault does its worst to them, and checks every answer. */
public final class Watch implements AutoCloseable {

    private static final long ASK_EVERY_NANOS = 50_000_000;

    private final AnswerCheck check;
    private final CompletableFuture<Void> asking;
    private volatile List<SpendClient> clients = List.of();
    private volatile boolean closed;

    public Watch(Scene scene) {
        this(scene.everything(), scene.load);
    }

    /** @param question about the total of which so much is known */
    public Watch(SpendQuestion question, Known known) {
        this.check = new AnswerCheck(known);
        this.asking = CompletableFuture.runAsync(() -> {
            while (!closed) {
                long start = System.nanoTime();
                clients.forEach(client -> check.note(client.spend(question)));
                // Half of the time at most: whoever answers has other work too.
                LockSupport.parkNanos(Math.max(ASK_EVERY_NANOS, System.nanoTime() - start));
            }
        });
    }

    /** Watches these from now on, and no others. */
    public void over(SpendClient... instances) {
        clients = List.of(instances);
    }

    /** What was wrong. */
    public List<String> faults() {
        return check.faults();
    }

    /** How often there was an answer. */
    public long answers() {
        return check.answers();
    }

    /** How often there was a 503. */
    public long refusals() {
        return check.refusals();
    }

    @Override
    public void close() {
        closed = true;
        asking.join();
    }
}
