package io.spendstream.pricing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects faults in the order they were found: the first of each field, and a limited number in all. */
final class Faults {

    /** A record with more faults than this is broken as a whole; the rest is counted. */
    static final int LISTED_MAX = 100;

    private final Map<String, PriceFault> byField = new LinkedHashMap<>();
    private int unlisted;

    void add(String field, String reason) {
        if (byField.containsKey(field)) {
            return;
        }
        if (byField.size() == LISTED_MAX) {
            unlisted++;
            return;
        }
        byField.put(field, new PriceFault(field, reason));
    }

    void addAll(String prefix, List<PriceFault> faults) {
        for (PriceFault fault : faults) {
            add(fault.field().isEmpty() ? prefix : prefix + "." + fault.field(), fault.reason());
        }
    }

    List<PriceFault> list() {
        List<PriceFault> list = new ArrayList<>(byField.values());
        if (unlisted > 0) {
            list.add(new PriceFault("", "and " + unlisted + " more faults"));
        }
        return List.copyOf(list);
    }
}
