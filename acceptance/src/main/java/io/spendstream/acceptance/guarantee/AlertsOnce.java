package io.spendstream.acceptance.guarantee;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Readers of committed records are told of every threshold that is passed, once. */
final class AlertsOnce implements Guarantee {

    @Override
    public String promise() {
        return "every threshold that is passed alerts once";
    }

    @Override
    public Findings doAssert(Trial trial) {
        Set<String> expected = new HashSet<>();
        for (SampleBudget budget : trial.budgets()) {
            budget.passed(trial.scene()).forEach(passed -> expected.add(budget.id() + " " + passed));
        }
        return trial.eventually(() ->
                compare(expected, told(trial.budgets(), trial.scene().deployment.readAlerts())));
    }

    private static Map<String, Long> told(List<SampleBudget> budgets, List<Alert> alerts) {
        Map<String, Long> told = new HashMap<>();
        for (Alert alert : alerts) {
            for (SampleBudget budget : budgets) {
                if (budget.id().equals(alert.getBudget()) && alert.getState() == AlertState.OPEN) {
                    String group = alert.getScope().get(budget.dimension());
                    told.merge(budget.id() + " " + group + " " + alert.getThreshold(), 1L, Long::sum);
                }
            }
        }
        return told;
    }

    static Findings compare(Set<String> expected, Map<String, Long> told) {
        List<String> details = new ArrayList<>();
        long lost = 0;
        long doubled = 0;
        long wrong = 0;
        for (String threshold : expected) {
            long times = told.getOrDefault(threshold, 0L);
            lost += times == 0 ? 1 : 0;
            doubled += Math.max(0, times - 1);
            if (times != 1) {
                details.add("threshold " + threshold + " told " + times + " times");
            }
        }
        for (String threshold : told.keySet()) {
            if (!expected.contains(threshold)) {
                wrong++;
                details.add("threshold " + threshold + " told, which was not passed");
            }
        }
        return new Findings(lost, doubled, wrong, details);
    }
}
