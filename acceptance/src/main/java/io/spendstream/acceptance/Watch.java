package io.spendstream.acceptance;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Asks instances for the total all the time while a fault does its worst to them, and notes every answer that should not
 * have been: one that is too much, one that lacks what was received before the time it says it is as of, one that is not
 * a total and does not say when to ask again.
 */
public final class Watch implements AutoCloseable {

    private static final long ASK_EVERY_NANOS = 50_000_000;

    private final Scene scene;
    private final List<String> faults = new CopyOnWriteArrayList<>();
    private final CompletableFuture<Void> asking;
    private volatile List<SpendClient> clients = List.of();
    private volatile boolean closed;
    private volatile long answers;
    private volatile long refusals;

    public Watch(Scene scene) {
        this.scene = scene;
        this.asking = CompletableFuture.runAsync(() -> {
            while (!closed) {
                clients.forEach(this::ask);
                LockSupport.parkNanos(ASK_EVERY_NANOS);
            }
        });
    }

    /** Watches these from now on, and no others. */
    public void over(SpendClient... instances) {
        clients = List.of(instances);
    }

    private void ask(SpendClient client) {
        SpendClient.Answer answer = client.spend(scene.everything());
        switch (answer.status()) {
            case 0 -> {}
            case 200 -> check(answer);
            case 503 -> {
                refusals++;
                if (answer.retryAfter() == null) {
                    faults.add("503 without Retry-After");
                }
            }
            default -> faults.add("status " + answer.status());
        }
    }

    private void check(SpendClient.Answer answer) {
        answers++;
        long least = scene.load.countedBefore(answer.asOf());
        long most = scene.load.toBeCounted();
        if (!answer.complete()) {
            faults.add("an answer that is not complete");
        }
        if (answer.requests() < least) {
            faults.add(answer.requests() + " requests as of " + answer.asOf() + ", before which there were " + least
                    + "; lag " + answer.lag());
        }
        if (answer.requests() > most) {
            faults.add(answer.requests() + " requests of " + most);
        }
    }

    /** What was wrong. */
    public List<String> faults() {
        return faults;
    }

    /** How often there was an answer. */
    public long answers() {
        return answers;
    }

    /** How often there was a 503. */
    public long refusals() {
        return refusals;
    }

    @Override
    public void close() {
        closed = true;
        asking.join();
    }
}
