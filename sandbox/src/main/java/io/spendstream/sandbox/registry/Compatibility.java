package io.spendstream.sandbox.registry;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;

/**
 * Which changes a subject allows. Backward: who has the new schema can read what was written with the earlier ones;
 * forward: the other way round; full: both. Without transitive, only the latest version counts.
 */
enum Compatibility {
    NONE(false, false, false),
    BACKWARD(true, false, false),
    BACKWARD_TRANSITIVE(true, false, true),
    FORWARD(false, true, false),
    FORWARD_TRANSITIVE(false, true, true),
    FULL(true, true, false),
    FULL_TRANSITIVE(true, true, true);

    private final boolean backward;
    private final boolean forward;
    private final boolean transitive;

    Compatibility(boolean backward, boolean forward, boolean transitive) {
        this.backward = backward;
        this.forward = forward;
        this.transitive = transitive;
    }

    static Optional<Compatibility> of(String name) {
        String wanted = name.toUpperCase(Locale.ROOT);
        return Stream.of(values()).filter(c -> c.name().equals(wanted)).findFirst();
    }

    /**
     * What speaks against a new schema; empty where nothing does.
     *
     * @param earlier the subject's versions, oldest first
     */
    List<String> objections(Schema next, List<Schema> earlier) {
        List<Schema> relevant =
                transitive || earlier.isEmpty() ? earlier : earlier.subList(earlier.size() - 1, earlier.size());
        List<String> objections = new ArrayList<>();
        for (Schema previous : relevant) {
            if (backward) {
                objections.addAll(unreadable(next, previous, "the new schema cannot read the earlier one"));
            }
            if (forward) {
                objections.addAll(unreadable(previous, next, "the earlier schema cannot read the new one"));
            }
        }
        return objections;
    }

    private static List<String> unreadable(Schema reader, Schema writer, String what) {
        return SchemaCompatibility.checkReaderWriterCompatibility(reader, writer)
                .getResult()
                .getIncompatibilities()
                .stream()
                .map(i -> what + ": " + i.getType() + " at " + i.getLocation() + ": " + i.getMessage())
                .toList();
    }
}
