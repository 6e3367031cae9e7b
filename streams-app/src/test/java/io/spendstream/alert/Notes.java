package io.spendstream.alert;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Alerts and notes about them, for tests. */
public final class Notes {

    static final Instant NOON = Instant.parse("2026-11-21T12:00:00Z");

    private Notes() {}

    public static AlertNote acknowledgement(Alert alert) {
        return AlertNote.newBuilder()
                .setId(alert.getId())
                .setKind(AlertNoteKind.ACKNOWLEDGEMENT)
                .setBy("ann")
                .setAt(NOON)
                .setOpenedAt(alert.getOpenedAt())
                .build();
    }

    /** Holds for an hour. */
    public static AlertNote silence(String id, Instant from, Map<String, List<String>> match) {
        return AlertNote.newBuilder()
                .setId(id)
                .setKind(AlertNoteKind.SILENCE)
                .setBy("ann")
                .setAt(from)
                .setMatch(match)
                .setUntil(from.plusSeconds(3_600))
                .build();
    }

    /** About a feature of a tenant. */
    public static Alert.Builder alert(AlertState state, AlertSeverity severity) {
        return Alert.newBuilder()
                .setId("a1")
                .setKind("daily_ratio")
                .setState(state)
                .setSeverity(severity)
                .setTenant("acme")
                .setScope(Map.of("tenant", "acme", "feature", "chat-a"))
                .setValue(1)
                .setOpenedAt(NOON)
                .setChangedAt(NOON)
                .setSummary("Much.");
    }
}
