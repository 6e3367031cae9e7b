package io.spendstream.definition;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Collects faults in the order they were found: the first of each field, and a limited number in all. */
public final class Faults {

    /** A definition with more faults than this is broken as a whole; the rest is counted. */
    public static final int LISTED_MAX = 100;

    private final Map<String, FieldFault> byField = new LinkedHashMap<>();
    private int unlisted;

    public void add(String field, String reason) {
        if (byField.containsKey(field)) {
            return;
        }
        if (byField.size() == LISTED_MAX) {
            unlisted++;
            return;
        }
        byField.put(field, new FieldFault(field, reason));
    }

    /** Adds the faults of a part, whose fields are below {@code path}. */
    public void addAll(String path, List<FieldFault> faults) {
        faults.forEach(fault -> add(fault.field().isEmpty() ? path : path + "." + fault.field(), fault.reason()));
    }

    public boolean has(String field) {
        return byField.containsKey(field);
    }

    /** Those listed, and how many more there are. */
    public List<FieldFault> list() {
        List<FieldFault> list = new ArrayList<>(byField.values());
        if (unlisted > 0) {
            list.add(new FieldFault("", "and " + unlisted + " more faults"));
        }
        return List.copyOf(list);
    }
}
