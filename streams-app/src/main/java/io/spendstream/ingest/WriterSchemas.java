package io.spendstream.ingest;

import io.spendstream.schema.RegistryUnavailableException;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.schema.UnknownSchemaException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.apache.avro.Schema;

/**
 * The writer schemas of usage events, by id; shared by all tasks. While the registry is down, an id that is not known
 * yet is {@link Answer.Waiting}: the registry is asked again with a back-off, and nothing is decided about the event.
 *
 * <p>A registry that takes long to answer holds up nobody for long: those who ask wait for {@value #PATIENCE_MS} ms of
 * every {@value #PATIENCE_EVERY_MS} at most, all questions together, then go on with {@link Answer.Waiting}. A task that
 * waited longer would lose its transaction.
 */
public final class WriterSchemas {

    /** What is known of an id. */
    sealed interface Answer {
        record Known(Schema schema) implements Answer {}

        /** No schema of this id, or none that can be parsed. */
        record Unknown(String why) implements Answer {}

        /** The registry does not answer, or has not yet. */
        record Waiting(String why) implements Answer {}
    }

    private static final long BACK_OFF_MS_MIN = 100;
    private static final long BACK_OFF_MS_MAX = 10_000;
    /** Ids that the registry does not know are asked for again after this long, should they have come later. */
    private static final long UNKNOWN_MS = 30_000;

    private static final int UNKNOWN_MAX = 10_000;

    static final long PATIENCE_MS = 500;
    static final long PATIENCE_EVERY_MS = 5_000;

    private record UnknownSince(Answer.Unknown answer, long atMs) {}

    private record Question(int id, CountDownLatch done) {}

    private final SchemaRegistry registry;
    private final LongSupplier elapsedMs;
    private final Executor asking;
    private final Map<Integer, Answer.Known> known = new ConcurrentHashMap<>();
    /** Oldest first. Guarded by this. */
    private final Map<Integer, UnknownSince> unknown = new LinkedHashMap<>();

    /** Null where none is. Guarded by this, as all below. */
    private Question underWay;

    private RuntimeException unexpected;
    private long backOffMs;
    private long askAgainAtMs = Long.MIN_VALUE;
    private Answer.Waiting lastFailure;
    private long patienceSinceMs;

    /**
     * Asks the registry in the thread of the caller, who waits as long as it takes: for tools.
     *
     * @param elapsedMs a clock for the back-off only; it decides nothing about events
     */
    public WriterSchemas(SchemaRegistry registry, LongSupplier elapsedMs) {
        this(registry, elapsedMs, Runnable::run);
    }

    /**
     * @param elapsedMs a clock for the back-off and for patience only; it decides nothing about events
     * @param asking runs what blocks for as long as the registry takes
     */
    public WriterSchemas(SchemaRegistry registry, LongSupplier elapsedMs, Executor asking) {
        this.registry = registry;
        this.elapsedMs = elapsedMs;
        this.asking = asking;
        this.patienceSinceMs = elapsedMs.getAsLong() - PATIENCE_EVERY_MS;
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

    private Answer ask(int id) {
        while (true) {
            Question question;
            synchronized (this) {
                Answer settled = settled(id);
                if (settled != null) {
                    return settled;
                }
                question = underWay == null ? begin(id) : underWay;
            }
            if (!isAnswered(question)) {
                return new Answer.Waiting(
                        "the schema registry has not answered yet for the schema of id " + question.id());
            }
        }
    }

    /** What is known of an id without a question, or null. */
    private Answer settled(int id) {
        if (unexpected != null) {
            RuntimeException thrown = unexpected;
            unexpected = null;
            throw thrown;
        }
        Answer learned = known.get(id);
        if (learned != null) {
            return learned;
        }
        long now = elapsedMs.getAsLong();
        UnknownSince before = unknown.get(id);
        if (before != null && now - before.atMs() < UNKNOWN_MS) {
            return before.answer();
        }
        return lastFailure != null && now < askAgainAtMs ? lastFailure : null;
    }

    /** One question at a time, so that an outage is met by one question and a flood of new ids is one queue. */
    private Question begin(int id) {
        Question question = new Question(id, new CountDownLatch(1));
        underWay = question;
        asking.execute(() -> fetch(question));
        return question;
    }

    private void fetch(Question question) {
        try {
            String json = registry.schemaById(question.id());
            answered(() -> parse(question.id(), json));
        } catch (UnknownSchemaException e) {
            answered(() -> forget(question.id(), "the registry has no schema of id " + question.id()));
        } catch (RegistryUnavailableException e) {
            failed(e);
        } catch (RuntimeException e) {
            synchronized (this) {
                // For the next who asks: it must stop somebody, or every event would wait for ever.
                unexpected = e;
                underWay = null;
            }
        } finally {
            question.done().countDown();
        }
    }

    private synchronized void answered(Runnable take) {
        lastFailure = null;
        underWay = null;
        take.run();
    }

    private synchronized void failed(RegistryUnavailableException e) {
        backOffMs = lastFailure == null ? BACK_OFF_MS_MIN : Math.min(backOffMs * 2, BACK_OFF_MS_MAX);
        lastFailure = new Answer.Waiting(e.getMessage());
        askAgainAtMs = elapsedMs.getAsLong() + backOffMs;
        underWay = null;
    }

    private boolean isAnswered(Question question) {
        try {
            return question.done().await(patienceMs(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private synchronized long patienceMs() {
        long now = elapsedMs.getAsLong();
        if (now - patienceSinceMs >= PATIENCE_EVERY_MS) {
            patienceSinceMs = now;
        }
        return Math.max(0, patienceSinceMs + PATIENCE_MS - now);
    }

    private void parse(int id, String json) {
        try {
            // A writer's defaults are never used, so wrong ones are no reason to lose its events.
            known.put(
                    id,
                    new Answer.Known(
                            new Schema.Parser().setValidateDefaults(false).parse(json)));
        } catch (RuntimeException e) {
            // Avro's parser answers some texts with its own exceptions, others with any.
            forget(id, "the schema of id " + id + " is not Avro: " + e.getMessage());
        }
    }

    private synchronized void forget(int id, String why) {
        unknown.remove(id);
        unknown.put(id, new UnknownSince(new Answer.Unknown(why), elapsedMs.getAsLong()));
        if (unknown.size() > UNKNOWN_MAX) {
            unknown.remove(unknown.keySet().iterator().next());
        }
    }
}
