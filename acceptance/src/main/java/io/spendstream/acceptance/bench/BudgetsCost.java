package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.JsonNode;
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
import java.util.TreeMap;
import jdk.jfr.Recording;

/**
 * What 1,000 budgets cost: events per second of the pipeline with them beside events per second without, over the same
 * events. The two take turns; the first round warms up. The counters of a budget over all features are held against the
 * ledger.
 */
final class BudgetsCost {

    /** A pipeline without budgets and one with them. */
    private record Round(Speed without, Speed with) {
        double ratio() {
            return with.perSecond() / without.perSecond();
        }
    }

    private static final long SEED = 20_261_123;

    private final Site site;
    private final Options options;
    private final PrintWriter out;

    BudgetsCost(Site site, Options options, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.out = out;
    }

    void run(ObjectNode result) throws IOException, InterruptedException {
        Instant end = Instant.now();
        Filling without = fill("without-budgets.", end);
        Filling with = fill("with-budgets.", end);
        site.publishBudgets(Topics.withPrefix("with-budgets."), BudgetList.records());
        out.printf("%n%-34s %12s %8s   %s%n", "", "events/s", "ratio", CpuTimes.HEADINGS);
        round("warm-up", without, with);
        List<Round> rounds = new ArrayList<>();
        for (int i = 1; i <= options.rounds(); i++) {
            rounds.add(round("round " + i, without, with));
        }
        if (options.profile()) {
            profile("without budgets", without, "without-budgets.");
            profile("with 1,000 budgets", with, "with-budgets.");
        }
        double[] ratios = rounds.stream().mapToDouble(Round::ratio).sorted().toArray();
        double median = (ratios[ratios.length / 2] + ratios[(ratios.length - 1) / 2]) / 2;
        out.printf("throughput with %,d budgets to without: %.2f%n", BudgetList.SIZE, median);
        result.put("budgets", BudgetList.SIZE);
        result.put("ratio", Latencies.rounded(median));
        ArrayNode each = result.putArray("rounds");
        for (Round round : rounds) {
            ObjectNode json = each.addObject();
            json.set("without", round.without.toJson());
            json.set("with", round.with.toJson());
            json.put("ratio", Latencies.rounded(round.ratio()));
        }
    }

    private Filling fill(String prefix, Instant end) throws InterruptedException {
        Topics topics = Topics.withPrefix(prefix);
        site.createTopics(topics);
        return Filling.fill(
                site, topics.usageEvents().name(), new Backlog(SEED, options.events(), options.users(), end));
    }

    private Round round(String name, Filling without, Filling with) throws IOException, InterruptedException {
        Speed before = new PipelineRun(site, without).measure(settings("without-budgets."));
        Speed after = new PipelineRun(site, with).measure(settings("with-budgets."), instance -> {
            BudgetClient client = new BudgetClient(instance.url());
            long spent = with.ledger().total().costNanoUsd();
            Patience.until("the budgets' counters", () -> client.spentNanoUsd(BudgetList.ALL) >= spent);
            check(with.ledger(), client.status(BudgetList.ALL));
        });
        Round round = new Round(before, after);
        out.printf("%-34s %,12.0f %8s   %s%n", name + ", no budgets", before.perSecond(), "", before.remarks());
        out.printf(
                "%-34s %,12.0f %8.3f   %s%n",
                name + ", 1,000 budgets", after.perSecond(), round.ratio(), after.remarks());
        out.flush();
        return round;
    }

    private void profile(String name, Filling filling, String prefix) throws IOException, InterruptedException {
        Recording[] recording = {null};
        new PipelineRun(site, filling)
                .measure(settings(prefix), () -> recording[0] = Profile.start(), () -> recording[0].stop());
        out.printf("%n%s:", name);
        Profile.of(recording[0]).print(out);
    }

    private static void check(Ledger ledger, JsonNode status) {
        Map<String, Long> spent = new TreeMap<>();
        status.get("groups")
                .forEach(group ->
                        spent.put(group.get("group").get("feature").asText(), BudgetClient.nano(group.get("spent"))));
        Map<String, Long> expected = new TreeMap<>();
        ledger.byFeature().forEach((feature, sum) -> expected.put(feature, sum.costNanoUsd()));
        if (!spent.equals(expected)) {
            throw new WrongAnswer("the counters came to " + spent + ", not " + expected);
        }
    }

    private Map<String, String> settings(String prefix) {
        return Map.of(
                AppConfig.TOPIC_PREFIX,
                prefix,
                AppConfig.THREADS,
                Integer.toString(options.threads()),
                AppConfig.PRICED_PUBLISHED,
                "false");
    }
}
