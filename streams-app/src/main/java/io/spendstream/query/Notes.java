package io.spendstream.query;

import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** What people say about alerts: acknowledgements and silences. Look-ups are in memory and do not block. */
public interface Notes {

    /** Who looks after an alert since it opened. */
    Optional<AlertNote> acknowledgement(Alert alert);

    /** All silences by id, also those that are over or to come. */
    List<AlertNote> silences();

    /**
     * Stores a valid note. Completes when it is stored safely and in force on this instance; fails with
     * {@link IntakeFailure} where it is not stored. May block for a moment; called on a worker.
     */
    CompletionStage<Void> put(AlertNote note);

    /** Takes a note back; as {@link #put}. */
    CompletionStage<Void> delete(AlertNoteKind kind, String id);
}
