package io.spendstream.detect;

import io.spendstream.alert.AlertWords;
import io.spendstream.anomaly.Explanation;
import io.spendstream.anomaly.Scope;
import io.spendstream.anomaly.Verdict;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.Contributor;
import io.spendstream.words.Amounts;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;

/** What detectors found, in words for people. */
final class Sentences {

    private static final DateTimeFormatter MINUTE =
            DateTimeFormatter.ofPattern("d MMM yyyy, HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final DateTimeFormatter TIME_OF_DAY =
            DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Sentences() {}

    /** @param atMs event time up to which is judged */
    static String of(Scope scope, Verdict verdict, Explanation explanation, List<Contributor> contributors, long atMs) {
        StringBuilder text = new StringBuilder(name(scope)).append(' ').append(what(verdict, atMs));
        text.append(" (").append(verdict.how()).append(").");
        if (!explanation.sentence().isEmpty()) {
            text.append(" Likely reason: ").append(explanation.sentence()).append('.');
        }
        if (!contributors.isEmpty() && contributors.get(0).getSharePpm() < 1_000_000) {
            Contributor first = contributors.get(0);
            text.append(
                            first.getSharePpm() > 500_000
                                    ? " Most of the day is of "
                                    : " The largest part of the day is of ")
                    .append(first.getField().replace('_', ' '))
                    .append(' ')
                    .append(first.getValue())
                    .append(" (")
                    .append(AlertWords.percent(first.getSharePpm()))
                    .append(").");
        }
        return text.toString();
    }

    private static String name(Scope scope) {
        return scope.kind() == Scope.Kind.TENANT
                ? "Tenant " + scope.tenant()
                : scope.kind().field().substring(0, 1).toUpperCase(Locale.ROOT)
                        + scope.kind().field().substring(1)
                        + " " + scope.value() + " (tenant " + scope.tenant() + ")";
    }

    private static String what(Verdict verdict, long atMs) {
        String value = amount(verdict.measure(), verdict.value());
        String baseline = amount(verdict.measure(), verdict.baseline());
        String since = span(verdict.sinceMs(), atMs);
        return switch (verdict.detector()) {
            case DAILY_ZSCORE, DAILY_RATIO, SEASONAL ->
                "has spent " + value + since + ", " + comparedWith(verdict, baseline);
            case COST_PER_REQUEST -> "costs " + value + " a request" + since + ", " + comparedWith(verdict, baseline);
            case CACHE_HIT_RATE ->
                "has " + value + " of its prompt tokens from the cache" + since + ", usually " + baseline;
            case CONCENTRATION ->
                (verdict.subject().isEmpty() ? "has " : "sees " + verdict.subject() + " with ") + value
                        + " of the tenant's spend" + since + ", usually " + baseline;
            case RETRY_WASTE -> "spends " + value + " on repeated and failed calls" + since + ", usually " + baseline;
            case UNPRICED_MODEL -> "has had " + value + " calls without a price" + since;
            case SILENCE ->
                "has had no calls" + since + (verdict.baseline() > 0 ? ", where " + baseline + " calls are usual" : "");
            case LATE_SURGE -> "has had " + value + " of its calls come late" + since + ", usually " + baseline;
            case ESCALATION_RATE ->
                "has had " + value + " of its calls tried with a cheaper model first" + since + ", usually " + baseline;
            case REQUEST_OUTLIER ->
                "has had a request of " + value + " by " + verdict.subject() + " at "
                        + MINUTE.format(Instant.ofEpochMilli(verdict.sinceMs())) + " UTC, "
                        + comparedWith(verdict, baseline);
        };
    }

    /** From a time to another, the day once where it is the same. */
    private static String span(long fromMs, long toMs) {
        boolean sameDay = Resolution.DAY.bucketOf(fromMs) == Resolution.DAY.bucketOf(toMs);
        Instant to = Instant.ofEpochMilli(toMs);
        return " from " + MINUTE.format(Instant.ofEpochMilli(fromMs)) + " to "
                + (sameDay ? TIME_OF_DAY : MINUTE).format(to) + " UTC";
    }

    private static String comparedWith(Verdict verdict, String baseline) {
        if (verdict.baseline() <= 0) {
            return "where there is usually nothing";
        }
        double times = (double) verdict.value() / verdict.baseline();
        return String.format(Locale.ROOT, times < 10 ? "%.1f" : "%,.0f", times) + " times the usual " + baseline;
    }

    private static String amount(String measure, long amount) {
        return switch (measure) {
            case "cost", "cost_per_request" -> Amounts.usd(amount);
            case "requests", "unpriced_requests" -> String.format(Locale.ROOT, "%,d", amount);
            case "tokens" -> String.format(Locale.ROOT, "%,d tokens", amount);
            default -> AlertWords.percent(amount);
        };
    }
}
