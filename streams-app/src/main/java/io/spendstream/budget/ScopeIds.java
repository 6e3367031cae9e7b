package io.spendstream.budget;

import io.spendstream.usage.Digest;
import io.spendstream.v1.BudgetMeasure;
import java.util.List;
import java.util.Map;

/** The identity of what a budget counts. Part of the format of counters on disk: what is hashed here must not change. */
final class ScopeIds {

    private ScopeIds() {}

    static String of(
            String tenant,
            Map<String, List<String>> match,
            Map<String, List<String>> exclude,
            List<String> groupBy,
            BudgetMeasure measure,
            Period period) {
        Digest digest = new Digest().add(tenant);
        add(digest, match);
        add(digest, exclude);
        add(digest, groupBy);
        return digest.add(measure.name())
                .add(period.kind().name())
                .add(period.zone().getId())
                .add(period.weekStart().name())
                .add(period.anchorDay())
                .hex();
    }

    private static void add(Digest digest, Map<String, List<String>> patterns) {
        digest.add(patterns.size());
        patterns.forEach((field, values) -> add(digest.add(field), values));
    }

    private static void add(Digest digest, List<String> values) {
        digest.add(values.size());
        values.forEach(digest::add);
    }
}
