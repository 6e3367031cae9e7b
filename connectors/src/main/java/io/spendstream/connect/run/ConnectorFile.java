package io.spendstream.connect.run;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The configuration of a connector in a file of properties.
 *
 * @param name of the connector: the file's key {@code name}
 * @param config every key of the file
 */
public record ConnectorFile(Path file, String name, Map<String, String> config) {

    private static final String NAME = "name";
    private static final String CLASS = "connector.class";

    /** @throws IOException where the file cannot be read, or does not name the connector and its class */
    public static ConnectorFile of(Path file) throws IOException {
        Map<String, String> config = read(file);
        for (String key : new String[] {NAME, CLASS}) {
            if (config.getOrDefault(key, "").isBlank()) {
                throw new IOException(file + ": " + key + " is missing");
            }
        }
        return new ConnectorFile(file, config.get(NAME), config);
    }

    /** With keys that go before those of the file. */
    public ConnectorFile with(Map<String, String> more) {
        Map<String, String> all = new TreeMap<>(config);
        all.putAll(more);
        return new ConnectorFile(file, all.get(NAME), Map.copyOf(all));
    }

    static Map<String, String> read(Path file) throws IOException {
        Properties properties = new Properties();
        try (Reader reader = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
            properties.load(reader);
        } catch (NoSuchFileException e) {
            throw new IOException(file + ": there is no such file", e);
        } catch (IllegalArgumentException e) {
            throw new IOException(file + " is not a file of properties: " + e.getMessage(), e);
        }
        Map<String, String> map = new TreeMap<>();
        properties
                .stringPropertyNames()
                .forEach(key -> map.put(key, properties.getProperty(key).strip()));
        return map;
    }
}
