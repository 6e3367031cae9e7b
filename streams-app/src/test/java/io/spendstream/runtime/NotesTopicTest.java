package io.spendstream.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.alert.AlertNotes;
import io.spendstream.alert.Notes;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A note is stored when the instance that answers goes by it. */
class NotesTopicTest {

    private final AlertNotes notes = new AlertNotes();
    private final MockProducer<String, AlertNote> producer =
            new MockProducer<>(true, null, new StringSerializer(), (topic, note) -> new byte[0]);
    private final NotesTopic topic = new NotesTopic(notes, "alert-notes", producer);

    @AfterEach
    void close() {
        topic.close();
    }

    @Test
    @Timeout(30)
    void a_silence_is_stored_when_it_is_read_again() throws Exception {
        // Given
        AlertNote silence = Notes.silence("s", Instant.EPOCH, Map.of("kind", List.of("*")));

        // When
        CompletableFuture<Void> stored = topic.put(silence).toCompletableFuture();
        assertThat(stored).isNotDone();
        notes.put(producer.history().get(0).key(), silence);

        // Then
        stored.get(20, TimeUnit.SECONDS);
        assertThat(topic.silences()).containsExactly(silence);

        // When
        CompletableFuture<Void> deleted =
                topic.delete(AlertNoteKind.SILENCE, "s").toCompletableFuture();
        assertThat(deleted).isNotDone();
        assertThat(producer.history().get(1).value()).isNull();
        notes.put(producer.history().get(1).key(), null);

        // Then
        deleted.get(20, TimeUnit.SECONDS);
        assertThat(topic.silences()).isEmpty();
    }

    @Test
    @Timeout(30)
    void what_somebody_else_says_a_moment_later_is_not_waited_for() throws Exception {
        // Given
        AlertNote first = Notes.silence("s", Instant.EPOCH, Map.of("kind", List.of("*")));
        CompletableFuture<Void> stored = topic.put(first).toCompletableFuture();

        // When
        notes.put("silence:s", Notes.silence("s", Instant.EPOCH.plusMillis(1), Map.of("tenant", List.of("*"))));

        // Then
        stored.get(5, TimeUnit.SECONDS);
    }
}
