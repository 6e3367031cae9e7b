package io.spendstream.detect;

import io.spendstream.alert.AlertNotes;
import io.spendstream.alert.LifeCycle;
import io.spendstream.alert.Telling;
import io.spendstream.anomaly.DayExcess;
import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.Detectors;
import io.spendstream.anomaly.Scope;
import io.spendstream.anomaly.ScopeView;
import io.spendstream.anomaly.Verdict;
import io.spendstream.usage.Resolution;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Tells what becomes of the alerts of one tenant at one close. Of several that one cause opens, the first that is told is
 * that of the widest scope; the others say whose part they are and notify nobody.
 */
final class AlertTeller {

    private static final String PART_OF = "part_of";

    /** What is found so long after something else is another cause. */
    private static final Duration SAME_CAUSE_WITHIN = Duration.ofHours(1);
    /** What comes so long after its time is history that is read again: nobody is told. */
    private static final Duration REPLAYED_AFTER = Duration.ofHours(2);
    /** Scopes are the same cause that have at least half of the smaller one's spend in common. */
    private static final int COMMON_PARTS = 2;

    private final String tenant;
    private final long quarterHour;
    private final long atMs;
    private final SpendSeries series;
    private final OpenAlerts alerts;
    private final LifeCycle lifeCycle;
    private final AlertNotes notes;
    private final boolean replayed;
    private final Consumer<Alert> send;
    private DetectRecords records;

    AlertTeller(
            String tenant,
            long quarterHour,
            SpendSeries series,
            OpenAlerts alerts,
            LifeCycle lifeCycle,
            AlertNotes notes,
            long nowMs,
            Consumer<Alert> send) {
        this.tenant = tenant;
        this.quarterHour = quarterHour;
        this.atMs = SpendSeries.startMs(quarterHour + 1);
        this.series = series;
        this.alerts = alerts;
        this.lifeCycle = lifeCycle;
        this.notes = notes;
        this.replayed = nowMs - atMs > REPLAYED_AFTER.toMillis();
        this.send = send;
    }

    /** A detector has judged. */
    void found(AlertKey key, Verdict verdict, ScopeView view) {
        LifeCycle.Finding finding = switch (verdict.level()) {
            case FIRING -> LifeCycle.Finding.FIRING;
            case HOLDING -> LifeCycle.Finding.HOLDING;
            case CLEAR -> LifeCycle.Finding.CLEAR;
        };
        OpenAlerts.Held before = alerts.get(key);
        LifeCycle.Next next = lifeCycle.next(before == null ? null : before.state(), finding, verdict.severity(), atMs);
        switch (next.step()) {
            case OPENED -> tell(key, next, records().opened(idOf(key), verdict, view), next.tells());
            case REOPENED -> tell(key, next, records().opened(before.alert().getId(), verdict, view), next.tells());
            case ESCALATED -> tell(key, next, records().escalated(before.alert(), verdict, view), true);
            case RESOLVED ->
                tell(
                        key,
                        next,
                        resolved(before, verdict.value()),
                        before.alert().getNotify());
            case NONE -> {
                if (next.state() != null) {
                    goesOn(key, next, before.alert());
                }
            }
        }
    }

    /**
     * An open alert whose cause was not found.
     *
     * @param judged whether its detector has judged the scope
     */
    void notFound(AlertKey key, boolean judged) {
        OpenAlerts.Held before = alerts.get(key);
        LifeCycle.Finding finding = judged ? LifeCycle.Finding.CLEAR : LifeCycle.Finding.SILENT;
        LifeCycle.Next next = lifeCycle.next(before.state(), finding, AlertSeverity.INFO, atMs);
        if (next.step() == LifeCycle.Step.RESOLVED) {
            tell(
                    key,
                    next,
                    resolved(before, before.alert().getValue()),
                    before.alert().getNotify());
        } else {
            goesOn(key, next, before.alert());
        }
    }

    private void goesOn(AlertKey key, LifeCycle.Next next, Alert alert) {
        OpenAlerts.Held held = new OpenAlerts.Held(next.state(), alert);
        alerts.put(key, held);
        if (held.isOpen() && Telling.isDueAgain(alert, SpendSeries.startMs(quarterHour), atMs)) {
            send.accept(Telling.again(alert));
        }
    }

    private Alert resolved(OpenAlerts.Held before, long value) {
        return DetectRecords.resolved(before.alert(), value, atMs);
    }

    private void tell(AlertKey key, LifeCycle.Next next, Alert alert, boolean notify) {
        Map<String, String> labels = new HashMap<>(alert.getLabels());
        if (next.step() != LifeCycle.Step.RESOLVED) {
            labels.remove(PART_OF);
            String whole = partOf(key, next.state().severity());
            if (whole != null) {
                labels.put(PART_OF, whole);
            }
        }
        if (replayed) {
            labels.put("replayed", "true");
        }
        OpenAlerts.Held before = alerts.get(key);
        Alert change = Alert.newBuilder(alert)
                .setOpenedAt(Instant.ofEpochMilli(next.state().openedAt()))
                .setNotify(notify && !replayed && !labels.containsKey(PART_OF))
                .setLabels(labels)
                .build();
        AlertSeverity was = before == null ? null : before.state().severity();
        Alert told = Telling.told(change, next.step() == LifeCycle.Step.OPENED ? null : was, notes);
        alerts.put(key, new OpenAlerts.Held(next.state(), told));
        send.accept(told);
    }

