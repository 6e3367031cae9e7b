package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/**
 * Events per second of the whole pipeline with everything on, 1,000 budgets too, beside events per second of only reading
 * and decoding the same topic. A round is the one between two of the other, so that both meet the same machine; the first
 * rounds warm up and are not in the result.
 */
final class Throughput {

    /**
     * A pipeline.
     *
     * @param floor of the runs before and after it together
     */
    private record Round(Speed floor, Speed pipeline) {
        double ratio() {
            return pipeline.perSecond() / floor.perSecond();
        }
    }

    private static final long SEED = 20_261_121;
    /** The plain DSL form is several times slower: it gets fewer events. */
    private static final int PLAIN_SHARE = 5;

    private static final String PLAIN_PREFIX = "plain.";

    private final Site site;
    private final Options options;
    private final PrintWriter out;
    private final List<Round> rounds = new ArrayList<>();

    Throughput(Site site, Options options, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.out = out;
    }

    /** Measures, and answers the lines to end with. */
    String run(ObjectNode result) throws IOException, InterruptedException {
        Filling filling = fill(Topics.withPrefix(""), options.events());
        site.publishBudgets(Topics.withPrefix(""), BudgetList.records());
        out.printf(
                "%,d events of %.0f bytes in %d partitions, users uniform, filled in %.1f s%n",
                options.events(), filling.bytesPerEvent(), site.partitions(), filling.seconds());
        out.printf("%-34s %12s %12s %8s   %s%n", "", "floor", "pipeline", "ratio", CpuTimes.HEADINGS);
        PipelineRun pipeline = new PipelineRun(site, filling);
        for (int i = 1; i <= options.warmUps(); i++) {
            round("warm-up " + i, filling, pipeline);
        }
        for (int i = 1; i <= options.rounds(); i++) {
            rounds.add(round("round " + i, filling, pipeline));
        }
        summarise(result.put("bytes_per_event", Math.round(filling.bytesPerEvent())));
        ObjectNode variants = result.putObject("variants");
        variant(variants, "floor, two threads", Floor.measure(site, filling, 2));
        variant(variants, "one thread", pipeline.measure(settings(1, false)));
        variant(variants, "usage-priced published", pipeline.measure(settings(options.threads(), true)));
        if (options.profile()) {
            pipeline.profile(settings(options.threads(), false)).print(out);
        }
        site.removeBudgets(Topics.withPrefix(""), BudgetList.records());
        variant(variants, "no budgets", pipeline.measure(settings(options.threads(), false)));
        Topics plainTopics = Topics.withPrefix(PLAIN_PREFIX);
        Speed plain = PlainDsl.measure(site, fill(plainTopics, options.events() / PLAIN_SHARE), options.threads());
        variant(variants, "plain DSL", plain);
        result.put("times_plain_dsl", Latencies.rounded(timesPlain(plain)));
        return closingLines(plain);
    }

    private Filling fill(Topics topics, long events) throws InterruptedException {
        site.createTopics(topics);
        return Filling.fill(
                site, topics.usageEvents().name(), new Backlog(SEED, events, options.users(), Instant.now()));
    }

    private Round round(String name, Filling filling, PipelineRun pipeline) throws IOException, InterruptedException {
        Speed before = Floor.measure(site, filling);
        Speed between = pipeline.measure(
                settings(options.threads(), false), instance -> BudgetsCost.requireCounted(instance, filling.ledger()));
        Speed floor = before.and(Floor.measure(site, filling));
        Round round = new Round(floor, between);
        out.printf(
                "%-34s %,12.0f %,12.0f %8.3f   %s%n",
                name, floor.perSecond(), round.pipeline.perSecond(), round.ratio(), round.pipeline.remarks());
        out.flush();
        return round;
    }

    private void variant(ObjectNode variants, String name, Speed speed) {
        out.printf("%-34s %12s %,12.0f %8s   %s%n", name, "", speed.perSecond(), "", speed.remarks());
        out.flush();
        variants.set(name.replace(",", "").replace(' ', '_'), speed.toJson());
    }

    private static Map<String, String> settings(int threads, boolean pricedPublished) {
        return Map.of(
                AppConfig.THREADS, Integer.toString(threads),
                AppConfig.PRICED_PUBLISHED, Boolean.toString(pricedPublished));
    }

    private void summarise(ObjectNode result) {
        spread(result, "floor_events_per_second", round -> round.floor.perSecond());
        spread(result, "pipeline_events_per_second", round -> round.pipeline.perSecond());
        spread(result, "ratio_to_floor", Round::ratio);
        ArrayNode each = result.putArray("rounds");
        for (Round round : rounds) {
            ObjectNode json = each.addObject();
            json.set("floor", round.floor.toJson());
            json.set("pipeline", round.pipeline.toJson());
            json.put("ratio", Latencies.rounded(round.ratio()));
        }
    }

    private void spread(ObjectNode result, String name, ToDoubleFunction<Round> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        ObjectNode json = result.putObject(name);
        json.put("min", Latencies.rounded(sorted[0]));
        json.put("median", Latencies.rounded(median(value)));
        json.put("max", Latencies.rounded(sorted[sorted.length - 1]));
        out.printf(
                "%-34s min %,.3f  median %,.3f  max %,.3f%n",
                name.replace('_', ' '), sorted[0], median(value), sorted[sorted.length - 1]);
    }

    private double median(ToDoubleFunction<Round> value) {
        double[] sorted = rounds.stream().mapToDouble(value).sorted().toArray();
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    private double timesPlain(Speed plain) {
        return median(round -> round.pipeline.perSecond()) / plain.perSecond();
    }

    private String closingLines(Speed plain) {
        return """
                exactly once, dedupe, prices, cube, user totals, %,d budgets and detectors on; usage-priced not published
                plain DSL %.0f events/s
                floor %.0f events/s
                pipeline %.0f events/s
                times plain DSL %.1f
                ratio to floor %.2f""".formatted(
                        BudgetList.SIZE,
                        plain.perSecond(),
                        median(round -> round.floor.perSecond()),
                        median(round -> round.pipeline.perSecond()),
                        timesPlain(plain),
                        median(Round::ratio));
    }
}
