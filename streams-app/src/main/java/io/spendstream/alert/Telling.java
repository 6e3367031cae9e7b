package io.spendstream.alert;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether people are told of an alert's change: what silences and acknowledgements make of it, the same for budgets and
 * detectors. Silences hold by the event time of the change.
 */
public final class Telling {

    /** The label that names the silence. */
    public static final String SILENCED = "silenced";
    /** The label of a record that says again what is open. */
    public static final String REPEATED = "repeated";

    /** Thrice as often as the topics of alerts forget, so that one may be missed. */
    static final Duration REPEATED_EVERY = Duration.ofDays(30);

    private Telling() {}

    /**
     * A change as it is recorded. One that opens or becomes worse under a silence says which, and notifies nobody; nor does
     * one of an alert that somebody looks after, unless it becomes critical.
     *
     * @param change as it would be told
     * @param before how urgent it was; null where it opens
     */
    public static Alert told(Alert change, AlertSeverity before, AlertNotes notes) {
        if (change.getState() == AlertState.RESOLVED) {
            return notes.acknowledgement(change).isPresent() ? with(change, false, change.getLabels()) : change;
        }
        Map<String, String> labels = new HashMap<>(change.getLabels());
        labels.remove(SILENCED);
        notes.silencing(change).ifPresent(silence -> labels.put(SILENCED, silence.getId()));
        boolean becomesCritical = change.getSeverity() == AlertSeverity.CRITICAL && before != AlertSeverity.CRITICAL;
        boolean quiet = labels.containsKey(SILENCED)
                || (!becomesCritical && notes.acknowledgement(change).isPresent());
        return with(change, change.getNotify() && !quiet, labels);
    }

    /**
     * Whether an open alert is to be said again, so that the topic holds it for as long as it is open: every 30 days since
     * it changed.
     *
     * @param fromMs event time of the last look (exclusive)
     * @param toMs event time of this look
     */
    public static boolean isDueAgain(Alert open, long fromMs, long toMs) {
        long every = REPEATED_EVERY.toMillis();
        long changedAt = open.getChangedAt().toEpochMilli();
        return toMs - changedAt >= every
                && Math.floorDiv(toMs - changedAt, every) > Math.floorDiv(fromMs - changedAt, every);
    }

    /** An open alert, said again: nobody is told. */
    public static Alert again(Alert open) {
        Map<String, String> labels = new HashMap<>(open.getLabels());
        labels.put(REPEATED, "true");
        return with(open, false, labels);
    }

    private static Alert with(Alert alert, boolean notify, Map<String, String> labels) {
        return Alert.newBuilder(alert).setNotify(notify).setLabels(labels).build();
    }
}
