package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.SpendClient;
import io.spendstream.acceptance.SpendQuestion;
import io.spendstream.acceptance.SpendTable;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;

/** What {@code GET /v1/spend} answers, on whichever instance, is what the oracle computes from every event. */
final class TotalsExact implements Guarantee {

    private static final List<String> DIMENSIONS = List.of(
            "provider", "team", "project", "environment", "user_tier", "service_tier", "operation", "model", "tenant");
    private static final String REQUESTS = "requests";

    @Override
    public String promise() {
        return "every event is counted once, and every total is exact to the nano-dollar";
    }

    @Override
    public Findings doAssert(Trial trial) {
        long lost = 0;
        long doubled = 0;
        long wrong = 0;
        List<String> details = new ArrayList<>();
        List<SpendQuestion> questions = questions(trial);
        for (int i = 0; i < questions.size(); i++) {
            SpendQuestion question = questions.get(i);
            SpendClient client = trial.client(i);
            SpendTable expected = trial.scene().oracle.spend(question);
            Findings found = trial.eventually(() -> compare(question, expected, client.spend(question)));
            // Each question sees the same events again.
            lost = Math.max(lost, found.lost());
            doubled = Math.max(doubled, found.doubled());
            wrong += found.wrong();
            details.addAll(found.details());
        }
        return new Findings(lost, doubled, wrong, details);
    }

    private static List<SpendQuestion> questions(Trial trial) {
        SpendQuestion all = trial.scene().everything();
        Instant day = trial.scene().now.truncatedTo(ChronoUnit.DAYS);
        SpendQuestion fortnight = SpendQuestion.between(day.minus(Duration.ofDays(16)), day.plus(Duration.ofDays(2)));
        return Stream.concat(
                        Stream.of(
                                all.by("tenant", "feature", "model"),
                                fortnight.by("feature").every("15m", "UTC"),
                                fortnight.by("tenant", "model").every("day", "Asia/Kathmandu"),
                                fortnight.every("hour", "America/New_York"),
                                all.by("tenant", "user"),
                                fortnight.by("user").every("day", "UTC")),
                        DIMENSIONS.stream().map(all::by))
                .toList();
    }

    /** Rows with too few requests lost some, rows with too many have some twice, and other differences are wrong. */
    static Findings compare(SpendQuestion question, SpendTable expected, SpendClient.Answer answer) {
        if (answer.status() != 200 || !answer.complete()) {
            return Findings.wrong(
                    List.of(question + ": status " + answer.status() + ", complete " + answer.complete()));
        }
        Set<List<Object>> keys = new HashSet<>(expected.rows().keySet());
        keys.addAll(answer.table().rows().keySet());
        List<String> details = new ArrayList<>();
        long lost = 0;
        long doubled = 0;
        long wrong = 0;
        for (List<Object> key : keys) {
            Map<String, BigDecimal> right = expected.rows().getOrDefault(key, Map.of());
            Map<String, BigDecimal> seen = answer.table().rows().getOrDefault(key, Map.of());
            long more = requests(seen) - requests(right);
            lost += Math.max(0, -more);
            doubled += Math.max(0, more);
            wrong += more == 0 && !right.equals(seen) ? 1 : 0;
            details.addAll(differences(question, key, right, seen));
        }
        if (details.isEmpty() && !expected.totals().equals(answer.table().totals())) {
            wrong++;
            details.addAll(differences(
                    question,
                    List.of("totals"),
                    expected.totals(),
                    answer.table().totals()));
        }
        return new Findings(lost, doubled, wrong, details);
    }

    /** The first measure that differs, in words. */
    private static List<String> differences(
            SpendQuestion question, List<Object> key, Map<String, BigDecimal> right, Map<String, BigDecimal> seen) {
        return Stream.concat(
                        Stream.of(REQUESTS, "cost_usd"), Stream.concat(right.keySet().stream(), seen.keySet().stream()))
                .filter(measure -> !Objects.equals(right.get(measure), seen.get(measure)))
                .limit(1)
                .map(measure -> measure + " by " + question.groupBy() + " every " + question.granularity() + " in "
                        + question.zone() + ", of " + key + ": expected " + right.get(measure) + ", seen "
                        + seen.get(measure))
                .toList();
    }

    private static long requests(Map<String, BigDecimal> measures) {
        return measures.getOrDefault(REQUESTS, BigDecimal.ZERO).longValueExact();
    }
}
