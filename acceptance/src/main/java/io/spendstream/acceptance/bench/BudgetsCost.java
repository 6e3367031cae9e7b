package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;

/**
 * What 1,000 budgets cost: the pipeline with them beside the pipeline without, over the same events, as in
 * {@link BesideRuns}. The counters of a budget over all features are held against the ledger.
 */
final class BudgetsCost {

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
        out.printf("%n%-34s %12s   %s%n", "", "events/s", CpuTimes.HEADINGS);
        BesideRuns runs = new BesideRuns(name -> without(name, without), name -> with(name, with));
        runs.measure(options.warmUps(), options.rounds());
        if (options.profile()) {
            profile("without budgets", without, "without-budgets.");
            profile("with 1,000 budgets", with, "with-budgets.");
        }
        out.printf(
                "throughput with %,d budgets to without: %.2f; by processor time per event: %.2f%n",
                BudgetList.SIZE, runs.ratio(), runs.cpuRatio());
        result.put("budgets", BudgetList.SIZE);
        runs.toJson(result);
    }

    private Filling fill(String prefix, Instant end) throws InterruptedException {
        Topics topics = Topics.withPrefix(prefix);
        site.createTopics(topics);
        return Filling.fill(
                site, topics.usageEvents().name(), new Backlog(SEED, options.events(), options.users(), end));
    }

    private Speed without(String name, Filling filling) throws IOException, InterruptedException {
        return print(name + ", no budgets", new PipelineRun(site, filling).measure(settings("without-budgets.")));
    }

    private Speed with(String name, Filling filling) throws IOException, InterruptedException {
        Speed speed = new PipelineRun(site, filling)
                .measure(settings("with-budgets."), instance -> requireCounted(instance, filling.ledger()));
        return print(name + ", 1,000 budgets", speed);
    }

    /**
     * Waits until the budget over all features has counted everything.
     *
     * @throws WrongAnswer where it counted something else
     */
    static void requireCounted(Instance instance, Ledger ledger) throws InterruptedException {
        BudgetClient client = new BudgetClient(instance.url());
        long spent = ledger.total().costNanoUsd();
        Patience.until("the budgets' counters", () -> client.spentNanoUsd(BudgetList.ALL) >= spent);
        check(ledger, client.status(BudgetList.ALL));
    }

    private Speed print(String name, Speed speed) {
        out.printf("%-34s %,12.0f   %s%n", name, speed.perSecond(), speed.remarks());
        out.flush();
        return speed;
    }

    private void profile(String name, Filling filling, String prefix) throws IOException, InterruptedException {
        Profile profile = new PipelineRun(site, filling).profile(settings(prefix));
        out.printf("%n%s:", name);
        profile.print(out);
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
