package io.spendstream.acceptance;

import io.spendstream.v1.UsageEvent;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.Function;

/** Makes a good event bad, in one of all the ways there are, each about as often as the others. */
public final class BadRecords {

    /** One way to be bad, and the reason that a record of it is rejected with. */
    public enum Kind {
        NO_KEY("missing_key"),
        EMPTY_KEY("missing_key"),
        NO_VALUE("wire_format"),
        EMPTY_VALUE("wire_format"),
        SHORT_VALUE("wire_format"),
        WRONG_MAGIC_BYTE("wire_format"),
        JSON("wire_format"),
        NO_AVRO("undecodable"),
        TRUNCATED("undecodable"),
        TRAILING_BYTES("undecodable"),
        UNKNOWN_SCHEMA("unknown_schema"),
        SCHEMA_OF_ANOTHER_RECORD("incompatible_schema"),
        NO_ID("empty_text"),
        NO_TENANT("empty_text"),
        NO_FEATURE("empty_text"),
        NO_MODEL("empty_text"),
        EMPTY_TAG("empty_text"),
        LONG_ID("text_too_long"),
        LONG_FEATURE("text_too_long"),
        LONG_USER("text_too_long"),
        LONG_TAG("text_too_long"),
        CONTROL_CHARACTER_IN_MODEL("control_character"),
        ZERO_BYTE_IN_TEAM("control_character"),
        NEWLINE_IN_TAG("control_character"),
        NEGATIVE_TOKENS("negative_amount"),
        LEAST_LONG("negative_amount"),
        NEGATIVE_LATENCY("negative_amount"),
        NEGATIVE_UNITS("negative_amount"),
        NEGATIVE_WORK("negative_amount"),
        TOO_MANY_TOKENS("amount_too_large"),
        GREATEST_LONG("amount_too_large"),
        TOO_MUCH_WORK("amount_too_large"),
        TOO_MANY_OF_A_UNIT("amount_too_large"),
        MORE_REASONING_THAN_OUTPUT("reasoning_exceeds_output"),
        ATTEMPT_0("bad_attempt"),
        ATTEMPT_1001("bad_attempt"),
        QUALITY_NAN("not_finite"),
        QUALITY_INFINITE("not_finite"),
        TOO_MANY_UNITS("too_many_entries"),
        TOO_MANY_TAGS("too_many_entries"),
        UPPER_CASE_UNIT("bad_unit_name"),
        UNIT_LIKE_A_METER("bad_unit_name"),
        NO_UNIT_NAME("bad_unit_name"),
        FUTURE("time_in_future"),
        FAR_FUTURE("time_in_future"),
        OLD("time_too_old"),
        VERY_OLD("time_too_old");

        final String reason;

        Kind(String reason) {
            this.reason = reason;
        }
    }

    private static final Kind[] KINDS = Kind.values();
    private static final String TOO_LONG = "x".repeat(257);

    private final Random random;
    private final Function<UsageEvent, byte[]> encode;
    private final int otherSchemaId;
    private final Duration age;

    /**
     * @param otherSchemaId of a schema in the registry that is no usage event
     * @param age how old an event may be
     */
    BadRecords(Random random, Function<UsageEvent, byte[]> encode, int otherSchemaId, Duration age) {
        this.random = random;
        this.encode = encode;
        this.otherSchemaId = otherSchemaId;
        this.age = age;
    }

    Delivery of(UsageEvent event, long receivedMs) {
        return of(KINDS[random.nextInt(KINDS.length)], event, receivedMs);
    }

    Delivery of(Kind kind, UsageEvent event, long receivedMs) {
        byte[] good = encode.apply(event);
        byte[] id = event.getId().getBytes(StandardCharsets.UTF_8);
        return switch (kind) {
            case NO_KEY -> new Delivery(null, good, receivedMs);
            case EMPTY_KEY -> new Delivery(new byte[0], good, receivedMs);
            default -> {
                byte[] value = bytes(kind, good, event, receivedMs);
                yield new Delivery(id, value, receivedMs);
            }
        };
    }

    private byte[] bytes(Kind kind, byte[] good, UsageEvent event, long receivedMs) {
        return switch (kind) {
            case NO_VALUE -> null;
            case EMPTY_VALUE -> new byte[0];
            case SHORT_VALUE -> Arrays.copyOf(good, 4);
            case WRONG_MAGIC_BYTE -> with(good, 0, (byte) 1);
            case JSON -> "{\"id\": \"x\"}".getBytes(StandardCharsets.UTF_8);
            case NO_AVRO -> Arrays.copyOf(good, 5);
            case TRUNCATED -> Arrays.copyOf(good, 6 + random.nextInt(good.length - 6));
            case TRAILING_BYTES -> Arrays.copyOf(good, good.length + 1 + random.nextInt(9));
            case UNKNOWN_SCHEMA -> withSchema(good, 1_000_000 + random.nextInt(20));
            case SCHEMA_OF_ANOTHER_RECORD -> withSchema(good, otherSchemaId);
            default -> encode.apply(badEvent(kind, UsageEvent.newBuilder(event), Instant.ofEpochMilli(receivedMs)));
        };
    }

