package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/**
 * What a part of the pipeline costs: runs with it and without it take turns, and each with it is held against those right
 * before and right after it without, so that all three meet the same machine. The processor time per event is compared in
 * the same way; it depends little on who else is at work.
 */
final class BesideRuns {

    /** Measures once, and says so under a name. */
    @FunctionalInterface
    interface Run {
        Speed measure(String name) throws IOException, InterruptedException;
    }

    /** A run with the part, and those before and after it without, as one. */
    record Round(Speed without, Speed with) {
        double ratio() {
            return with.perSecond() / without.perSecond();
        }

        /** What would be left of the speed where nothing but the processor limits it. */
        double cpuRatio() {
            return without.cpuPerEvent().total() / with.cpuPerEvent().total();
        }
    }

    private final Run without;
    private final Run with;
    private final List<Round> rounds = new ArrayList<>();

    BesideRuns(Run without, Run with) {
        this.without = without;
        this.with = with;
    }

    /**
     * Measures.
     *
     * @param warmUps runs of each before the rounds; two do, as what the first runs is still compiled in the second
     */
    void measure(int warmUps, int count) throws IOException, InterruptedException {
        for (int i = 1; i <= warmUps; i++) {
            without.measure("warm-up " + i);
            with.measure("warm-up " + i);
        }
        Speed before = without.measure("round 1");
        for (int i = 1; i <= count; i++) {
            Speed between = with.measure("round " + i);
            Speed after = without.measure("round " + (i + 1));
            rounds.add(new Round(before.and(after), between));
            before = after;
        }
    }

    /** The median of the rounds'. */
    double ratio() {
        return median(rounds, Round::ratio);
    }

    /** The median of the rounds', by processor time per event. */
    double cpuRatio() {
        return median(rounds, Round::cpuRatio);
    }

    static double median(List<Round> rounds, ToDoubleFunction<Round> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        return (sorted[sorted.length / 2] + sorted[(sorted.length - 1) / 2]) / 2;
    }

    void toJson(ObjectNode result) {
        result.put("ratio", Latencies.rounded(ratio()));
        result.put("cpu_ratio", Latencies.rounded(cpuRatio()));
        ArrayNode each = result.putArray("rounds");
        for (Round round : rounds) {
            ObjectNode json = each.addObject();
            json.set("without", round.without.toJson());
            json.set("with", round.with.toJson());
            json.put("ratio", Latencies.rounded(round.ratio()));
            json.put("cpu_ratio", Latencies.rounded(round.cpuRatio()));
        }
    }
}
