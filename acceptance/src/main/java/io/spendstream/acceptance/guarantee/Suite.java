package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.Directories;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Every fault, round after round, and the sum of what was found. */
final class Suite {

    private final Cluster cluster;
    private final List<Fault> faults;
    private final Map<String, String> weakness;
    private final PrintWriter out;

    /** @param weakness configuration that takes a guarantee away */
    Suite(Cluster cluster, List<Fault> faults, Map<String, String> weakness, PrintWriter out) {
        this.cluster = cluster;
        this.faults = faults;
        this.weakness = weakness;
        this.out = out;
    }

    /** Runs the rounds, reports each trial as it ends, and says in the last line what it came to. */
    Findings run(int rounds, long seed) throws IOException, InterruptedException {
        long lost = 0;
        long doubled = 0;
        long wrong = 0;
        long events = 0;
        for (int round = 1; round <= rounds; round++) {
            out.printf("round %d of %d, seed %d%n", round, rounds, seed);
            for (Fault fault : faults) {
                Outcome outcome = trial(fault, round, seed);
                outcome.print(out);
                lost += outcome.total().lost();
                doubled += outcome.total().doubled();
                wrong += outcome.total().wrong();
                events += outcome.oracle().received();
            }
        }
        Findings all = new Findings(lost, doubled, wrong, List.of());
        out.printf("%s (%d events, %d faults, %d rounds, seed %d)%n", all, events, faults.size(), rounds, seed);
        out.flush();
        return all;
    }

    private Outcome trial(Fault fault, int round, long seed) throws IOException, InterruptedException {
        // Whatever other faults are chosen: with the same seed the same round of a fault is the same.
        long own = 31 * (31 * seed + round) + fault.name().hashCode();
        String name = fault.name() + "-" + round + "-" + Long.toHexString(own);
        Path directory = cluster.directory().resolve(name);
        Outcome outcome;
        if (fault.brokers() == cluster.size()) {
            outcome = trial(cluster, name, fault, own);
        } else {
            try (Cluster other = Cluster.start(directory, fault.brokers())) {
                outcome = trial(other, name, fault, own);
            }
        }
        // Where something is broken, the logs are what one wants to see.
        if (outcome.total().isClean()) {
            Directories.delete(directory);
        }
        return outcome;
    }

    private Outcome trial(Cluster on, String name, Fault fault, long seed) throws InterruptedException {
        try (Trial trial = new Trial(on, name, fault, seed, weakness)) {
            return trial.run();
        }
    }
}
