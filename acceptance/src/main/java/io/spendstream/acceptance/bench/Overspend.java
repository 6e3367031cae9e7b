package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.money.Money;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Map;

/**
 * How far a hard limit is passed by 500 concurrent callers that check, spend and report, beside how far it can be:
 * {@code spend rate × (time a call takes + time to report it + staleness)}.
 */
final class Overspend {

    static final int INPUT_TOKENS = 1_000;
    static final int OUTPUT_TOKENS = 500;

    private static final String PREFIX = "overspend.";
    private static final int CALLERS = 500;
    private static final int CALL_MS = 500;
    private static final int SECONDS_MAX = 120;
    private static final long COST_NANO_USD = INPUT_TOKENS * 2_500L + OUTPUT_TOKENS * 10_000L;
    /** Some fifteen seconds of spending. */
    private static final long LIMIT_USD = 100;

    private final Site site;
    private final PrintWriter out;

    Overspend(Site site, PrintWriter out) {
        this.site = site;
        this.out = out;
    }

    void run(ObjectNode result) throws IOException, InterruptedException {
        site.createTopics(Topics.withPrefix(PREFIX));
        try (Instance instance =
                new Instance(site, Map.of(AppConfig.TOPIC_PREFIX, PREFIX, AppConfig.PRICED_PUBLISHED, "false"))) {
            instance.awaitReady();
            BudgetClient client = new BudgetClient(instance.url());
            client.put(
                    "hard",
                    "{\"limit\":" + LIMIT_USD + ",\"match\":{\"feature\":[\"chat\"]},\"period\":\"lifetime\","
                            + "\"thresholds\":[{\"at\":1,\"action\":\"deny\"}]}");
            Map<String, String> said = JavaProcess.run(Callers.class, instance.url(), CALLERS, CALL_MS, SECONDS_MAX);
            long spent = Long.parseLong(said.get("reported")) * COST_NANO_USD;
            Patience.until("all calls in the counter", () -> client.spentNanoUsd("hard") >= spent);
            if (client.spentNanoUsd("hard") != spent) {
                throw new WrongAnswer("the counter came to " + client.spentNanoUsd("hard") + " nano-USD, not " + spent);
            }
            tell(said, spent, result);
        }
    }

    private void tell(Map<String, String> said, long spent, ObjectNode result) {
        double over = (spent - LIMIT_USD * 1e9) / 1e9;
        double percent = 100 * over / LIMIT_USD;
        double perSecond = Long.parseLong(said.get("before")) * COST_NANO_USD / 1e9 / (Callers.RATE_OVER_NS / 1e9);
        long staleness = Long.parseLong(said.get("staleness_ms"));
        long report = Long.parseLong(said.get("report_ms"));
        double bound = perSecond * (CALL_MS + report + staleness) / 1e3;
        out.printf(
                "%nhard limit of %d USD, %d callers, calls of %d ms and %s USD: %.2f USD spent too much, %.2f %%%n"
                        + "  bound %.2f USD = %.2f USD/s x (%d ms call + %d ms longest report + %d ms staleness)%n",
                LIMIT_USD,
                CALLERS,
                CALL_MS,
                Money.usd(COST_NANO_USD).toPlainString(),
                over,
                percent,
                bound,
                perSecond,
                CALL_MS,
                report,
                staleness);
        out.flush();
        result.put("limit_usd", LIMIT_USD);
        result.put("callers", CALLERS);
        result.put("call_ms", CALL_MS);
        result.put("call_usd", Money.usd(COST_NANO_USD));
        result.put("checks", Long.parseLong(said.get("asked")));
        result.put("overspend_usd", Latencies.rounded(over));
        result.put("overspend_percent", Latencies.rounded(percent));
        result.put("bound_usd", Latencies.rounded(bound));
        result.put("spend_rate_usd_per_second", Latencies.rounded(perSecond));
        result.put("staleness_ms_max", staleness);
        result.put("report_ms_max", report);
    }
}
