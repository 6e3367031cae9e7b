package io.spendstream.alert;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.definition.Faults;
import io.spendstream.definition.FieldFault;
import io.spendstream.definition.JsonFields;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Notes about alerts as JSON: the form of {@code /v1/silences} and of acknowledgements. A field not known is a fault. */
public final class AlertNoteJson {

    /**
     * What was read.
     *
     * @param note only to be used where there are no faults
     */
    public record Reading(AlertNote note, List<FieldFault> faults) {}

    private static final Set<String> ACKNOWLEDGEMENT_FIELDS = Set.of("by", "comment");
    private static final Set<String> SILENCE_FIELDS = Set.of("id", "match", "from", "until", "by", "comment");

    /** The others are missed where they are null. */
    private static final Set<String> DEFAULTED = Set.of("id", "from", "comment");

    private AlertNoteJson() {}

    /** Reads {@code {by, comment}} about an alert. */
    public static Reading readAcknowledgement(String json, Alert alert, Instant now) {
        Faults faults = new Faults();
        JsonNode node = JsonFields.parse(json, faults);
        return new Reading(node == null ? null : new Reader(faults).acknowledgement(node, alert, now), faults.list());
    }

    /**
     * Reads a silence. Without {@code from} it holds from now on.
     *
     * @param id of the address; the text may leave it out or must say the same
     */
    public static Reading readSilence(String json, String id, Instant now) {
        Faults faults = new Faults();
        JsonNode node = JsonFields.parse(json, faults);
        return new Reading(node == null ? null : new Reader(faults).silence(node, id, now), faults.list());
    }

    /** A silence as JSON text. */
    public static String writeSilence(AlertNote silence) {
        return JsonFields.text(silence(silence));
    }

    /** Silences as {@code {"silences": [silence, …]}}. */
    public static String writeSilences(Collection<AlertNote> silences) {
        ObjectNode node = JsonFields.object();
        ArrayNode array = node.putArray("silences");
        silences.forEach(silence -> array.add(silence(silence)));
        return JsonFields.text(node);
    }

    /** An acknowledgement as JSON text. */
    public static String writeAcknowledgement(AlertNote note) {
        return JsonFields.text(JsonFields.object()
                .put("alert", note.getId())
                .put("by", note.getBy())
                .put("at", note.getAt().toString())
                .put("comment", note.getComment()));
    }

    private static ObjectNode silence(AlertNote note) {
        ObjectNode node = JsonFields.object().put("id", note.getId());
        node.set("match", JsonFields.patterns(note.getMatch()));
        return node.put("from", AlertNoteRules.from(note).toString())
                .put("until", note.getUntil().toString())
                .put("by", note.getBy())
                .put("comment", note.getComment());
    }

    private static final class Reader extends JsonFields {

        Reader(Faults faults) {
            super(faults);
        }

        AlertNote acknowledgement(JsonNode node, Alert alert, Instant now) {
            if (!isObject(node, "")) {
                return null;
            }
            refuseUnknown(node, "", ACKNOWLEDGEMENT_FIELDS);
            refuseNull(node, DEFAULTED);
            AlertNote note = note(node, AlertNoteKind.ACKNOWLEDGEMENT, alert.getId(), now);
            note.setOpenedAt(alert.getOpenedAt());
            AlertNoteRules.check(note, faults);
            return note;
        }

        AlertNote silence(JsonNode node, String id, Instant now) {
            if (!isObject(node, "")) {
                return null;
            }
            refuseUnknown(node, "", SILENCE_FIELDS);
            refuseNull(node, DEFAULTED);
            AlertNote note = note(node, AlertNoteKind.SILENCE, nameOf(node, "id", id), now);
            note.setMatch(patterns(node, "match"));
            Instant from = time(node, "", "from");
            note.setFrom(from == null ? now : from);
            note.setUntil(time(node, "", "until"));
            AlertNoteRules.check(note, faults);
            return note;
        }

        private AlertNote note(JsonNode node, AlertNoteKind kind, String id, Instant now) {
            AlertNote note = new AlertNote();
            note.setId(id);
            note.setKind(kind);
            note.setBy(text(node, "", "by"));
            note.setAt(now);
            note.setComment(orElse(text(node, "", "comment"), ""));
            note.setMatch(Map.of());
            return note;
        }
    }
}
