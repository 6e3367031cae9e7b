package io.spendstream.sandbox.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The registry's state in one JSON file. A change is written beside it, forced to disk and moved over it, so that a
 * process killed at any moment leaves the old state or the new one.
 */
final class StateFile {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Path file;

    StateFile(Path file) {
        this.file = file.toAbsolutePath();
    }

    /** The state that was saved last; empty where none was. */
    State load() throws IOException {
        if (!Files.exists(file)) {
            return State.EMPTY;
        }
        try {
            JsonNode root = JSON.readTree(Files.readAllBytes(file));
            Map<Integer, String> schemas = new TreeMap<>();
            root.required("schemas")
                    .properties()
                    .forEach(e -> schemas.put(
                            Integer.valueOf(e.getKey()), e.getValue().textValue()));
            Map<String, List<State.Version>> subjects = new TreeMap<>();
            root.required("subjects").properties().forEach(e -> subjects.put(e.getKey(), versions(e.getValue())));
            Map<String, Compatibility> levels = new TreeMap<>();
            root.required("compatibility")
                    .properties()
                    .forEach(e -> levels.put(
                            e.getKey(), Compatibility.valueOf(e.getValue().textValue())));
            return new State(schemas, subjects, levels);
        } catch (IOException | IllegalArgumentException e) {
            throw new IOException(file + " does not hold the state of a schema registry: " + e.getMessage(), e);
        }
    }

    void save(State state) throws IOException {
        Files.createDirectories(file.getParent());
        Path next = file.resolveSibling(file.getFileName() + ".next");
        try (FileChannel channel = FileChannel.open(
                next, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(json(state)));
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    private static List<State.Version> versions(JsonNode array) {
        List<State.Version> versions = new ArrayList<>();
        array.forEach(v -> versions.add(new State.Version(
                v.required("version").intValue(),
                v.required("id").intValue(),
                v.required("deleted").booleanValue())));
        return List.copyOf(versions);
    }

    private static ObjectNode json(State state) {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode schemas = root.putObject("schemas");
        state.schemas().forEach((id, schema) -> schemas.put(id.toString(), schema));
        ObjectNode subjects = root.putObject("subjects");
        state.subjects().forEach((subject, versions) -> {
            ArrayNode array = subjects.putArray(subject);
            versions.forEach(v -> array.addObject()
                    .put("version", v.number())
                    .put("id", v.schemaId())
                    .put("deleted", v.deleted()));
        });
        ObjectNode levels = root.putObject("compatibility");
        state.compatibility().forEach((subject, level) -> levels.put(subject, level.name()));
        return root;
    }
}
