package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.alert.AlertNoteJson;
import io.spendstream.alert.AlertNotes;
import io.spendstream.definition.FieldFault;
import io.spendstream.query.Notes;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Alerts that nobody is to be told of for a while: {@code /v1/silences} and {@code /{id}}. */
final class SilenceRoutes extends KeptRoutes<AlertNote> {

    /** As a record it is smaller than as JSON, and Kafka takes records of a megabyte. */
    private static final int BODY_BYTES_MAX = 512 << 10;

    private final Notes notes;
    private final InstantSource clock;
    private final Bodies bodies;

    SilenceRoutes(RestPorts ports, WorkerExecutor workers, Bodies bodies, Audited audited) {
        super("silence", "/v1/silences", workers, audited);
        this.notes = ports.budgets().notes();
        this.clock = ports.clock();
        this.bodies = bodies.upTo(BODY_BYTES_MAX);
    }

    @Override
    void mount(Api api) {
        super.mount(api);
        on(api, HttpMethod.PUT, "", ctx -> put(ctx, bodies, this::read));
    }

    @Override
    List<AlertNote> list() {
        return notes.silences();
    }

    @Override
    Optional<AlertNote> find(String id) {
        return notes.silences().stream()
                .filter(silence -> silence.getId().equals(id))
                .findFirst();
    }

    @Override
    boolean isFor(AlertNote silence, Caller caller) {
        return Tenancy.isFor(silence, caller);
    }

    @Override
    String id(AlertNote silence) {
        return silence.getId();
    }

    /** It may name several, so it is nobody's; the log has its text. */
    @Override
    String tenant(AlertNote silence) {
        return null;
    }

    @Override
    Buffer json(List<AlertNote> some) {
        return Buffer.buffer(AlertNoteJson.writeSilences(some));
    }

    @Override
    Buffer json(AlertNote silence) {
        return Buffer.buffer(AlertNoteJson.writeSilence(silence));
    }

    @Override
    String audited(AlertNote silence) {
        return AlertNoteJson.writeSilence(silence);
    }

    @Override
    CompletionStage<Void> store(AlertNote silence) {
        return notes.put(silence);
    }

    @Override
    CompletionStage<Void> remove(AlertNote silence) {
        return notes.delete(AlertNoteKind.SILENCE, silence.getId());
    }

    private AlertNote read(String id, String json, Caller caller) {
        AlertNoteJson.Reading reading =
                AlertNoteJson.readSilence(json, id, clock.instant().truncatedTo(ChronoUnit.MILLIS));
        List<FieldFault> faults = new ArrayList<>(reading.faults());
        if (find(id).isEmpty() && notes.silences().size() >= AlertNotes.SILENCES_MAX) {
            faults.add(new FieldFault(
                    "", "there are " + AlertNotes.SILENCES_MAX + " silences already; delete some that are over"));
        }
        if (!faults.isEmpty()) {
            throw Problem.badRequest("This is no valid silence; nothing was changed", Problem.faults(faults))
                    .exception();
        }
        if (!Tenancy.isFor(reading.note(), caller)) {
            throw Problem.forbidden("match.tenant must name tenants of '" + caller.name() + "', which is for "
                            + caller.tenantsInWords() + ", and no other")
                    .exception();
        }
        return reading.note();
    }
}
