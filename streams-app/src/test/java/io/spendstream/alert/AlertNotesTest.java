package io.spendstream.alert;

import static io.spendstream.alert.Notes.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.spendstream.definition.FieldFault;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import io.spendstream.v1.AlertSeverity;
import io.spendstream.v1.AlertState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What people say about alerts: what it covers, and what is refused. */
class AlertNotesTest {

    private final AlertNotes notes = new AlertNotes();

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                // {match, seconds after the silence begins} | covered
                "{'kind': ['daily_*', 'seasonal']} | 0 | true",
                "{'kind': ['seasonal']} | 0 | false",
                "{'tenant': ['acme'], 'feature': ['chat*']} | 0 | true",
                "{'tenant': ['acme'], 'feature': ['search']} | 0 | false",
                "{'tenant': ['acme'], 'model': ['*']} | 0 | false",
                "{'budget': ['*']} | 0 | false",
                "{'kind': ['*']} | 3599 | true",
                "{'kind': ['*']} | 3600 | false",
                "{'kind': ['*']} | -1 | false",
            })
    void a_silence_covers_changes_in_its_time_that_all_of_its_fields_match(String match, int seconds, boolean covered) {
        // Given
        AlertNoteJson.Reading reading = AlertNoteJson.readSilence(
                ("{'match': " + match + ", 'until': '" + NOON.plusSeconds(3_600) + "', 'by': 'ann'}")
                        .replace('\'', '"'),
                "s",
                NOON);
        assertThat(reading.faults()).isEmpty();
        notes.put("silence:s", reading.note());

        // When
        Alert alert = Notes.alert(AlertState.OPEN, AlertSeverity.INFO)
                .setChangedAt(NOON.plusSeconds(seconds))
                .build();

        // Then
        assertThat(notes.silencing(alert).isPresent()).isEqualTo(covered);
    }

    @Test
    void of_several_silences_the_first_by_id_is_named() {
        notes.put("silence:b", Notes.silence("b", NOON, Map.of("kind", List.of("*"))));
        notes.put("silence:a", Notes.silence("a", NOON, Map.of("kind", List.of("*"))));

        assertThat(notes.silencing(
                        Notes.alert(AlertState.OPEN, AlertSeverity.INFO).build()))
                .hasValueSatisfying(silence -> assertThat(silence.getId()).isEqualTo("a"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{} | by match until",
                "{'by': '', 'match': {}, 'until': 'soon'} | until by match",
                "{'by': 'ann', 'match': {'colour': ['red'], 'kind': []}, 'until': '2026-11-21T13:00:00Z'}"
                        + " | match.colour match.kind",
                "{'by': 'ann', 'match': {'kind': ['********* ']}, 'until': '2026-11-21T12:00:00Z'} | match.kind[0] until",
                "{'by': 'ann', 'match': {'kind': ['*']}, 'until': '2027-11-22T12:00:01Z'} | until",
                "{'by': 'ann', 'match': {'kind': ['*']}, 'from': '2026-11-21T14:00:00Z', 'until': '2026-11-21T13:00:00Z'}"
                        + " | until",
                "{'by': 1, 'id': 'other', 'comment': [], 'forever': true, 'until': '2026-11-21T13:00:00Z', 'match': []}"
                        + " | forever by comment id match",
                "{'by': 'ann', 'match': {'kind': ['*']}, 'from': '+999999999-01-01T00:00:00Z',"
                        + " 'until': '+999999999-01-02T00:00:00Z'} | from until",
                "{'by': null, 'id': null, 'comment': null, 'from': null, 'until': '2026-11-21T13:00:00Z', 'match': {'kind': ['*']}}"
                        + " | by id comment from",
                "[] | ''",
            })
    void everything_that_is_wrong_with_a_silence_is_named_at_once(String json, String fields) {
        List<FieldFault> faults =
                AlertNoteJson.readSilence(json.replace('\'', '"'), "s", NOON).faults();

        assertThat(faults.stream().map(FieldFault::field)).containsExactlyInAnyOrder(fields.split(" "));
    }

    @Test
    void a_record_that_is_no_note_changes_nothing() {
        // Given
        AlertNote silence = Notes.silence("s", NOON, Map.of("kind", List.of("*")));
        notes.put("silence:s", silence);

        // Then
        assertThatThrownBy(() -> notes.put("silence:other", silence)).hasMessageContaining("it takes 'silence:s'");
        assertThatThrownBy(() -> notes.put(
                        "silence:s",
                        AlertNote.newBuilder(silence).setUntil(null).build()))
                .hasMessageContaining("until");
        assertThat(notes.silences()).containsExactly(silence);
    }

    @Test
    void memory_is_bounded() {
        for (int i = 0; i < AlertNotes.SILENCES_MAX; i++) {
            notes.put("silence:" + i, Notes.silence("" + i, NOON, Map.of("kind", List.of("*"))));
        }
        Alert.Builder alert = Notes.alert(AlertState.OPEN, AlertSeverity.INFO);
        for (int i = 0; i <= AlertNotes.ACKNOWLEDGEMENTS_MAX; i++) {
            notes.put("ack:" + i, Notes.acknowledgement(alert.setId("" + i).build()));
        }

        assertThatThrownBy(() -> notes.put("silence:x", Notes.silence("x", NOON, Map.of("kind", List.of("*")))))
                .hasMessageContaining("1000");
        notes.put("silence:7", Notes.silence("7", NOON, Map.of("tenant", List.of("*"))));
        assertThat(notes.get(AlertNoteKind.ACKNOWLEDGEMENT, "0")).isEmpty();
        assertThat(notes.get(AlertNoteKind.ACKNOWLEDGEMENT, "1")).isPresent();
    }
}
