package io.spendstream.connect.notify;

import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Alerts as the Alertmanager's API v2 takes them. It tells alerts apart by their labels alone. */
final class AlertmanagerAlerts {

    /** Of an annotation; an Alertmanager has no limit, what it sends to has. */
    static final int ANNOTATION_MAX = 4_000;

    private AlertmanagerAlerts() {}

    /**
     * What an alert is told apart by, and routed by: {@code alertname} (the kind: {@code SpendstreamBudgetThreshold}),
     * {@code severity}, {@code kind}, {@code tenant}, {@code budget}, the scope by its dimensions, {@code alert_id}, and
     * what is configured, which goes before. Nothing of it changes while the alert is open but the severity.
     */
    static Map<String, String> labels(AlertRecord alert, Map<String, String> configured) {
        Map<String, String> labels = new TreeMap<>();
        alert.scope().forEach((dimension, value) -> put(labels, name(dimension), value));
        put(labels, "tenant", alert.tenant());
        put(labels, "budget", (String) alert.fields().get("budget"));
        labels.put("alertname", "Spendstream" + camelCase(alert.kind()));
        labels.put("severity", alert.severity().word());
        labels.put("kind", alert.kind());
        labels.put("alert_id", alert.id());
        labels.putAll(configured);
        return labels;
    }

    private static String camelCase(String kind) {
        return Arrays.stream(kind.split("_"))
                .filter(word -> !word.isEmpty())
                .map(word -> Character.toUpperCase(word.charAt(0)) + word.substring(1))
                .collect(Collectors.joining());
    }

    /** As the Alertmanager allows them: letters, digits and {@code _}, the first no digit. */
    static String name(String text) {
        String name = text.replaceAll("[^a-zA-Z0-9_]", "_");
        return name.isEmpty() || Character.isDigit(name.charAt(0)) ? "_" + name : name;
    }

    /** What is empty is the same as what is missing there. */
    private static void put(Map<String, String> map, String name, String value) {
        if (value != null && !value.isEmpty()) {
            map.put(name, value);
        }
    }

    /** An alert that is open, until {@code endsAt} unless it is said again before. */
    static Map<String, Object> open(
            AlertRecord alert, Map<String, String> labels, String description, String link, Instant endsAt) {
        return alert(alert, labels, description, link, earlier(alert.openedAt(), endsAt), endsAt);
    }

    /**
     * An alert that is resolved. It is open there as long as {@code endsAt} is to come, and event time may be ahead of the
     * clock: so that is now, at the latest.
     */
    static Map<String, Object> resolved(
            AlertRecord alert, Map<String, String> labels, String description, String link, Instant now) {
        Instant endsAt = earlier(alert.changedAt(), now);
        return alert(alert, labels, description, link, earlier(alert.openedAt(), endsAt), endsAt);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }

    private static Map<String, Object> alert(
            AlertRecord alert,
            Map<String, String> labels,
            String description,
            String link,
            Instant startsAt,
            Instant endsAt) {
        Map<String, String> annotations = new LinkedHashMap<>();
        put(annotations, "summary", alert.summary());
        put(annotations, "description", cut(description));
        if (link != null) {
            put(annotations, "dashboard_url", link + "/");
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("labels", labels);
        json.put("annotations", annotations);
        json.put("startsAt", startsAt.toString());
        json.put("endsAt", endsAt.toString());
        if (link != null) {
            json.put("generatorURL", TemplateModel.alertUrl(link, alert));
        }
        return json;
    }

    private static String cut(String text) {
        return text.length() <= ANNOTATION_MAX ? text : text.substring(0, ANNOTATION_MAX - 1) + "…";
    }
}
