package io.spendstream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** Makes bad input of good input, the same for the same seed. */
public final class Mutations {

    private static final JsonMapper MAPPER = new JsonMapper();
    private static final int CHANGES_MAX = 4;
    private static final byte[] EDGES = {0, 1, 2, 0x7f, (byte) 0x80, (byte) 0xfe, (byte) 0xff, '"', '{', '['};

    /** JSON that stands where something else is meant. */
    private static final List<JsonNode> ODD = Stream.of(
                    "null",
                    "true",
                    "0",
                    "-1",
                    "-0.0",
                    "1e400",
                    "1e-400",
                    "0.1234567890123456789",
                    "9223372036854775807",
                    "9223372036854775808",
                    "-9223372036854775808",
                    "123456789012345678901234567890",
                    "\"\"",
                    "\" \"",
                    "\"\\u0000\"",
                    "\"\\ud800\"",
                    "\"\\n\"",
                    "\"*\"",
                    "\"**[a-\"",
                    "\"\\\\\"",
                    "\"NaN\"",
                    "\"__other__\"",
                    "\"2026-13-45T99:99:99Z\"",
                    "\"-999999999-01-01T00:00:00Z\"",
                    "\"+1000000000-12-31T23:59:59.999999999Z\"",
                    "\"Europe/Nowhere\"",
                    "\"../../etc/passwd\"",
                    "\"" + "x".repeat(100_000) + "\"",
                    "[]",
                    "{}",
                    "[[]]",
                    "{\"\": \"\"}",
                    "[".repeat(400) + "]".repeat(400))
            .map(Mutations::parse)
            .toList();

    private final Random random;

    public Mutations(long seed) {
        random = new Random(seed);
    }

    public int below(int bound) {
        return random.nextInt(bound);
    }

    public <T> T anyOf(List<T> things) {
        return things.get(random.nextInt(things.size()));
    }

    /** A word that is odd wherever it stands. */
    public String word() {
        JsonNode odd = odd();
        return odd.isTextual() ? odd.textValue() : odd.toString();
    }

    /** A copy: what is put into other JSON is changed with it. */
    private JsonNode odd() {
        return anyOf(ODD).deepCopy();
    }

    /** Bytes that were hit a few times: flipped, set, cut out, repeated, put in, or cut off. */
    public byte[] bytes(byte[] good) {
        byte[] bad = good;
        for (int i = random.nextInt(CHANGES_MAX); i >= 0; i--) {
            bad = once(bad);
        }
        return bad;
    }

    private byte[] once(byte[] bytes) {
        int at = random.nextInt(bytes.length + 1);
        int length = Math.min(1 + random.nextInt(8), bytes.length - at);
        byte[] head = Arrays.copyOf(bytes, at);
        byte[] rest = Arrays.copyOfRange(bytes, at, bytes.length);
        switch (random.nextInt(6)) {
            case 0:
                return head;
            case 1:
                return join(head, Arrays.copyOfRange(bytes, at + length, bytes.length));
            case 2:
                return join(join(head, Arrays.copyOf(rest, length)), rest);
            case 3:
                byte[] noise = new byte[1 + random.nextInt(8)];
                random.nextBytes(noise);
                return join(head, join(noise, rest));
            case 4:
                if (rest.length > 0) {
                    rest[0] = EDGES[random.nextInt(EDGES.length)];
                }
                return join(head, rest);
            default:
                if (rest.length > 0) {
                    rest[0] ^= (byte) (1 << random.nextInt(8));
                }
                return join(head, rest);
        }
    }

    private static byte[] join(byte[] head, byte[] rest) {
        byte[] all = Arrays.copyOf(head, head.length + rest.length);
        System.arraycopy(rest, 0, all, head.length, rest.length);
        return all;
    }

    /** JSON with a value that is something else, a field more or a field less; one in four is hit as bytes besides. */
    public byte[] json(String good) {
        JsonNode bad = parse(good);
        for (int i = random.nextInt(CHANGES_MAX); i >= 0; i--) {
            bad = once(bad);
        }
        byte[] bytes = bad.toString().getBytes(StandardCharsets.UTF_8);
        return random.nextInt(4) == 0 ? bytes(bytes) : bytes;
    }

    private JsonNode once(JsonNode root) {
        List<JsonNode> containers = new ArrayList<>();
        collect(root, containers);
        if (containers.isEmpty() || random.nextInt(20) == 0) {
            return odd();
        }
        JsonNode container = anyOf(containers);
        JsonNode odd = odd();
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            int what = random.nextInt(6);
            if (names.isEmpty() || what == 0) {
                object.set(word(), odd);
            } else if (what == 1) {
                object.remove(anyOf(names));
            } else {
                object.set(anyOf(names), odd);
            }
        } else if (container instanceof ArrayNode array) {
            if (array.isEmpty() || random.nextBoolean()) {
                array.add(odd);
            } else {
                array.set(random.nextInt(array.size()), odd);
            }
        }
        return root;
    }

    private static void collect(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> collect(child, containers));
        }
    }

    private static JsonNode parse(String json) {
        try {
            return MAPPER.readTree(json);
        } catch (java.io.IOException e) {
            throw new IllegalArgumentException(json, e);
        }
    }
}
