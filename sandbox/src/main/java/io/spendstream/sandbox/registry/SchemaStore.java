package io.spendstream.sandbox.registry;

import java.io.IOException;
import java.util.List;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.apache.avro.Schema;

/**
 * The registry's rules. Every change is on disk before it is seen or answered. Safe for use by several threads; each
 * method throws {@link RegistryException} with the fault of a request that cannot be served.
 */
final class SchemaStore {

    /** A schema as one version of a subject. */
    record Registered(String subject, int version, int id, String schema) {}

    static final int SCHEMAS_MAX = 10_000;
    private static final int SUBJECT_LENGTH_MAX = 255;

    private final StateFile file;
    private volatile State state;

    SchemaStore(StateFile file) throws IOException {
        this.file = file;
        this.state = file.load();
    }

    /** The id of a schema under a subject, as a new version where it is not one already. */
    synchronized int register(String subject, String text) {
        checkSubject(subject);
        Schema next = parse(text);
        String canonical = next.toString();
        for (State.Version version : state.versions(subject, false)) {
            if (state.schemas().get(version.schemaId()).equals(canonical)) {
                return version.schemaId();
            }
        }
        List<String> objections = objections(subject, next, state.versions(subject, false));
        if (!objections.isEmpty()) {
            throw RegistryFault.INCOMPATIBLE.with(subject, objections);
        }
        if (state.schemas().size() >= SCHEMAS_MAX) {
            throw RegistryFault.FULL.with(SCHEMAS_MAX);
        }
        change(state.withVersion(subject, canonical));
        return state.idOf(canonical).orElseThrow();
    }

    /** Which version of a subject a schema is. */
    Registered find(String subject, String text, boolean deletedToo) {
        State now = state;
        String canonical = parse(text).toString();
        List<State.Version> versions = existing(now, subject, deletedToo);
        for (int i = versions.size() - 1; i >= 0; i--) {
            Registered candidate = registered(now, subject, versions.get(i));
            if (candidate.schema().equals(canonical)) {
                return candidate;
            }
        }
        throw RegistryFault.SCHEMA_NOT_FOUND.with("");
    }

    String schema(int id) {
        String schema = state.schemas().get(id);
        if (schema == null) {
            throw RegistryFault.SCHEMA_NOT_FOUND.with(id + " ");
        }
        return schema;
    }

    int maxId() {
        return state.maxId();
    }

    /** Every version of every subject that an id has. */
    List<Registered> usesOf(int id, boolean deletedToo) {
        State now = state;
        schema(id);
        return now.subjects().keySet().stream()
                .flatMap(subject -> now.versions(subject, deletedToo).stream()
                        .filter(v -> v.schemaId() == id)
                        .map(v -> registered(now, subject, v)))
                .toList();
    }

    List<String> subjects(String prefix, boolean deletedToo) {
        State now = state;
        return now.subjects().keySet().stream()
                .filter(s ->
                        s.startsWith(prefix) && !now.versions(s, deletedToo).isEmpty())
                .toList();
    }

    List<Integer> versions(String subject, boolean deletedToo) {
        return existing(state, subject, deletedToo).stream()
                .map(State.Version::number)
                .toList();
    }

    /** @param version a number, or {@code latest} */
    Registered version(String subject, String version, boolean deletedToo) {
        State now = state;
        return registered(now, subject, version(existing(now, subject, deletedToo), version));
    }

    /** Hides all versions of a subject or, where they are hidden already and it is permanent, removes them. */
    synchronized List<Integer> deleteSubject(String subject, boolean permanent) {
        List<State.Version> all = existing(state, subject, true);
        List<State.Version> live = state.versions(subject, false);
        if (permanent && !live.isEmpty()) {
            throw RegistryFault.SUBJECT_NOT_SOFT_DELETED.with(subject);
        }
        if (!permanent && live.isEmpty()) {
            throw RegistryFault.SUBJECT_SOFT_DELETED.with(subject);
        }
        change(state.withVersions(
                subject,
                permanent
                        ? List.of()
                        : all.stream().map(State.Version::asDeleted).toList()));
        return (permanent ? all : live).stream().map(State.Version::number).toList();
    }

