package io.spendstream.acceptance.bench;

/**
 * What is measured with.
 *
 * @param events in the topic that pipeline and floor read
 * @param users whose totals are kept
 * @param partitions of every topic
 * @param rounds of floor and pipeline
 * @param warmUps rounds before those, which are not in the result
 * @param threads of the pipeline
 * @param cells that the spend queries are asked over
 * @param stateMb that instances are lost with
 * @param minutes of the soak, or of the steady load
 * @param perSecond events of the soak, or of the steady load
 * @param seed of the calls of the soak
 * @param commitIntervalMs of the application whose alerts are timed
 * @param profile whether a further round is profiled
 */
record Options(
        long events,
        int users,
        int partitions,
        int rounds,
        int warmUps,
        int threads,
        long cells,
        int stateMb,
        int minutes,
        int perSecond,
        long seed,
        int commitIntervalMs,
        boolean profile) {

    Options {
        require("--events", events, 10_000, 100_000_000);
        require("--users", users, 1, 10_000_000);
        require("--partitions", partitions, 1, 100);
        require("--rounds", rounds, 1, 100);
        require("--warm-ups", warmUps, 0, 100);
        require("--threads", threads, 1, 64);
        require("--commit-interval", commitIntervalMs, 10, 60_000);
        require("--state-mb", stateMb, 1, 4_096);
        require("--minutes", minutes, 1, 10_000);
        require("--rate", perSecond, 1, 1_000_000);
        require("--cells", cells, 1_000, 2_880_000);
    }

    private static void require(String option, long value, long min, long max) {
        if (value < min || value > max) {
            throw new IllegalArgumentException(option + " takes " + min + " to " + max + ", not " + value);
        }
    }
}
