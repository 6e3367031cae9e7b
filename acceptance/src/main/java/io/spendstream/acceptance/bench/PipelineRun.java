package io.spendstream.acceptance.bench;

import java.io.IOException;
import java.util.Map;
import jdk.jfr.Recording;

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

    /** What else must be right. */
    @FunctionalInterface
    interface Check {
        void of(Instance instance) throws InterruptedException;
    }

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
        return measure(changes, instance -> {});
    }

    /** As {@link #measure(Map)}, with something more held against the ledger when the clock has stopped. */
    Speed measure(Map<String, String> changes, Check check) throws IOException, InterruptedException {
        return measure(changes, () -> {}, () -> {}, check);
    }

    /** As {@link #measure(Map)}; answers where the time went. */
    Profile profile(Map<String, String> changes) throws IOException, InterruptedException {
        Recording[] recording = {null};
        measure(changes, () -> recording[0] = Profile.start(), () -> recording[0].stop(), instance -> {});
        return Profile.of(recording[0]);
    }

    private Speed measure(Map<String, String> changes, Runnable onStart, Runnable onStop, Check check)
            throws IOException, InterruptedException {
        try (Instance instance = new Instance(site, changes)) {
            instance.awaitFirst();
            long first = instance.received();
            CpuTimes before = CpuTimes.now(site.brokerPid());
            onStart.run();
            long start = System.nanoTime();
            instance.awaitAll(filling.ledger());
            double seconds = (System.nanoTime() - start) / 1e9;
            onStop.run();
            CpuTimes cpu = CpuTimes.now(site.brokerPid()).since(before);
            instance.check(filling.ledger());
            check.of(instance);
            return new Speed(filling.ledger().records() - first, seconds, cpu, instance.readAgain(filling.ledger()));
        }
    }
}
