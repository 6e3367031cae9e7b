package io.spendstream.budget;

import io.spendstream.usage.Dimension;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

/** Says which calls a budget counts and in which group: its scope, compiled. Immutable; allocates only groups. */
public final class ScopeMatcher {

    private static final String TENANT = Dimension.TENANT.field();

    private final String tenant;
    private final Condition[] match;
    private final Condition[] exclude;
    private final String[] groupBy;

    private ScopeMatcher(String tenant, Condition[] match, Condition[] exclude, String[] groupBy) {
        this.tenant = tenant;
        this.match = match;
        this.exclude = exclude;
        this.groupBy = groupBy;
    }

    public static ScopeMatcher of(BudgetDefinition definition) {
        return new ScopeMatcher(
                definition.tenant(),
                conditions(definition.match()),
                conditions(definition.exclude()),
                definition.groupBy().toArray(String[]::new));
    }

    /** Whether a call counts. A field that the call does not say is like no pattern. */
    public boolean matches(Attributes call) {
        if (tenant != null && !tenant.equals(call.value(TENANT))) {
            return false;
        }
        for (Condition condition : match) {
            if (!condition.holds(call)) {
                return false;
            }
        }
        for (Condition condition : exclude) {
            if (condition.holds(call)) {
                return false;
            }
        }
        return true;
    }

    /** The values of the fields of {@code group_by}, in its order; null where the call does not say. */
    public String[] groupOf(Attributes call) {
        String[] group = new String[groupBy.length];
        for (int i = 0; i < group.length; i++) {
            group[i] = call.value(groupBy[i]);
        }
        return group;
    }

    /** Whether it is about single users or sessions, which the cube does not keep with the rest. */
    public boolean needsUserOrSession() {
        return fields().stream().anyMatch(f -> f.equals(Attributes.USER) || f.equals(Attributes.SESSION));
    }

    /** Whether each of its fields is known to someone, such as the cube. */
    public boolean isAnsweredBy(Predicate<String> knowsField) {
        return fields().stream().allMatch(knowsField);
    }

    /** The fields it looks at, {@code tenant} only where the budget names one. */
    public Set<String> fields() {
        Set<String> fields = new HashSet<>(List.of(groupBy));
        if (tenant != null) {
            fields.add(TENANT);
        }
        for (Condition condition : match) {
            fields.add(condition.field);
        }
        for (Condition condition : exclude) {
            fields.add(condition.field);
        }
        return fields;
    }

    private static Condition[] conditions(Map<String, List<String>> patternsByField) {
        List<Condition> conditions = new ArrayList<>();
        patternsByField.forEach((field, patterns) -> conditions.add(new Condition(field, patterns)));
        return conditions.toArray(Condition[]::new);
    }

    /** One field that must be like one of some patterns. */
    private static final class Condition {

        private final String field;
        private final Set<String> literals;
        private final String[] patterns;

        Condition(String field, Collection<String> given) {
            this.field = field;
            this.literals = Set.copyOf(given.stream().filter(Glob::isLiteral).toList());
            this.patterns = given.stream().filter(p -> !Glob.isLiteral(p)).toArray(String[]::new);
        }

        boolean holds(Attributes call) {
            String value = call.value(field);
            if (value == null) {
                return false;
            }
            if (literals.contains(value)) {
                return true;
            }
            for (String pattern : patterns) {
                if (Glob.matches(pattern, value)) {
                    return true;
                }
            }
            return false;
        }
    }
}
