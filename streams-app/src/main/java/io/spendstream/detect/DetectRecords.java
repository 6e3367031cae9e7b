package io.spendstream.detect;

import io.spendstream.anomaly.Figure;
import io.spendstream.anomaly.Scope;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.anomaly.Verdict;
import io.spendstream.usage.Digest;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Contributor;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What detectors found of one tenant at one close, as the records that are published. */
final class DetectRecords {

    private static final int CONTRIBUTORS_NAMED = 5;
    private static final long PPM = 1_000_000;

    /** What the combinations of the tenant spent on the day so far. */
    private final Map<Combination, long[]> combinations;

    private final long quarterHour;
    private final long atMs;

    DetectRecords(Map<Combination, long[]> combinations, long quarterHour, long atMs) {
        this.combinations = combinations;
        this.quarterHour = quarterHour;
        this.atMs = atMs;
    }

    /** The same alert has the same id, whoever finds it and however often. */
    static String id(AlertKey key, Instant openedAt) {
        return new Digest()
                .add(key.detector())
                .add(key.scope().tenant())
                .add(key.scope().kind().field())
                .add(key.scope().value())
                .add(key.subject())
                .add(openedAt.toEpochMilli())
                .hex();
    }

    Alert opened(String id, Verdict verdict, ScopeView view) {
        Instant at = Instant.ofEpochMilli(atMs);
        Scope scope = view.scope();
        return Alert.newBuilder()
                .setId(id)
                .setKind(verdict.detector().label())
                .setState(AlertState.OPEN)
                .setSeverity(verdict.severity())
                .setTenant(scope.tenant())
                .setScope(scopeOf(scope))
                .setMeasure(verdict.measure())
                .setLimit(verdict.threshold())
                .setValue(verdict.value())
                .setBaseline(verdict.baseline())
                .setPeriodStart(Instant.ofEpochMilli(verdict.sinceMs()))
                .setPeriodEnd(at)
                .setZone("UTC")
                .setOpenedAt(at)
                .setChangedAt(at)
                .setContributors(contributors(scope, verdict.measure()))
                .setLabels(labels(verdict))
                .setSummary(summary(verdict, view))
                .build();
    }

    Alert escalated(Alert before, Verdict verdict, ScopeView view) {
        return Alert.newBuilder(opened(before.getId(), verdict, view))
                .setState(AlertState.ESCALATED)
                .setOpenedAt(before.getOpenedAt())
                .build();
    }

    static Alert resolved(Alert before, long value, long atMs) {
        return Alert.newBuilder(before)
                .setState(AlertState.RESOLVED)
                .setChangedAt(Instant.ofEpochMilli(atMs))
                .setValue(value)
                .setSummary("Resolved. Before: " + before.getSummary())
                .build();
    }

    private static Map<String, String> scopeOf(Scope scope) {
        Map<String, String> fields = new HashMap<>();
        fields.put("tenant", scope.tenant());
        if (scope.kind() != Scope.Kind.TENANT) {
            fields.put(scope.kind().field(), scope.value());
        }
        return fields;
    }

    private static Map<String, String> labels(Verdict verdict) {
        Map<String, String> labels = new HashMap<>();
        labels.put("baseline", verdict.how());
        if (!verdict.subject().isEmpty()) {
            labels.put("subject", verdict.subject());
        }
        return labels;
    }

    private String summary(Verdict verdict, ScopeView view) {
        return view.scope() + ": " + verdict.value() + " instead of " + verdict.baseline() + " " + quarterHour;
    }

    /** Who of the scope spent most on the day so far, the largest first. */
    private List<Contributor> contributors(Scope scope, String measure) {
        Figure figure = measure.equals("cost") ? Figure.COST : Figure.REQUESTS;
        String field = scope.kind() == Scope.Kind.FEATURE ? "model" : "feature";
        Function<Combination, String> value =
                scope.kind() == Scope.Kind.FEATURE ? Combination::model : Combination::feature;
        Map<String, Long> amounts = new HashMap<>();
        combinations.forEach((of, figures) -> {
            if (isIn(scope, of)) {
                amounts.merge(value.apply(of), figures[figure.ordinal()], Math::addExact);
            }
        });
        long total = amounts.values().stream().mapToLong(Long::longValue).sum();
        return amounts.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .limit(CONTRIBUTORS_NAMED)
                .map(entry -> new Contributor(field, entry.getKey(), entry.getValue(), share(entry.getValue(), total)))
                .toList();
    }

    private static long share(long part, long whole) {
        return whole <= 0 ? 0 : Math.round((double) part / whole * PPM);
    }

    private static boolean isIn(Scope scope, Combination of) {
        return switch (scope.kind()) {
            case TENANT -> true;
            case FEATURE -> of.feature().equals(scope.value());
            case TEAM -> scope.value().equals(of.team());
            case MODEL -> of.model().equals(scope.value());
        };
    }

    /** What two scopes spent on the day so far in common, and each of them. Nano-USD. */
    long[] common(Scope one, Scope other) {
        long[] costs = new long[3];
        combinations.forEach((of, figures) -> {
            long cost = figures[Figure.COST.ordinal()];
            boolean inOne = isIn(one, of);
            boolean inOther = isIn(other, of);
            costs[0] += inOne && inOther ? cost : 0;
            costs[1] += inOne ? cost : 0;
            costs[2] += inOther ? cost : 0;
        });
        return costs;
    }
}
