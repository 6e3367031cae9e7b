package io.spendstream.runtime;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.ConfigException;

/**
 * What values of the configuration may refer to, so that a file of settings can be the same for all instances and hold
 * no secrets: {@code ${env:NAME}}, an environment variable, and {@code ${file:/path}}, the text of a file without the line
 * end after it. What comes in is not looked at for references again. Other forms stay as they are: Kafka's own
 * {@code config.providers} have theirs.
 */
final class References {

    /** More is no secret but the wrong file. */
    static final int FILE_BYTES_MAX = 64 << 10;

    private static final Pattern REFERENCE = Pattern.compile("\\$\\{(env|file):([^}]*)}");

    private final Map<String, String> environment;

    References(Map<String, String> environment) {
        this.environment = environment;
    }

    /**
     * The properties with what they refer to in place of the references.
     *
     * @throws ConfigException where something is not there or too large; names the key and what it refers to, never a
     *     value
     */
    Map<String, String> resolve(Map<String, String> properties) {
        Map<String, String> resolved = new HashMap<>();
        properties.forEach((key, value) -> resolved.put(key, resolve(key, value)));
        return resolved;
    }

    private String resolve(String key, String value) {
        return REFERENCE
                .matcher(value)
                .replaceAll(reference -> Matcher.quoteReplacement(
                        reference.group(1).equals("env")
                                ? variable(key, reference.group(2))
                                : text(key, reference.group(2))));
    }

    private String variable(String key, String name) {
        String value = environment.get(name);
        if (value == null) {
            throw new ConfigException(key + " refers to the environment variable '" + name + "', which is not set");
        }
        return value;
    }

    private static String text(String key, String name) {
        String file = key + " refers to the file '" + name + "', which ";
        try {
            Path path = Path.of(name);
            if (Files.size(path) > FILE_BYTES_MAX) {
                throw new ConfigException(
                        file + "has more than the " + FILE_BYTES_MAX + " bytes that a value may have");
            }
            return Files.readString(path, StandardCharsets.UTF_8).replaceFirst("\\R\\z", "");
        } catch (NoSuchFileException e) {
            throw new ConfigException(file + "is not there");
        } catch (InvalidPathException e) {
            throw new ConfigException(file + "is no path");
        } catch (CharacterCodingException e) {
            throw new ConfigException(file + "is no text in UTF-8");
        } catch (IOException e) {
            throw new ConfigException(file + "cannot be read: " + e.getClass().getSimpleName());
        }
    }
}
