package io.spendstream.ingest;

import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.UnknownSchemaException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;

/**
 * The writer schemas of usage events, by id; shared by all tasks. While the registry is down, an id that is not known
 * yet is {@link Answer.Waiting}: the registry is asked again with a back-off, and nothing is decided about the event.
 */
public final class WriterSchemas {

    /** What is known of an id. */
    sealed interface Answer {
        record Known(Schema schema) implements Answer {}

        /** No schema of this id, or none that can be parsed. */
        record Unknown(String why) implements Answer {}

        /** The registry does not answer. */
        record Waiting(String why) implements Answer {}
    }

    private static final long BACK_OFF_MS_MIN = 100;
    private static final long BACK_OFF_MS_MAX = 10_000;
    /** Ids that the registry does not know are asked for again after this long, should they have come later. */
    private static final long UNKNOWN_MS = 30_000;

    private static final int UNKNOWN_MAX = 10_000;

    private record UnknownSince(Answer.Unknown answer, long atMs) {}

    private final SchemaRegistry registry;
    private final LongSupplier elapsedMs;
    private final Map<Integer, Answer.Known> known = new ConcurrentHashMap<>();
    /** Oldest first. Guarded by this. */
    private final Map<Integer, UnknownSince> unknown = new LinkedHashMap<>();

    private long backOffMs;
    private long askAgainAtMs = Long.MIN_VALUE;
    private Answer.Waiting lastFailure;

    /** @param elapsedMs a clock for the back-off only; it decides nothing about events */
    public WriterSchemas(SchemaRegistry registry, LongSupplier elapsedMs) {
        this.registry = registry;
        this.elapsedMs = elapsedMs;
    }

    /**
     * Learns every schema registered under a subject, so that a later outage of the registry concerns only new ones.
     *
     * @throws RegistryUnavailableException where the registry does not answer
     */
    public void learn(String subject) {
        registry.versions(subject).forEach(this::parse);
    }

    Answer of(int id) {
        Answer.Known schema = known.get(id);
        return schema == null ? ask(id) : schema;
    }

    /** One question at a time, so that an outage is met by one caller and a flood of new ids is one queue. */
    private synchronized Answer ask(int id) {
        Answer.Known learned = known.get(id);
        if (learned != null) {
            return learned;
        }
        long now = elapsedMs.getAsLong();
        UnknownSince before = unknown.get(id);
        if (before != null && now - before.atMs() < UNKNOWN_MS) {
            return before.answer();
        }
        if (lastFailure != null && now < askAgainAtMs) {
            return lastFailure;
        }
        try {
            Answer answer = parse(id, registry.schemaById(id));
            lastFailure = null;
            return answer;
        } catch (UnknownSchemaException e) {
            lastFailure = null;
            return forget(id, "the registry has no schema of id " + id);
        } catch (RegistryUnavailableException e) {
            backOffMs = lastFailure == null ? BACK_OFF_MS_MIN : Math.min(backOffMs * 2, BACK_OFF_MS_MAX);
            lastFailure = new Answer.Waiting(e.getMessage());
            askAgainAtMs = elapsedMs.getAsLong() + backOffMs;
            return lastFailure;
        }
    }

    private Answer parse(int id, String json) {
        try {
            // A writer's defaults are never used, so wrong ones are no reason to lose its events.
            Answer.Known answer = new Answer.Known(
                    new Schema.Parser().setValidateDefaults(false).parse(json));
            known.put(id, answer);
            return answer;
        } catch (RuntimeException e) {
            // Avro's parser answers some texts with its own exceptions, others with any.
            return forget(id, "the schema of id " + id + " is not Avro: " + e.getMessage());
        }
    }

    private synchronized Answer forget(int id, String why) {
        Answer.Unknown answer = new Answer.Unknown(why);
        unknown.remove(id);
        unknown.put(id, new UnknownSince(answer, elapsedMs.getAsLong()));
        if (unknown.size() > UNKNOWN_MAX) {
            unknown.remove(unknown.keySet().iterator().next());
        }
        return answer;
    }
}
