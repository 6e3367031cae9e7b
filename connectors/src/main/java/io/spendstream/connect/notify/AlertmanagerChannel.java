package io.spendstream.connect.notify;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.TopicPartition;

/**
 * Alerts in a Prometheus Alertmanager, which forgets when it restarts and takes for resolved what is not said again: so
 * what is open is said again and again, and kept here to that end, by id.
 */
final class AlertmanagerChannel implements Channel {

    /** Alerts of one request. */
    private static final int REQUEST_MAX = 200;
    /** With one of these labels, a record that says again what is open is of an alert nobody was told of. */
    private static final Set<String> NOT_TOLD = Set.of("silenced", "part_of", "replayed");

    private final HttpEndpoint endpoint;
    private final AlertFilter filter;
    private final Template description;
    private final Settings settings;
    private final Clock clock;
    private final Map<String, AlertRecord> open = new LinkedHashMap<>();
    private Instant nextRepeat = Instant.MIN;

    /**
     * @param labels that every alert has besides its own
     * @param repeatEvery how often what is open is said again
     * @param expireAfter when it is taken for resolved, where it is not
     * @param link of the application; null: there is none
     */
    record Settings(Map<String, String> labels, Duration repeatEvery, Duration expireAfter, String link) {}

    AlertmanagerChannel(
            HttpEndpoint endpoint, AlertFilter filter, Template description, Settings settings, Clock clock) {
        this.endpoint = endpoint;
        this.filter = filter;
        this.description = description;
        this.settings = settings;
        this.clock = clock;
    }

    @Override
    public boolean remembers() {
        return true;
    }

    /** What is open there is resolved there, also where people are told of it nowhere else. */
    @Override
    public boolean wants(AlertRecord alert) {
        if (alert.state() == AlertRecord.State.RESOLVED) {
            return open.containsKey(alert.id());
        }
        return alert.tell() && filter.matches(alert);
    }

    @Override
    public void recall(AlertRecord alert) {
        boolean saidAgain = alert.labels().containsKey("repeated")
                && alert.labels().keySet().stream().noneMatch(NOT_TOLD::contains)
                && filter.matches(alert);
        if (wants(alert) || saidAgain) {
            remember(alert);
        }
    }

    @Override
    public void forget(Collection<TopicPartition> partitions) {
        open.values().removeIf(alert -> partitions.contains(alert.source()));
    }

    @Override
    public void deliver(AlertRecord alert) throws DeliveryException {
        Instant now = clock.instant();
        AlertRecord before = open.get(alert.id());
        List<Map<String, Object>> alerts = new ArrayList<>();
        if (alert.state() == AlertRecord.State.RESOLVED) {
            alerts.add(AlertmanagerAlerts.resolved(alert, labels(before), text(alert), settings.link(), now));
        } else {
            if (before != null && !labels(before).equals(labels(alert))) {
                // The severity is a label, so for an Alertmanager it is another alert now.
                alerts.add(AlertmanagerAlerts.resolved(alert, labels(before), text(alert), settings.link(), now));
            }
            alerts.add(firing(alert, now));
        }
        post(alerts);
        remember(alert);
    }

    private void remember(AlertRecord alert) {
        if (alert.state() == AlertRecord.State.RESOLVED) {
            open.remove(alert.id());
        } else {
            open.put(alert.id(), alert);
        }
    }

    @Override
    public Instant repeat(Instant now) throws DeliveryException {
        if (now.isBefore(nextRepeat)) {
            return nextRepeat;
        }
        nextRepeat = now.plus(settings.repeatEvery());
        List<Map<String, Object>> alerts = new ArrayList<>();
        for (AlertRecord alert : open.values()) {
            alerts.add(firing(alert, now));
            if (alerts.size() == REQUEST_MAX) {
                post(alerts);
                alerts.clear();
            }
        }
        if (!alerts.isEmpty()) {
            post(alerts);
        }
        return nextRepeat;
    }

    private Map<String, Object> firing(AlertRecord alert, Instant now) throws DeliveryException {
        return AlertmanagerAlerts.open(
                alert, labels(alert), text(alert), settings.link(), now.plus(settings.expireAfter()));
    }

    private Map<String, String> labels(AlertRecord alert) {
        return AlertmanagerAlerts.labels(alert, settings.labels());
    }

    private String text(AlertRecord alert) throws DeliveryException {
        return description.render(TemplateModel.of(alert, settings.link())).strip();
    }

    private void post(List<Map<String, Object>> alerts) throws DeliveryException {
        endpoint.post(JsonText.bytes(alerts), Map.of());
    }
}
