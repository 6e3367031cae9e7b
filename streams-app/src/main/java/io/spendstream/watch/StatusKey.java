package io.spendstream.watch;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.List;

/**
 * The key of a status: a JSON array of the budget, its scope and the values of the group. With the scope, so that what is
 * taken back for a scope that a budget had before does not take back what its present one says.
 */
final class StatusKey {

    private static final ObjectMapper JSON = new ObjectMapper();

    private StatusKey() {}

    /** The budget, the scope, and the values of the group. */
    static List<String> parse(String key) {
        try {
            List<String> parts = Arrays.asList(JSON.readValue(key, String[].class));
            if (parts.size() >= 2) {
                return parts;
            }
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("'" + key + "' is not the key of a status", e);
        }
        throw new IllegalArgumentException("'" + key + "' is not the key of a status: it has no budget and scope");
    }

    static String of(String budget, String scope, List<String> group) {
        StringBuilder key = new StringBuilder(96).append('[');
        quote(key, budget);
        quote(key.append(','), scope);
        group.forEach(value -> quote(key.append(','), value));
        return key.append(']').toString();
    }

    /** Neither ids nor valid events hold control characters: the quotation mark and the backslash are all to escape. */
    private static void quote(StringBuilder json, String text) {
        if (text == null) {
            json.append("null");
        } else {
            json.append('"')
                    .append(text.replace("\\", "\\\\").replace("\"", "\\\""))
                    .append('"');
        }
    }
}
