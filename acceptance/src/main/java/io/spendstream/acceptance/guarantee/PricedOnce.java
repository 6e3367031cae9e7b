package io.spendstream.acceptance.guarantee;

import io.spendstream.v1.PricedUsage;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Readers of committed records find every counted event in {@code usage-priced} once, at its cost, and no other. */
final class PricedOnce implements Guarantee {

    private final Map<String, Long> times = new HashMap<>();
    private final Map<String, Long> corrections = new HashMap<>();
    private final Map<String, BigInteger> costs = new HashMap<>();

    @Override
    public String promise() {
        return "usage-priced holds every counted event once, and at most one correction of it";
    }

    @Override
    public void onProcess(PricedUsage usage) {
        (usage.getCorrection() ? corrections : times).merge(usage.getId(), 1L, Long::sum);
        Long nanoUsd = usage.getCostNanoUsd();
        if (nanoUsd != null) {
            costs.put(usage.getId(), BigInteger.valueOf(nanoUsd));
        }
    }

    @Override
    public Findings doAssert(Trial trial) {
        return against(trial.scene().oracle.costs());
    }

    /** @param expected nano-USD by id of the counted events; null where there is no price */
    Findings against(Map<String, BigInteger> expected) {
        long lost = 0;
        long doubled = 0;
        long wrong = 0;
        List<String> details = new ArrayList<>();
        for (Map.Entry<String, BigInteger> event : expected.entrySet()) {
            String id = event.getKey();
            long seen = times.getOrDefault(id, 0L);
            lost += seen == 0 ? 1 : 0;
            long corrected = corrections.getOrDefault(id, 0L);
            doubled += Math.max(0, seen - 1) + Math.max(0, corrected - 1);
            boolean sameCost = Objects.equals(event.getValue(), costs.get(id));
            wrong += seen > 0 && !sameCost ? 1 : 0;
            if (seen != 1 || !sameCost || corrected > 1) {
                details.add(id + " " + seen + " times, corrected " + corrected + " times, at " + costs.get(id)
                        + " nano-USD; expected once, at " + event.getValue());
            }
        }
        for (String id : times.keySet()) {
            if (!expected.containsKey(id)) {
                wrong++;
                details.add(id + ", which was not to be counted");
            }
        }
        return new Findings(lost, doubled, wrong, details);
    }
}
