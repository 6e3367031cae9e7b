package io.spendstream.alert;

import static io.spendstream.alert.Notes.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNoteKind;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who is told of a change under silences and acknowledgements. */
class TellingTest {

    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                // state, was, is, acknowledged, silenced: told, names the silence
                "OPEN, -, INFO, false, false, true, false",
                "OPEN, -, CRITICAL, false, true, false, true",
                "ESCALATED, WARNING, CRITICAL, false, true, false, true",
                "ESCALATED, INFO, WARNING, true, false, false, false",
                "ESCALATED, WARNING, CRITICAL, true, false, true, false",
                "ESCALATED, CRITICAL, CRITICAL, true, false, false, false",
                "ESCALATED, WARNING, CRITICAL, true, true, false, true",
                "OPEN, WARNING, WARNING, true, false, false, false",
                "RESOLVED, WARNING, WARNING, false, false, true, false",
                "RESOLVED, WARNING, WARNING, true, false, false, false",
                "RESOLVED, CRITICAL, CRITICAL, true, false, false, false",
                "RESOLVED, WARNING, WARNING, false, true, true, false",
            })
    void a_change_is_told_or_not(
            AlertState state,
            AlertSeverity was,
            AlertSeverity is,
            boolean acknowledged,
            boolean silenced,
            boolean told,
            boolean named) {
        // Given
        AlertNotes notes = new AlertNotes();
        Alert change = Notes.alert(state, is).setNotify(true).build();
        if (acknowledged) {
            notes.put("ack:a1", Notes.acknowledgement(change));
        }
        if (silenced) {
            notes.put("silence:s", Notes.silence("s", NOON, Map.of("tenant", List.of("ac*"))));
        }

        // When
        Alert recorded = Telling.told(change, was, notes);

        // Then
        assertThat(recorded.getNotify()).isEqualTo(told);
        assertThat(recorded.getLabels()).isEqualTo(named ? Map.of("silenced", "s") : Map.of());
        assertThat(Telling.told(Alert.newBuilder(change).setNotify(false).build(), was, notes)
                        .getNotify())
                .as("what is not to be told, nothing makes told")
                .isFalse();
    }

    @Test
    void one_that_becomes_worse_after_a_silence_is_no_longer_silenced() {
        Alert change = Notes.alert(AlertState.ESCALATED, AlertSeverity.WARNING)
                .setLabels(Map.of("silenced", "s", "owner", "ann"))
                .build();

        Alert recorded = Telling.told(change, AlertSeverity.INFO, new AlertNotes());

        assertThat(recorded.getNotify()).isTrue();
        assertThat(recorded.getLabels()).isEqualTo(Map.of("owner", "ann"));
    }

    @Test
    void one_that_opens_anew_is_not_acknowledged() {
        // Given
        AlertNotes notes = new AlertNotes();
        Alert before = Notes.alert(AlertState.OPEN, AlertSeverity.INFO).build();
        notes.put("ack:a1", Notes.acknowledgement(before));
        Alert again = Alert.newBuilder(before).setOpenedAt(NOON.plusSeconds(60)).build();

        // Then
        assertThat(notes.acknowledgement(before)).isPresent();
        assertThat(notes.acknowledgement(again)).isEmpty();
        assertThat(Telling.told(again, null, notes).getNotify()).isTrue();
        notes.put("ack:a1", null);
        assertThat(notes.get(AlertNoteKind.ACKNOWLEDGEMENT, "a1")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        // days since it changed at the last look and at this one
        "0, 1, false",
        "29, 30, true",
        "30, 31, false",
        "28, 31, true",
        "59, 60, true",
        "-1, 0, false",
        "-1, 1, false",
    })
    void what_is_open_is_said_again_every_30_days(int fromDays, int toDays, boolean due) {
        Alert open = Notes.alert(AlertState.OPEN, AlertSeverity.INFO).build();

        assertThat(Telling.isDueAgain(
                        open,
                        NOON.plus(Duration.ofDays(fromDays)).toEpochMilli(),
                        NOON.plus(Duration.ofDays(toDays)).toEpochMilli()))
                .isEqualTo(due);
    }

    @Test
    void what_is_said_again_is_the_same_and_tells_nobody() {
        Alert open = Notes.alert(AlertState.OPEN, AlertSeverity.INFO).build();

        assertThat(Telling.again(open))
                .isEqualTo(Alert.newBuilder(open)
                        .setNotify(false)
                        .setLabels(Map.of("repeated", "true"))
                        .build());
    }
}
