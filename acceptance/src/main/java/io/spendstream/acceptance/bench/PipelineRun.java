package io.spendstream.acceptance.bench;

import io.spendstream.Spendstream;
import io.spendstream.acceptance.bench.Ledger.Sum;
import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.Totals;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * The whole pipeline over a filled topic: an application with an id of its own, so without state, that reads it from
 * the beginning.
 *
 * <p>The clock starts when the first events are counted and stops when {@code GET /v1/spend} answers with all of them;
 * the events of that first moment are not in the figure. So it holds decoding, dedupe, pricing, combining, the way
 * through the topic of deltas, the cube and the user totals, and all commits but the first; not the start of the
 * application and the assignment of partitions. Then the answers are held against the ledger, to the nano-dollar.
 */
final class PipelineRun {

    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final Site site;
    private final Filling filling;

    PipelineRun(Site site, Filling filling) {
        this.site = site;
        this.filling = filling;
    }

    /**
     * @param changes of the configuration
     * @throws WrongAnswer where the sums are not those of the ledger
     */
    Speed measure(Map<String, String> changes) throws IOException, InterruptedException {
        return measure(changes, () -> {}, () -> {});
    }

    /** As {@link #measure(Map)}, with something done when the clock starts and when it stops. */
    Speed measure(Map<String, String> changes, Runnable onStart, Runnable onStop)
            throws IOException, InterruptedException {
        AppConfig config = site.newApplication(changes);
        try (Spendstream app = Spendstream.start(config)) {
            SpendClient client = new SpendClient(app.url());
            await(app, "the first event", () -> app.totals().now().received() > 0);
            long first = app.totals().now().received();
            CpuTimes before = CpuTimes.now(site.brokerPid());
            onStart.run();
            long start = System.nanoTime();
            long records = filling.ledger().records();
            await(app, "all events", () -> app.totals().now().received() >= records);
            long requests = filling.ledger().total().requests();
            await(app, "the last event in the spend", () -> client.total(days()).requests() >= requests);
            double seconds = (System.nanoTime() - start) / 1e9;
            onStop.run();
            CpuTimes cpu = CpuTimes.now(site.brokerPid()).since(before);
            check(app.totals().now(), client);
            return new Speed(records - first, seconds, cpu);
        } finally {
            site.forget(config);
        }
    }

    @FunctionalInterface
    private interface Condition {
        boolean holds() throws InterruptedException;
    }

    private static void await(Spendstream app, String what, Condition condition) throws InterruptedException {
        long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.holds()) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("still waiting for " + what + " after " + PATIENCE.toSeconds()
                        + " s; so far: " + app.totals().now());
            }
            LockSupport.parkNanos(2_000_000);
        }
    }

    private String days() {
        return SpendClient.days(filling.ledger().first(), filling.ledger().last());
    }

    private void check(Totals.Snapshot totals, SpendClient client) throws InterruptedException {
        Ledger ledger = filling.ledger();
        expect("records received", ledger.records(), totals.received());
        expect("duplicates", ledger.repeats(), totals.duplicates());
        expect("events counted", ledger.total().requests(), totals.counted());
        expect("events without a price", 0L, totals.unpriced());
        expect("spend by feature", ledger.byFeature(), client.by("feature", days()));
        // The totals of users lie in other partitions than the cells.
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        Sum ofUsers = client.total("group_by=user&limit=1&" + days());
        while (!ofUsers.equals(ledger.total()) && System.nanoTime() < deadline) {
            LockSupport.parkNanos(20_000_000);
            ofUsers = client.total("group_by=user&limit=1&" + days());
        }
        expect("spend of all users", ledger.total(), ofUsers);
    }

    private static void expect(String what, Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new WrongAnswer("the pipeline came to " + found + " " + what + ", not " + expected);
        }
    }
}