    private UsageEvent badEvent(Kind kind, UsageEvent.Builder event, Instant received) {
        return (switch (kind) {
                    case NO_ID -> event.setId("");
                    case NO_TENANT -> event.setTenant("");
                    case NO_FEATURE -> event.setFeature("");
                    case NO_MODEL -> event.setModel("");
                    case EMPTY_TAG -> event.setTags(Map.of("", "x"));
                    case LONG_ID -> event.setId(TOO_LONG);
                    case LONG_FEATURE -> event.setFeature(TOO_LONG);
                    case LONG_USER -> event.setUser(TOO_LONG);
                    case LONG_TAG -> event.setTags(Map.of("tag", TOO_LONG));
                    case CONTROL_CHARACTER_IN_MODEL -> event.setModel("pl\tain");
                    case ZERO_BYTE_IN_TEAM -> event.setTeam("red\0");
                    case NEWLINE_IN_TAG -> event.setTags(Map.of("tag", "a\nb"));
                    case NEGATIVE_TOKENS -> event.setInputTokens(-1);
                    case LEAST_LONG -> event.setCacheWrite1hTokens(Long.MIN_VALUE);
                    case NEGATIVE_LATENCY -> event.setLatencyMs(-1L);
                    case NEGATIVE_UNITS -> event.setOtherUnits(Map.of("images", -1L));
                    case NEGATIVE_WORK -> event.setWorkUnits(-5);
                    case TOO_MANY_TOKENS -> event.setCacheReadTokens(1_000_000_001L);
                    case GREATEST_LONG -> event.setAudioInputTokens(Long.MAX_VALUE);
                    case TOO_MUCH_WORK -> event.setWorkUnits(1_000_000_001L);
                    case TOO_MANY_OF_A_UNIT -> event.setOtherUnits(Map.of("images", 1_000_000_001L));
                    case MORE_REASONING_THAN_OUTPUT -> event.setReasoningTokens(event.getOutputTokens() + 1);
                    case ATTEMPT_0 -> event.setAttempt(0);
                    case ATTEMPT_1001 -> event.setAttempt(1_001);
                    case QUALITY_NAN -> event.setQualityScore(Double.NaN);
                    case QUALITY_INFINITE -> event.setQualityScore(Double.NEGATIVE_INFINITY);
                    case TOO_MANY_UNITS -> event.setOtherUnits(units(33));
                    case TOO_MANY_TAGS -> event.setTags(tags(65));
                    case UPPER_CASE_UNIT -> event.setOtherUnits(Map.of("Images", 1L));
                    case UNIT_LIKE_A_METER -> event.setOtherUnits(Map.of("output_tokens", 1L));
                    case NO_UNIT_NAME -> event.setOtherUnits(Map.of("", 1L));
                    case FUTURE -> event.setTime(received.plus(Duration.ofMinutes(15)));
                    case FAR_FUTURE -> event.setTime(Instant.ofEpochMilli(Long.MAX_VALUE / 2));
                    case OLD -> event.setTime(received.minus(age).minus(Duration.ofMinutes(15)));
                    case VERY_OLD -> event.setTime(Instant.EPOCH.minusSeconds(1));
                    default -> throw new IllegalArgumentException(kind + " is no fault of an event's fields");
                })
                .build();
    }

    private static Map<String, Long> units(int count) {
        Map<String, Long> units = new HashMap<>();
        for (int i = 0; i < count; i++) {
            units.put("unit_" + i, 1L);
        }
        return units;
    }

    private static Map<String, String> tags(int count) {
        Map<String, String> tags = new HashMap<>();
        for (int i = 0; i < count; i++) {
            tags.put("tag" + i, "x");
        }
        return tags;
    }

    private static byte[] with(byte[] bytes, int at, byte value) {
        byte[] changed = bytes.clone();
        changed[at] = value;
        return changed;
    }

    private static byte[] withSchema(byte[] bytes, int id) {
        byte[] changed = bytes.clone();
        ByteBuffer.wrap(changed, 1, 4).putInt(id);
        return changed;
    }
}
