package io.spendstream.runtime;

import io.spendstream.alert.AlertNotes;
import io.spendstream.query.Notes;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.producer.Producer;

/** What people say about alerts, changed by producing to {@code alert-notes}, which every instance reads. */
final class NotesTopic implements Notes, AutoCloseable {

    private final AlertNotes notes;
    private final DefinitionWriter<AlertNote> writer;

    NotesTopic(AlertNotes notes, String topic, Producer<String, AlertNote> producer) {
        this.notes = notes;
        this.writer = new DefinitionWriter<>("note", topic, producer);
    }

    @Override
    public Optional<AlertNote> acknowledgement(Alert alert) {
        return notes.acknowledgement(alert);
    }

    @Override
    public List<AlertNote> silences() {
        return notes.silences();
    }

    @Override
    public CompletionStage<Void> put(AlertNote note) {
        return writer.write(
                AlertNotes.key(note.getKind(), note.getId()),
                note,
                // Or a later one: somebody may say something else at once.
                offset -> notes.get(note.getKind(), note.getId())
                        .filter(now -> now.equals(note) || now.getAt().isAfter(note.getAt()))
                        .isPresent());
    }

    @Override
    public CompletionStage<Void> delete(AlertNoteKind kind, String id) {
        Optional<AlertNote> before = notes.get(kind, id);
        return writer.write(
                AlertNotes.key(kind, id), null, offset -> before.isEmpty() || !before.equals(notes.get(kind, id)));
    }

    @Override
    public void close() {
        writer.close();
    }
}
