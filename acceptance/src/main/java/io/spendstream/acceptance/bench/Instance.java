package io.spendstream.acceptance.bench;

import io.spendstream.Spendstream;
import io.spendstream.acceptance.bench.Ledger.Sum;
import io.spendstream.runtime.AppConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** One application under measurement; when it is closed, nothing is left of it. */
final class Instance implements AutoCloseable {

    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final long LOOK_EVERY_NS = 2_000_000;

    private final Site site;
    private final AppConfig config;
    private final Spendstream app;
    private final SpendClient client;

    /** Starts one that never ran before, with some configuration. */
    Instance(Site site, Map<String, String> changes) throws IOException {
        this.site = site;
        config = site.newApplication(changes);
        app = Spendstream.start(config);
        client = new SpendClient(app.url());
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    void awaitReady() throws InterruptedException {
        try {
            app.awaitReady(PATIENCE);
        } catch (TimeoutException e) {
            throw new IllegalStateException(e.getMessage(), e);
        }
    }

    void awaitFirst() throws InterruptedException {
        await("the first event", () -> received() > 0);
    }

    /** Waits until all is counted, and the spend answers with all of it. */
    void awaitAll(Ledger ledger) throws InterruptedException {
        await("all events", () -> received() >= ledger.records());
        awaitSpend(
                SpendClient.days(ledger.first(), ledger.last()), ledger.total().requests());
    }

    /**
     * Waits until the spend of a time answers with so many requests.
     *
     * @throws WrongAnswer where there are more
     */
    void awaitSpend(String time, long requests) throws InterruptedException {
        long[] seen = new long[1];
        await("all events in the spend", () -> {
            seen[0] = client.totalIfWhole(time).map(Sum::requests).orElse(0L);
            return seen[0] >= requests;
        });
        expect("requests", requests, seen[0]);
    }

    private void await(String what, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("still waiting for " + what + " after " + PATIENCE.toSeconds()
                        + " s; so far: " + app.totals().now());
            }
            requireAlive();
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }

    /** @throws IllegalStateException where processing has ended; the message says why */
    private void requireAlive() throws InterruptedException {
        try {
            app.awaitReady(Duration.ZERO);
        } catch (TimeoutException e) {
            // It has not started yet, or partitions are assigned anew: it may take its time.
        }
    }

    long received() {
        return app.totals().now().received();
    }

    /** Of its stores, as they are on the disk; what is in write buffers is not in it. */
    long stateBytes() {
        try (Stream<Path> files = Files.walk(config.stateDir())) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException | UncheckedIOException e) {
            throw new IllegalStateException("the state in " + config.stateDir() + " cannot be measured", e);
        }
    }

    URI url() {
        return app.url();
    }

    /**
     * Holds the answers against what was put in.
     *
     * @throws WrongAnswer where one differs
     */
    void check(Ledger ledger) throws InterruptedException {
        String days = SpendClient.days(ledger.first(), ledger.last());
        expect("spend by feature", ledger.byFeature(), client.by("feature", days));
        expect("spend of all users", ledger.total(), ofUsers(days, ledger.total()));
    }

    /**
     * Records that were read more than once, because a transaction was given up and done again: on a machine with too
     * much to do. The spend is right all the same, but the speed means little.
     */
    long readAgain(Ledger ledger) {
        return Math.max(0, received() - ledger.records());
    }

    /** The totals of users lie in other partitions than the cells, and may be there a moment later. */
    private Sum ofUsers(String days, Sum expected) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        Sum sum = client.total("group_by=user&limit=1&" + days);
        while (sum.requests() < expected.requests() && System.nanoTime() < deadline) {
            sum = client.total("group_by=user&limit=1&" + days);
        }
        return sum;
    }

    private static void expect(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new WrongAnswer("the pipeline came to " + found + " as " + what + ", not " + expected);
        }
    }

    @Override
    public void close() throws IOException, InterruptedException {
        app.close();
        site.forget(config);
    }
}
