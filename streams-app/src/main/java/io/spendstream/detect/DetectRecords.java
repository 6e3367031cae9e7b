package io.spendstream.detect;

import io.spendstream.alert.AlertMeasure;
import io.spendstream.anomaly.Detectors;
import io.spendstream.anomaly.Explanation;
import io.spendstream.anomaly.Figure;
import io.spendstream.anomaly.Scope;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.anomaly.Verdict;
import io.spendstream.usage.Digest;
import io.spendstream.usage.PromptPart;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertState;
import io.spendstream.v1.Contributor;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** What detectors found of one tenant at one close, as the records that are published. */
final class DetectRecords {

    private static final int CONTRIBUTORS_NAMED = 3;
    private static final long PPM = 1_000_000;

    private static final int HOURS_EXPLAINED_MAX = 24;
    /** Models whose prices are looked at: those that spent most. */
    private static final int MODELS_PRICED = 3;

    private final SpendSeries series;
    private final Map<Combination, long[]> combinations;
    private final long quarterHour;
    private final long atMs;

    /** @param quarterHour that is closed */
    DetectRecords(SpendSeries series, String tenant, long quarterHour) {
        this.series = series;
        this.combinations = series.combinations(tenant, Detectors.dayOf(quarterHour));
        this.quarterHour = quarterHour;
        this.atMs = SpendSeries.startMs(quarterHour + 1);
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
        List<Contributor> contributors = contributors(view, verdict.measure());
        Explanation explanation = explain(view, verdict);
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
                .setContributors(contributors)
                .setLabels(labels(scope, verdict, explanation))
                .setSummary(Sentences.of(scope, verdict, explanation, contributors, atMs))
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

    private Map<String, String> labels(Scope scope, Verdict verdict, Explanation explanation) {
        Map<String, String> labels = new HashMap<>();
        labels.put("baseline", verdict.how());
        labels.put("query", Explanation.query(scope, verdict.sinceMs(), atMs));
        if (!explanation.sentence().isEmpty()) {
            labels.put("reason", explanation.reason().name().toLowerCase(Locale.ROOT));
        }
        if (!verdict.subject().isEmpty()) {
            labels.put("subject", verdict.subject());
        }
        return labels;
    }

    /** Why it costs more than usual, where it does. */
    private Explanation explain(ScopeView view, Verdict verdict) {
        int hours = (int) Math.min(HOURS_EXPLAINED_MAX, Math.max(1, (atMs - verdict.sinceMs()) / Resolution.HOUR_MS));
        return Explanation.of(
                Explanation.now(view, quarterHour, hours),
                Explanation.usual(view, quarterHour, hours),
                priceChanged(view, hours));
    }

    /** Whether one of the models that spent most of the scope costs more a token than it did. */
    private boolean priceChanged(ScopeView view, int hours) {
        return amounts(view.scope(), Figure.COST, Combination::model).stream()
                .limit(MODELS_PRICED)
                .map(model ->
                        series.view(new Scope(view.scope().tenant(), Scope.Kind.MODEL, model.getKey()), List.of(), 0))
                .anyMatch(model -> Explanation.priceChanged(
                        Explanation.now(model, quarterHour, hours), Explanation.usual(model, quarterHour, hours)));
    }

    /**
     * Who of the scope spent most on the day so far, the largest of each field first: by feature, by model, of a tenant
     * by user, and by part of the prompt.
     */
    private List<Contributor> contributors(ScopeView view, String measure) {
        Scope scope = view.scope();
        boolean byCost = AlertMeasure.contributorUnitOf(measure) == AlertMeasure.Unit.NANO_USD;
        Figure figure = byCost ? Figure.COST : Figure.REQUESTS;
        List<Contributor> contributors = new ArrayList<>();
        if (scope.kind() != Scope.Kind.FEATURE) {
            contributors.addAll(contributors("feature", amounts(scope, figure, Combination::feature)));
        }
        if (scope.kind() != Scope.Kind.MODEL) {
            contributors.addAll(contributors("model", amounts(scope, figure, Combination::model)));
        }
        if (scope.kind() == Scope.Kind.TENANT && byCost) {
            long total = series.costOf(scope.tenant(), Detectors.dayOf(quarterHour));
            view.topUsers().stream()
                    .limit(CONTRIBUTORS_NAMED)
                    .map(user -> new Contributor("user", user.user(), user.cost(), share(user.cost(), total)))
                    .forEach(contributors::add);
        }
        if (byCost) {
            contributors.addAll(promptParts(sums(scope)));
        }
        return contributors;
    }

    /** Where events say how many tokens each part of a prompt has: its part of what uncached and cached input cost. */
    private static List<Contributor> promptParts(long[] sums) {
        long tokens = 0;
        for (int i = 0; i < PromptPart.COUNT; i++) {
            tokens = Math.addExact(tokens, sums[Figure.of(PromptPart.at(i)).ordinal()]);
        }
        if (tokens <= 0) {
            return List.of();
        }
        BigInteger all = BigInteger.valueOf(tokens);
        BigInteger input = BigInteger.valueOf(
                Math.addExact(sums[Figure.INPUT_COST.ordinal()], sums[Figure.CACHE_READ_COST.ordinal()]));
        List<Contributor> parts = new ArrayList<>();
        for (int i = 0; i < PromptPart.COUNT; i++) {
            PromptPart part = PromptPart.at(i);
            long cost = BigInteger.valueOf(sums[Figure.of(part).ordinal()])
                    .multiply(input)
                    .divide(all)
                    .longValueExact();
            if (cost > 0) {
                parts.add(new Contributor("prompt_part", part.field(), cost, share(cost, sums[Figure.COST.ordinal()])));
            }
        }
        parts.sort(Comparator.comparingLong(Contributor::getAmount).reversed());
        return parts.subList(0, Math.min(CONTRIBUTORS_NAMED, parts.size()));
    }

    /** What a scope used on the day so far. */
    private long[] sums(Scope scope) {
        long[] sums = new long[Figure.COUNT];
        combinations.forEach((of, figures) -> {
            if (isIn(scope, of)) {
                Figure.add(sums, figures);
            }
        });
        return sums;
    }

    private static List<Contributor> contributors(String field, List<Map.Entry<String, Long>> amounts) {
        long total = amounts.stream().mapToLong(Map.Entry::getValue).sum();
        return amounts.stream()
                .limit(CONTRIBUTORS_NAMED)
                .map(entry -> new Contributor(field, entry.getKey(), entry.getValue(), share(entry.getValue(), total)))
                .toList();
    }

    private List<Map.Entry<String, Long>> amounts(Scope scope, Figure figure, Function<Combination, String> value) {
        Map<String, Long> amounts = new HashMap<>();
        combinations.forEach((of, figures) -> {
            if (isIn(scope, of)) {
                amounts.merge(value.apply(of), figures[figure.ordinal()], Math::addExact);
            }
        });
        return amounts.entrySet().stream()
                .filter(entry -> entry.getValue() > 0)
                .sorted(Map.Entry.<String, Long>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
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