    /**
     * The id of the alert that tells of the same cause already; null where there is none. Where something was found of
     * the same scope before, it is part of the same; else of what was found of a scope in common shortly before. What a
     * day's sum shows is also part of what was told of the day and is over.
     */
    private String partOf(AlertKey key, AlertSeverity severity) {
        Map<AlertKey, OpenAlerts.Held> told = new HashMap<>(alerts.of(tenant));
        told.entrySet()
                .removeIf(one -> one.getKey().equals(key)
                        || !family(one.getKey().detector()).equals(family(key.detector()))
                        || one.getValue().state().severity().compareTo(severity) < 0
                        || !(one.getKey().scope().equals(key.scope())
                                || (isLeader(one.getValue())
                                        && overlap(one.getKey().scope(), key.scope()))));
        Comparator<Map.Entry<AlertKey, OpenAlerts.Held>> first = Comparator.comparing(
                        (Map.Entry<AlertKey, OpenAlerts.Held> one) ->
                                !one.getKey().scope().equals(key.scope()))
                .thenComparing(one -> one.getValue().state().openedAt())
                .thenComparing(one -> one.getValue().alert().getId());
        return told.entrySet().stream()
                .filter(one -> one.getValue().isOpen())
                .filter(one -> one.getKey().scope().equals(key.scope()) || isFresh(one.getValue(), key.detector()))
                .min(first)
                .or(() -> isOfDay(key.detector()) ? explaining(key.scope(), told, first) : Optional.empty())
                .map(one -> one.getValue().alert())
                .map(alert -> alert.getLabels().getOrDefault(PART_OF, alert.getId()))
                .orElse(null);
    }

    private static boolean isLeader(OpenAlerts.Held held) {
        return !held.alert().getLabels().containsKey(PART_OF);
    }

    /** A day's sum is made of all that was told of the day. */
    private boolean isFresh(OpenAlerts.Held held, String detector) {
        if (isOfDay(detector) && Resolution.DAY.bucketOf(held.state().openedAt()) == Resolution.DAY.bucketOf(atMs)) {
            return true;
        }
        return atMs - held.alert().getChangedAt().toEpochMilli() <= SAME_CAUSE_WITHIN.toMillis();
    }

    private static boolean isOfDay(String detector) {
        return detector.equals(Detector.DAILY_ZSCORE.label()) || detector.equals(Detector.DAILY_RATIO.label());
    }

    /** Of what was told of the day, the one with most of its excess, where they have the greater part together. */
    private Optional<Map.Entry<AlertKey, OpenAlerts.Held>> explaining(
            Scope scope, Map<AlertKey, OpenAlerts.Held> told, Comparator<Map.Entry<AlertKey, OpenAlerts.Held>> first) {
        DayExcess excess = excess(scope);
        Map<AlertKey, DayExcess.Told> hours = new HashMap<>();
        told.forEach((key, held) -> hours.put(key, hours(key.scope(), held)));
        if (!excess.isExplainedBy(hours.values())) {
            return Optional.empty();
        }
        return told.entrySet().stream()
                .min(Comparator.comparing(
                                (Map.Entry<AlertKey, OpenAlerts.Held> one) -> -excess.common(hours.get(one.getKey())))
                        .thenComparing(first));
    }

    private DayExcess excess(Scope scope) {
        ScopeView view = series.view(scope, List.of(), 0);
        return DayExcess.of(view, series.baseline(view, quarterHour), quarterHour);
    }

    /** The hours of the day that an alert is of: from the hour before it opened until its cause was clear. */
    private DayExcess.Told hours(Scope scope, OpenAlerts.Held held) {
        LifeCycle.State state = held.state();
        long since = Math.min(held.alert().getPeriodStart().toEpochMilli(), state.openedAt() - Resolution.HOUR_MS);
        long until = atMs;
        if (state.clearSince() != LifeCycle.NEVER) {
            until = state.clearSince();
        } else if (!held.isOpen()) {
            until = state.resolvedAt();
        }
        return new DayExcess.Told(excess(scope), hourOfDay(since), hourOfDay(until + Resolution.HOUR_MS - 1));
    }

    /** Of the day that is judged; 0 before it. */
    private int hourOfDay(long timeMs) {
        long day = Resolution.DAY.startMs(Detectors.dayOf(quarterHour));
        return (int) Math.max(0, Math.floorDiv(timeMs - day, Resolution.HOUR_MS));
    }

    /** Detectors that one cause makes fire together. */
    private static String family(String detector) {
        return switch (Detector.named(detector).orElseThrow()) {
            case DAILY_ZSCORE, DAILY_RATIO, SEASONAL, CONCENTRATION, COST_PER_REQUEST, REQUEST_OUTLIER -> "spend";
            case CACHE_HIT_RATE, ESCALATION_RATE -> "efficiency";
            case RETRY_WASTE -> "retries";
            case UNPRICED_MODEL -> "prices";
            case SILENCE, LATE_SURGE -> "traffic";
        };
    }

    private boolean overlap(Scope one, Scope other) {
        if (one.equals(other) || one.kind() == Scope.Kind.TENANT || other.kind() == Scope.Kind.TENANT) {
            return true;
        }
        long[] common = records().common(one, other);
        return common[0] * COMMON_PARTS >= Math.min(common[1], common[2]);
    }

    private DetectRecords records() {
        if (records == null) {
            records = new DetectRecords(series, tenant, quarterHour);
        }
        return records;
    }

    private String idOf(AlertKey key) {
        return DetectRecords.id(key, Instant.ofEpochMilli(atMs));
    }
}
