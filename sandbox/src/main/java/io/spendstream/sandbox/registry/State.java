package io.spendstream.sandbox.registry;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * All that the registry knows; immutable, a change is a new state.
 *
 * @param schemas canonical Avro JSON by id; never removed, since records in topics carry the ids for ever
 * @param subjects versions by subject, oldest first
 * @param compatibility level by subject; the empty subject is the global level
 */
record State(
        Map<Integer, String> schemas, Map<String, List<Version>> subjects, Map<String, Compatibility> compatibility) {

    /** One version of a subject; a deleted one can still be looked up by who asks for deleted ones. */
    record Version(int number, int schemaId, boolean deleted) {

        Version asDeleted() {
            return new Version(number, schemaId, true);
        }
    }

    static final String GLOBAL = "";
    static final State EMPTY = new State(Map.of(), Map.of(), Map.of());

    State {
        schemas = Collections.unmodifiableMap(new TreeMap<>(schemas));
        subjects = Collections.unmodifiableMap(new TreeMap<>(subjects));
        compatibility = Map.copyOf(compatibility);
    }

    /** The versions of a subject, oldest first; empty where it has none. */
    List<Version> versions(String subject, boolean deletedToo) {
        List<Version> all = subjects.getOrDefault(subject, List.of());
        return deletedToo ? all : all.stream().filter(v -> !v.deleted()).toList();
    }

    Optional<Integer> idOf(String schema) {
        return schemas.entrySet().stream()
                .filter(e -> e.getValue().equals(schema))
                .map(Map.Entry::getKey)
                .findFirst();
    }

    int maxId() {
        return schemas.keySet().stream().reduce(0, Math::max);
    }

    Compatibility levelOf(String subject) {
        Compatibility own = compatibility.get(subject);
        return own != null ? own : compatibility.getOrDefault(GLOBAL, Compatibility.BACKWARD);
    }

    State withVersion(String subject, String schema) {
        Map<Integer, String> more = new TreeMap<>(schemas);
        int id = idOf(schema).orElse(maxId() + 1);
        more.put(id, schema);
        List<Version> versions = new ArrayList<>(versions(subject, true));
        int number = versions.isEmpty() ? 1 : versions.get(versions.size() - 1).number() + 1;
        versions.add(new Version(number, id, false));
        return new State(more, with(subjects, subject, List.copyOf(versions)), compatibility);
    }

    /** A subject without versions is forgotten. */
    State withVersions(String subject, List<Version> versions) {
        return new State(schemas, with(subjects, subject, versions.isEmpty() ? null : versions), compatibility);
    }

    /** @param level null removes the subject's own level */
    State withLevel(String subject, Compatibility level) {
        return new State(schemas, subjects, with(compatibility, subject, level));
    }

    private static <V> Map<String, V> with(Map<String, V> map, String key, V value) {
        Map<String, V> changed = new TreeMap<>(map);
        if (value == null) {
            changed.remove(key);
        } else {
            changed.put(key, value);
        }
        return changed;
    }
}
