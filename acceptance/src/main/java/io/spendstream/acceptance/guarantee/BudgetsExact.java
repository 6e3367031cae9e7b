package io.spendstream.acceptance.guarantee;

import com.fasterxml.jackson.databind.JsonNode;
import io.spendstream.acceptance.SpendClient;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/** The counters of budgets are what the oracle computes from every event. */
final class BudgetsExact implements Guarantee {

    @Override
    public String promise() {
        return "every budget's counters are exact";
    }

    @Override
    public Findings doAssert(Trial trial) {
        long wrong = 0;
        List<String> details = new ArrayList<>();
        for (SampleBudget budget : trial.budgets()) {
            Map<String, BigDecimal> expected = budget.expected(trial.scene());
            Findings found = trial.eventually(
                    () -> Findings.wrong(differences(budget, expected, spent(trial.client(0), budget.id()))));
            wrong += found.wrong();
            details.addAll(found.details());
        }
        return new Findings(0, 0, wrong, details);
    }

    private static List<String> differences(
            SampleBudget budget, Map<String, BigDecimal> expected, Map<String, BigDecimal> seen) {
        Set<String> groups = new HashSet<>(expected.keySet());
        groups.addAll(seen.keySet());
        return groups.stream()
                .filter(group -> !Objects.equals(expected.get(group), seen.get(group)))
                .map(group -> "budget " + budget.id() + " of " + group + ": expected " + expected.get(group) + ", seen "
                        + seen.get(group))
                .toList();
    }

    private static Map<String, BigDecimal> spent(SpendClient client, String budget) {
        SpendClient.Reply reply = client.get("/v1/budgets/" + budget + "/status?limit=10000");
        Map<String, BigDecimal> spent = new HashMap<>();
        if (reply.status() == 200) {
            for (JsonNode group : client.json(reply.body()).get("groups")) {
                JsonNode value = group.get("group").elements().next();
                spent.put(
                        value.isNull() ? null : value.textValue(),
                        group.get("spent").decimalValue().stripTrailingZeros());
            }
        }
        return spent;
    }
}
