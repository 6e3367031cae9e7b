package io.spendstream.connect.notify;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/** Alerts that templates are tried with before they are used: one that has every field, and one with what all have. */
final class Samples {

    private static final Instant OPENED = Instant.parse("2026-11-21T12:00:00Z");
    private static final Instant CHANGED = Instant.parse("2026-11-21T13:30:00Z");

    private static final TopicPartition SOURCE = new TopicPartition("budget-alerts", 0);

    static final AlertRecord FULL = full();
    static final AlertRecord LEAST = least();
    static final List<AlertRecord> ALL = List.of(FULL, LEAST);

    private Samples() {}

    private static AlertRecord full() {
        Map<String, String> scope = new TreeMap<>(Map.of("feature", "chat"));
        Map<String, String> labels = new TreeMap<>(Map.of("owner", "search-team"));
        Map<String, Object> contributor = new LinkedHashMap<>();
        contributor.put("field", "model");
        contributor.put("value", "large-model");
        contributor.put("amount", new BigDecimal("61.25"));
        contributor.put("share", new BigDecimal("0.765625"));
        Map<String, Object> fields = new LinkedHashMap<>();
        fields.put("id", "0123456789abcdef");
        fields.put("kind", "budget_threshold");
        fields.put("state", "OPEN");
        fields.put("severity", "warning");
        fields.put("notify", true);
        fields.put("silenced", null);
        fields.put("tenant", "default");
        fields.put("scope", scope);
        fields.put("budget", "daily");
        fields.put("threshold", new BigDecimal("0.8"));
        fields.put("action", "notify");
        fields.put("measure", "cost");
        fields.put("limit", new BigDecimal("100"));
        fields.put("value", new BigDecimal("80.000000001"));
        fields.put("fraction", new BigDecimal("0.8"));
        fields.put("baseline", new BigDecimal("40"));
        fields.put("period_start", "2026-11-21T00:00:00Z");
        fields.put("period_end", "2026-11-22T00:00:00Z");
        fields.put("zone", "UTC");
        fields.put("opened_at", OPENED.toString());
        fields.put("changed_at", OPENED.toString());
        fields.put("summary", "80 % of the budget daily are spent");
        fields.put("contributors", List.of(contributor));
        fields.put("labels", labels);
        return new AlertRecord(
                SOURCE,
                "0123456789abcdef",
                "budget_threshold",
                AlertRecord.State.OPEN,
                AlertRecord.Severity.WARNING,
                true,
                "default",
                OPENED,
                OPENED,
                (String) fields.get("summary"),
                scope,
                labels,
                fields);
    }

    private static AlertRecord least() {
        Map<String, Object> fields = new HashMap<>(FULL.fields());
        for (String optional : List.of(
                "tenant",
                "budget",
                "threshold",
                "action",
                "limit",
                "fraction",
                "baseline",
                "period_start",
                "period_end",
                "zone")) {
            fields.put(optional, null);
        }
        fields.put("kind", "silence");
        fields.put("state", "RESOLVED");
        fields.put("severity", "info");
        fields.put("measure", "requests");
        fields.put("value", BigDecimal.ZERO);
        fields.put("scope", Map.of());
        fields.put("labels", Map.of());
        fields.put("contributors", List.of());
        fields.put("changed_at", CHANGED.toString());
        return new AlertRecord(
                SOURCE,
                FULL.id(),
                "silence",
                AlertRecord.State.RESOLVED,
                AlertRecord.Severity.INFO,
                true,
                null,
                OPENED,
                CHANGED,
                FULL.summary(),
                Map.of(),
                Map.of(),
                fields);
    }
}