    synchronized int deleteVersion(String subject, String version, boolean permanent) {
        List<State.Version> all = existing(state, subject, true);
        List<State.Version> candidates = version.equals("latest") && !permanent ? existing(state, subject, false) : all;
        State.Version target = version(candidates, version);
        if (permanent && !target.deleted()) {
            throw RegistryFault.VERSION_NOT_SOFT_DELETED.with(subject, target.number());
        }
        if (!permanent && target.deleted()) {
            throw RegistryFault.VERSION_SOFT_DELETED.with(subject, target.number());
        }
        Predicate<State.Version> isTarget = v -> v.number() == target.number();
        Stream<State.Version> kept = permanent
                ? all.stream().filter(isTarget.negate())
                : all.stream().map(v -> isTarget.test(v) ? v.asDeleted() : v);
        change(state.withVersions(subject, kept.toList()));
        return target.number();
    }

    /** The level that holds for a subject, its own or the global one. */
    Compatibility level(String subject) {
        return state.levelOf(subject);
    }

    boolean hasOwnLevel(String subject) {
        return state.compatibility().containsKey(subject);
    }

    synchronized void setLevel(String subject, Compatibility level) {
        if (!subject.equals(State.GLOBAL)) {
            checkSubject(subject);
        }
        change(state.withLevel(subject, level));
    }

    synchronized void removeLevel(String subject) {
        change(state.withLevel(subject, null));
    }

    /** What speaks against a schema as the next version of a subject; nothing does where the subject is new. */
    List<String> objections(String subject, String text) {
        return objections(subject, parse(text), state.versions(subject, false));
    }

    /** What speaks against a schema as the successor of one version. */
    List<String> objections(String subject, String text, String version) {
        return objections(subject, parse(text), List.of(version(existing(state, subject, false), version)));
    }

    private List<String> objections(String subject, Schema next, List<State.Version> versions) {
        List<Schema> earlier =
                versions.stream().map(v -> parse(schema(v.schemaId()))).toList();
        return state.levelOf(subject).objections(next, earlier);
    }

    private void change(State next) {
        try {
            file.save(next);
        } catch (IOException e) {
            throw RegistryFault.BACKEND.with("the change could not be saved: " + e);
        }
        state = next;
    }

    private static Registered registered(State state, String subject, State.Version version) {
        return new Registered(
                subject, version.number(), version.schemaId(), state.schemas().get(version.schemaId()));
    }

    private static List<State.Version> existing(State state, String subject, boolean deletedToo) {
        List<State.Version> versions = state.versions(subject, deletedToo);
        if (versions.isEmpty()) {
            throw RegistryFault.SUBJECT_NOT_FOUND.with(subject);
        }
        return versions;
    }

    private static State.Version version(List<State.Version> versions, String wanted) {
        if (wanted.equals("latest") || wanted.equals("-1")) {
            return versions.get(versions.size() - 1);
        }
        int number;
        try {
            number = Integer.parseInt(wanted);
        } catch (NumberFormatException e) {
            throw RegistryFault.INVALID_VERSION.with(wanted);
        }
        if (number < 1) {
            throw RegistryFault.INVALID_VERSION.with(wanted);
        }
        return versions.stream()
                .filter(v -> v.number() == number)
                .findFirst()
                .orElseThrow(() -> RegistryFault.VERSION_NOT_FOUND.with(number));
    }

    private static void checkSubject(String subject) {
        if (subject.isBlank()
                || subject.length() > SUBJECT_LENGTH_MAX
                || subject.chars().anyMatch(Character::isISOControl)) {
            throw RegistryFault.INVALID_SUBJECT.with(subject);
        }
    }

    private static Schema parse(String text) {
        try {
            return new Schema.Parser().parse(text);
        } catch (RuntimeException e) {
            // The parser has no one exception for a bad text: a type that is not defined is a NullPointerException.
            throw RegistryFault.INVALID_SCHEMA.with(e.getMessage());
        }
    }
}
