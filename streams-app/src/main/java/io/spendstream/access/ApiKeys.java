package io.spendstream.access;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The keys that are taken, as a file of JSON lines says: {@code {"id", "sha256", "name", "scopes": […], "tenants": […]}},
 * optionally {@code "expires"} (RFC 3339) and {@code "requests_per_second"}. Empty lines and lines that begin with
 * {@code #} are passed over.
 */
public final class ApiKeys {

    /** In one file. */
    public static final int KEYS_MAX = 10_000;

    public static final int REQUESTS_PER_SECOND_MAX = 1_000_000;
    static final int NAME_LENGTH_MAX = 100;

    public static final ApiKeys NONE = new ApiKeys(Map.of());

    private static final Set<String> FIELDS =
            Set.of("id", "sha256", "name", "scopes", "tenants", "expires", "requests_per_second");
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    /** What a key of an unknown id is compared with, so that it takes as long as one of a known id. */
    private static final byte[] NOBODYS = new byte[32];

    private final Map<String, ApiKey> byId;

    private ApiKeys(Map<String, ApiKey> byId) {
        this.byId = Map.copyOf(byId);
    }

    /** A new key, to be shown once, and its line for the file. */
    public record Created(String key, String line) {}

    /**
     * Makes a key.
     *
     * @throws IllegalArgumentException where the line would not be taken; says why
     */
    public static Created create(
            String name, Collection<Scope> scopes, Collection<String> tenants, Instant expires, SecureRandom random) {
        String key = ApiKey.random(random);
        ObjectNode line = MAPPER.createObjectNode()
                .put("id", ApiKey.idIn(key))
                .put("sha256", HexFormat.of().formatHex(ApiKey.sha256(key.getBytes(StandardCharsets.UTF_8))))
                .put("name", name);
        ArrayNode scopeIds = line.putArray("scopes");
        scopes.stream().sorted().map(Scope::id).forEach(scopeIds::add);
        ArrayNode tenantNames = line.putArray("tenants");
        new TreeSet<>(tenants).forEach(tenantNames::add);
        if (expires != null) {
            line.put("expires", expires.toString());
        }
        read(line, 0);
        return new Created(key, line.toString());
    }

    /**
     * Reads a file.
     *
     * @param requestsPerSecond of keys whose line does not say
     * @throws IllegalArgumentException says which line is wrong and what it takes; never what a hash is
     */
    public static ApiKeys parse(String text, int requestsPerSecond) {
        Map<String, ApiKey> byId = new HashMap<>();
        String[] lines = text.split("\\R", -1);
        for (int i = 0; i < lines.length; i++) {
            String line = lines[i].strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            try {
                ApiKey key = read(MAPPER.readTree(line), requestsPerSecond);
                if (byId.put(key.id(), key) != null) {
                    throw new IllegalArgumentException("has the id '" + key.id() + "' of a line before it");
                }
            } catch (JsonProcessingException e) {
                // Without the parser's words, which quote: somebody may have put the key itself there.
                throw new IllegalArgumentException("line " + (i + 1) + " of the keys is no JSON object; the fault is at"
                        + " character " + e.getLocation().getColumnNr());
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("line " + (i + 1) + " of the keys " + e.getMessage());
            }
        }
        if (byId.size() > KEYS_MAX) {
            throw new IllegalArgumentException(byId.size() + " keys are more than " + KEYS_MAX);
        }
        return new ApiKeys(byId);
    }

    private static ApiKey read(JsonNode line, int requestsPerSecond) {
        if (!line.isObject()) {
            throw new IllegalArgumentException("is no JSON object");
        }
        line.fieldNames().forEachRemaining(field -> {
            if (!FIELDS.contains(field)) {
                throw new IllegalArgumentException(
                        "has a field '" + field + "'; known are " + String.join(", ", new TreeSet<>(FIELDS)));
            }
        });
        String id = text(line, "id");
        if (!ApiKey.ID.matcher(id).matches()) {
            throw new IllegalArgumentException("has an id that does not match " + ApiKey.ID);
        }
        String name = text(line, "name");
        if (name.isBlank() || name.length() > NAME_LENGTH_MAX || name.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException("takes a name of 1 to " + NAME_LENGTH_MAX + " characters");
        }
        return new ApiKey(
                id,
                hash(text(line, "sha256")),
                new Caller(id, name, Caller.Kind.KEY, scopes(line), tenants(line), rate(line, requestsPerSecond)),
                expires(line));
    }

    private static byte[] hash(String hex) {
        if (!hex.matches("[0-9a-f]{64}")) {
            throw new IllegalArgumentException("has a sha256 that is not 64 lower-case hexadecimal digits");
        }
        return HexFormat.of().parseHex(hex);
    }

    private static Set<Scope> scopes(JsonNode line) {
        Set<Scope> scopes = new LinkedHashSet<>();
        for (String id : texts(line, "scopes")) {
            scopes.add(Scope.ofId(id)
                    .orElseThrow(() -> new IllegalArgumentException(
                            "has the scope '" + id + "'; scopes are " + String.join(", ", Scope.ids()))));
        }
        return scopes;
    }

    private static Set<String> tenants(JsonNode line) {
        Set<String> tenants = texts(line, "tenants");
        if (tenants.contains(Caller.ALL) && tenants.size() > 1) {
            throw new IllegalArgumentException("names tenants beside *, which stands for all");
        }
        return tenants;
    }

    private static int rate(JsonNode line, int otherwise) {
        JsonNode rate = line.get("requests_per_second");
        if (rate == null) {
            return otherwise;
        }
        if (!rate.isInt() || rate.intValue() < 1 || rate.intValue() > REQUESTS_PER_SECOND_MAX) {
            throw new IllegalArgumentException(
                    "takes requests_per_second as a whole number from 1 to " + REQUESTS_PER_SECOND_MAX);
        }
        return rate.intValue();
    }

    private static Instant expires(JsonNode line) {
        if (!line.has("expires")) {
            return null;
        }
        try {
            return Instant.parse(text(line, "expires"));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("takes expires as a time such as 2027-01-01T00:00:00Z");
        }
    }

    private static String text(JsonNode line, String field) {
        JsonNode text = line.get(field);
        if (text == null || !text.isTextual()) {
            throw new IllegalArgumentException("needs " + field + ", a text");
        }
        return text.textValue();
    }

    private static Set<String> texts(JsonNode line, String field) {
        JsonNode array = line.get(field);
        Set<String> texts = new LinkedHashSet<>();
        if (array == null || !array.isArray() || array.isEmpty()) {
            throw new IllegalArgumentException("needs " + field + ", an array of at least one text");
        }
        for (JsonNode text : array) {
            if (!text.isTextual() || text.textValue().isEmpty()) {
                throw new IllegalArgumentException("has something in " + field + " that is no text, or an empty one");
            }
            texts.add(text.textValue());
        }
        return texts;
    }

    public int size() {
        return byId.size();
    }

    /** Whether a text has the form of a key, so that it is no token. */
    public static boolean isKey(String text) {
        return text.startsWith(ApiKey.PREFIX);
    }

    /**
     * Who shows a key; empty where it is none of these, or expired. Compares hashes in constant time: how long it takes
     * says nothing about how much of a key was right.
     */
    public Optional<Caller> find(String key, Instant now) {
        String id = ApiKey.idIn(key);
        ApiKey known = id == null ? null : byId.get(id);
        byte[] shown = ApiKey.sha256(key.getBytes(StandardCharsets.UTF_8));
        boolean same = MessageDigest.isEqual(known == null ? NOBODYS : known.sha256(), shown);
        boolean taken = known != null && same && (known.expires() == null || now.isBefore(known.expires()));
        return taken ? Optional.of(known.caller()) : Optional.empty();
    }
}
