package io.spendstream.alert;

import io.spendstream.budget.Glob;
import io.spendstream.definition.FieldFault;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What people say about alerts: acknowledgements and silences, in memory. One thread writes, any number read. */
public final class AlertNotes {

    /** More are forgotten, the oldest first, as the alerts themselves are. */
    public static final int ACKNOWLEDGEMENTS_MAX = 20_000;
    /** More are refused. */
    public static final int SILENCES_MAX = 1_000;

    private static final String ACKNOWLEDGEMENT = "ack:";
    private static final String SILENCE = "silence:";

    private final Map<String, AlertNote> acknowledgements = new LinkedHashMap<>();
    /** By id, so that of several that match the same one is always named. */
    private final TreeMap<String, AlertNote> silences = new TreeMap<>();

    /** The key of a note's record. */
    public static String key(AlertNoteKind kind, String id) {
        return (kind == AlertNoteKind.SILENCE ? SILENCE : ACKNOWLEDGEMENT) + id;
    }

    /**
     * Takes a record of {@code alert-notes}; a note of null takes back the one before.
     *
     * @throws IllegalArgumentException where it is no valid note, or one too many; nothing is changed then
     */
    public synchronized void put(String key, AlertNote note) {
        if (note == null) {
            acknowledgements.remove(withoutPrefix(key, ACKNOWLEDGEMENT));
            silences.remove(withoutPrefix(key, SILENCE));
            return;
        }
        if (!key.equals(key(note.getKind(), note.getId()))) {
            throw new IllegalArgumentException(
                    "has the key '" + key + "'; it takes '" + key(note.getKind(), note.getId()) + "'");
        }
        List<FieldFault> faults = AlertNoteRules.check(note);
        if (!faults.isEmpty()) {
            throw new IllegalArgumentException(faults.toString());
        }
        if (note.getKind() == AlertNoteKind.SILENCE) {
            putSilence(note);
        } else {
            putAcknowledgement(note);
        }
    }

    private void putSilence(AlertNote note) {
        if (silences.size() == SILENCES_MAX && !silences.containsKey(note.getId())) {
            throw new IllegalArgumentException("there are " + SILENCES_MAX + " silences already; delete some");
        }
        silences.put(note.getId(), note);
    }

    private void putAcknowledgement(AlertNote note) {
        acknowledgements.remove(note.getId());
        acknowledgements.put(note.getId(), note);
        if (acknowledgements.size() > ACKNOWLEDGEMENTS_MAX) {
            acknowledgements.remove(acknowledgements.keySet().iterator().next());
        }
    }

    private static String withoutPrefix(String key, String prefix) {
        return key.startsWith(prefix) ? key.substring(prefix.length()) : "";
    }

    /** A note as it is in force. */
    public synchronized Optional<AlertNote> get(AlertNoteKind kind, String id) {
        return Optional.ofNullable((kind == AlertNoteKind.SILENCE ? silences : acknowledgements).get(id));
    }

    /** All silences by id, also those that are over or to come. */
    public synchronized List<AlertNote> silences() {
        return List.copyOf(silences.values());
    }

    /** Who looks after an alert. One that opened anew since then is looked after by nobody. */
    public Optional<AlertNote> acknowledgement(Alert alert) {
        return get(AlertNoteKind.ACKNOWLEDGEMENT, alert.getId())
                .filter(note -> alert.getOpenedAt().equals(note.getOpenedAt()));
    }

    /** The silence that an alert's last change falls under, by its event time; the first by id where several do. */
    public synchronized Optional<AlertNote> silencing(Alert alert) {
        return silences.values().stream()
                .filter(silence -> covers(silence, alert))
                .findFirst();
    }

    private static boolean covers(AlertNote silence, Alert alert) {
        Instant at = alert.getChangedAt();
        return !at.isBefore(AlertNoteRules.from(silence))
                && at.isBefore(silence.getUntil())
                && silence.getMatch().entrySet().stream()
                        .allMatch(field -> isLikeAny(value(alert, field.getKey()), field.getValue()));
    }

    private static boolean isLikeAny(String value, List<String> patterns) {
        return value != null && patterns.stream().anyMatch(pattern -> Glob.matches(pattern, value));
    }

    private static String value(Alert alert, String field) {
        return switch (field) {
            case "kind" -> alert.getKind();
            case "budget" -> alert.getBudget();
            case "tenant" -> alert.getTenant();
            default -> alert.getScope().get(field);
        };
    }
}
