package io.spendstream.scope;

import io.spendstream.budget.Attributes;
import io.spendstream.budget.BudgetBook;
import io.spendstream.budget.BudgetIndex;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Which groups of which scopes a combination of values counts in. Found once for each combination, then remembered: a
 * busy pipeline has few of them.
 */
final class ScopeMatches {

    /** Combinations remembered; past that more are found anew each time, until {@link #forget}. */
    private static final int REMEMBERED_MAX = 50_000;

    private static final class Combination {
        private final String[] values;
        private final int hash;

        Combination(String[] values) {
            this.values = values;
            this.hash = Arrays.hashCode(values);
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Combination that && hash == that.hash && Arrays.equals(values, that.values);
        }
    }

    private final Map<String, Integer> places = new HashMap<>();
    private final Map<String, CountedScope> scopes = new HashMap<>();
    private final BudgetIndex index;
    private final Map<Combination, CountedScope.Group[]> remembered = new HashMap<>();

    /** @param fields what the values of a combination are of, in their order */
    ScopeMatches(List<String> fields, Collection<CountedScope> counted) {
        for (int i = 0; i < fields.size(); i++) {
            places.put(fields.get(i), i);
        }
        List<BudgetIndex.Entry> entries = new ArrayList<>();
        for (CountedScope one : counted) {
            BudgetBook.Scope scope = one.scope();
            scopes.put(one.id(), one);
            entries.add(new BudgetIndex.Entry(scope.counted(), scope.matcher(), scope.definedAtMs()));
        }
        index = BudgetIndex.ofEntries(entries);
    }

    /**
     * The groups that a combination counts in.
     *
     * @param values not kept
     */
    CountedScope.Group[] of(String[] values) {
        Combination combination = new Combination(values);
        CountedScope.Group[] groups = remembered.get(combination);
        if (groups == null) {
            groups = find(values);
            if (remembered.size() < REMEMBERED_MAX) {
                remembered.put(new Combination(values.clone()), groups);
            }
        }
        return groups;
    }

    /** Forgets all where there is too much to remember. Only where nothing is left to send. */
    void forget() {
        if (remembered.size() >= REMEMBERED_MAX) {
            remembered.clear();
            scopes.values().forEach(CountedScope::forgetGroups);
        }
    }

    private CountedScope.Group[] find(String[] values) {
        Attributes call = field -> {
            Integer place = places.get(field);
            return place == null ? null : values[place];
        };
        List<CountedScope.Group> found = new ArrayList<>();
        index.forEachMatching(call, entry -> {
            CountedScope scope = scopes.get(entry.definition().scopeId());
            String field = scope.scope().contributorField();
            found.add(scope.group(entry.matcher().groupOf(call), field == null ? null : call.value(field)));
        });
        return found.toArray(CountedScope.Group[]::new);
    }
}
