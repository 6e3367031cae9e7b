package io.spendstream.budget;

import io.spendstream.usage.Dimension;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.ToLongFunction;

/**
 * Finds the budgets that count a call among many: by tenant, then by the value of a field for which a budget names its
 * values without stars. What is left is tried one by one. Immutable; look-ups allocate nothing but their result.
 */
public final class BudgetIndex {

    /**
     * A definition and its compiled scope.
     *
     * @param definedAtMs when it was written first
     */
    public record Entry(BudgetDefinition definition, ScopeMatcher matcher, long definedAtMs) {}

    private static final String TENANT = Dimension.TENANT.field();

    private final Node ofAnyTenant = new Node();
    private final Map<String, Node> byTenant = new HashMap<>();
    private final Map<String, Entry> byId = new HashMap<>();

    private BudgetIndex() {}

    /** Of definitions of which it does not matter when they were written. */
    public static BudgetIndex of(Collection<BudgetDefinition> definitions) {
        return of(definitions, definition -> Long.MAX_VALUE);
    }

    /** @param definedAtMs when a definition was written first */
    public static BudgetIndex of(
            Collection<BudgetDefinition> definitions, ToLongFunction<BudgetDefinition> definedAtMs) {
        List<Entry> entries = new ArrayList<>();
        for (BudgetDefinition definition : definitions) {
            entries.add(new Entry(definition, ScopeMatcher.of(definition), definedAtMs.applyAsLong(definition)));
        }
        return ofEntries(entries);
    }

    /** Of what is compiled already. */
    public static BudgetIndex ofEntries(Collection<Entry> entries) {
        BudgetIndex index = new BudgetIndex();
        for (Entry entry : entries) {
            BudgetDefinition definition = entry.definition();
            index.byId.put(definition.id(), entry);
            Node node = definition.tenant() == null
                    ? index.ofAnyTenant
                    : index.byTenant.computeIfAbsent(definition.tenant(), t -> new Node());
            node.add(entry);
        }
        return index;
    }

    /** The budget of an id; null where there is none. */
    public Entry get(String id) {
        return byId.get(id);
    }

    public Collection<Entry> all() {
        return byId.values();
    }

    /** The budgets that count a call, in no order. */
    public List<Entry> matching(Attributes call) {
        List<Entry> found = new ArrayList<>();
        forEachMatching(call, found::add);
        return found;
    }

    /** As {@link #matching}, one by one. */
    public void forEachMatching(Attributes call, Consumer<Entry> action) {
        ofAnyTenant.find(call, action);
        Node own = byTenant.get(call.value(TENANT));
        if (own != null) {
            own.find(call, action);
        }
    }

    /** Budgets of one tenant, or of any. */
    private static final class Node {

        private final List<Entry> unanchored = new ArrayList<>();
        private final List<Anchor> anchors = new ArrayList<>();

        void add(Entry entry) {
            for (Map.Entry<String, List<String>> condition :
                    entry.definition().match().entrySet()) {
                if (condition.getValue().stream().allMatch(Glob::isLiteral)) {
                    Anchor anchor = anchor(condition.getKey());
                    condition
                            .getValue()
                            .forEach(value -> anchor.byValue
                                    .computeIfAbsent(value, v -> new ArrayList<>())
                                    .add(entry));
                    return;
                }
            }
            unanchored.add(entry);
        }

        private Anchor anchor(String field) {
            for (Anchor anchor : anchors) {
                if (anchor.field.equals(field)) {
                    return anchor;
                }
            }
            Anchor anchor = new Anchor(field, new HashMap<>());
            anchors.add(anchor);
            return anchor;
        }

        void find(Attributes call, Consumer<Entry> action) {
            tryEach(unanchored, call, action);
            for (int i = 0; i < anchors.size(); i++) {
                Anchor anchor = anchors.get(i);
                tryEach(anchor.byValue.getOrDefault(call.value(anchor.field), List.of()), call, action);
            }
        }

        private static void tryEach(List<Entry> entries, Attributes call, Consumer<Entry> action) {
            for (int i = 0; i < entries.size(); i++) {
                if (entries.get(i).matcher.matches(call)) {
                    action.accept(entries.get(i));
                }
            }
        }
    }

    /** Budgets that name their values of a field. */
    private record Anchor(String field, Map<String, List<Entry>> byValue) {}
}
