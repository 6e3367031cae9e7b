package io.spendstream.ingest;

import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.Texts;
import io.spendstream.usage.UsageRecord;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * What a usage event must satisfy to be counted, the same for REST and for the topic. A function of the event and of
 * when it was received, so that a replay judges alike.
 */
public final class EventRules {

    /** Of id, user, session, endpoint, request_id and escalated_from, in characters. */
    public static final int ID_LENGTH_MAX = 256;
    /** Of a dimension's value, a tag's key and a tag's value, in characters. */
    public static final int TEXT_LENGTH_MAX = 256;
    /** Of every count in an event. */
    public static final long AMOUNT_MAX = 1_000_000_000L;

    public static final int ATTEMPT_MAX = 1_000;
    /** Of other_units and prompt_tokens. */
    public static final int UNITS_MAX = 32;

    public static final int TAGS_MAX = 64;

    private static final Pattern UNIT_NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");

    private static final int KNOWN_NAMES = 1 << 12;

    /**
     * Names found to be good, by hash. Names come again and again as the same object, so most need no second look. Read
     * and written by many threads without order: an entry is an immutable object or none.
     */
    private final String[] knownGood = new String[KNOWN_NAMES];

    private final long aheadMs;
    private final long ageMs;

    public EventRules(Horizon horizon) {
        this.aheadMs = horizon.ahead().toMillis();
        this.ageMs = horizon.age().toMillis();
    }

    /**
     * The first thing wrong with an event, or null where it can be counted.
     *
     * @param receivedMs when the event was received, epoch milliseconds, not negative
     */
    public Fault check(UsageRecord event, long receivedMs) {
        Fault fault = checkTexts(event);
        if (fault == null) {
            fault = checkAmounts(event);
        }
        if (fault == null) {
            fault = checkMaps(event);
        }
        return fault == null ? checkTime(event.timeMs, receivedMs) : fault;
    }

    private Fault checkTexts(UsageRecord event) {
        Fault fault = required("id", event.id, ID_LENGTH_MAX);
        for (int i = 0; i < Dimension.COUNT && fault == null; i++) {
            fault = checkDimension(i, event.dimensions[i]);
        }
        fault = fault == null ? optional("user", event.user) : fault;
        fault = fault == null ? optional("session", event.session) : fault;
        fault = fault == null ? optional("endpoint", event.endpoint) : fault;
        fault = fault == null ? optional("request_id", event.requestId) : fault;
        return fault == null ? optional("escalated_from", event.escalatedFrom) : fault;
    }

    private Fault checkDimension(int dimension, String value) {
        boolean needed = dimension <= Dimension.MODEL.ordinal();
        if (value == null || value.isEmpty()) {
            return needed ? required(Dimension.at(dimension).field(), value, TEXT_LENGTH_MAX) : null;
        }
        int slot = value.hashCode() & KNOWN_NAMES - 1;
        if (knownGood[slot] == value) {
            return null;
        }
        Fault fault = name(Dimension.at(dimension).field(), value, TEXT_LENGTH_MAX);
        if (fault == null) {
            knownGood[slot] = value;
        }
        return fault;
    }

    private static Fault checkAmounts(UsageRecord event) {
        for (int i = 0; i < Meter.COUNT; i++) {
            long quantity = event.meters[i];
            if (quantity < 0 || quantity > AMOUNT_MAX) {
                return amount(Meter.at(i).field(), quantity);
            }
        }
        if (event.quantity(Meter.REASONING_TOKENS) > event.quantity(Meter.OUTPUT_TOKENS)) {
            return new Fault(
                    Rejection.REASONING_EXCEEDS_OUTPUT,
                    Meter.REASONING_TOKENS.field(),
                    event.quantity(Meter.REASONING_TOKENS) + " is more than the " + event.quantity(Meter.OUTPUT_TOKENS)
                            + " output_tokens it is a part of");
        }
        if (event.attempt < 1 || event.attempt > ATTEMPT_MAX) {
            return new Fault(Rejection.BAD_ATTEMPT, "attempt", event.attempt + " is not between 1 and " + ATTEMPT_MAX);
        }
        if (event.workUnits < 0 || event.workUnits > AMOUNT_MAX) {
            return amount("work_units", event.workUnits);
        }
        if (event.latencyMs != UsageRecord.NO_LATENCY && (event.latencyMs < 0 || event.latencyMs > AMOUNT_MAX)) {
            return amount("latency_ms", event.latencyMs);
        }
        if (event.qualityScore != null && !Double.isFinite(event.qualityScore)) {
            return new Fault(Rejection.NOT_FINITE, "quality_score", event.qualityScore + " is not a finite number");
        }
        return null;
    }

    private static Fault checkMaps(UsageRecord event) {
        Fault fault = null;
        if (!event.otherUnits.isEmpty()) {
            fault = units("other_units", event.otherUnits);
        }
        if (fault == null && !event.promptTokens.isEmpty()) {
            fault = units("prompt_tokens", event.promptTokens);
        }
        if (fault == null && !event.tags.isEmpty()) {
            fault = tags(event.tags);
        }
        return fault;
    }

    private static Fault units(String field, Map<String, Long> units) {
        if (units.size() > UNITS_MAX) {
            return new Fault(Rejection.TOO_MANY_ENTRIES, field, units.size() + " entries are more than " + UNITS_MAX);
        }
        for (Map.Entry<String, Long> unit : units.entrySet()) {
            if (!UNIT_NAME.matcher(unit.getKey()).matches()
                    || Meter.ofField(unit.getKey()).isPresent()) {
                return new Fault(
                        Rejection.BAD_UNIT_NAME,
                        field,
                        "'" + Texts.shortened(unit.getKey())
                                + "' is not a unit's name: lower-case letters, digits and underscores, from a letter,"
                                + " at most 64, and not the name of a token meter");
            }
            if (unit.getValue() < 0 || unit.getValue() > AMOUNT_MAX) {
                return amount(field + "." + unit.getKey(), unit.getValue());
            }
        }
        return null;
    }

    private static Fault tags(Map<String, String> tags) {
        if (tags.size() > TAGS_MAX) {
            return new Fault(Rejection.TOO_MANY_ENTRIES, "tags", tags.size() + " entries are more than " + TAGS_MAX);
        }
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            Fault fault = required("tags", tag.getKey(), TEXT_LENGTH_MAX);
            fault = fault == null ? text("tags." + tag.getKey(), tag.getValue(), TEXT_LENGTH_MAX) : fault;
            if (fault != null) {
                return fault;
            }
        }
        return null;
    }

    private Fault checkTime(long timeMs, long receivedMs) {
        if (timeMs > receivedMs && timeMs - receivedMs > aheadMs) {
            return new Fault(
                    Rejection.TIME_IN_FUTURE,
                    "time",
                    describe(timeMs) + " is more than " + aheadMs / 1_000 + " s after it was received at "
                            + describe(receivedMs));
        }
        if (timeMs < receivedMs - ageMs) {
            return new Fault(
                    Rejection.TIME_TOO_OLD,
                    "time",
                    describe(timeMs) + " is more than " + ageMs / 86_400_000 + " days before it was received at "
                            + describe(receivedMs));
        }
        return null;
    }

    private static Fault required(String field, String value, int lengthMax) {
        if (value == null || value.isEmpty()) {
            return new Fault(Rejection.EMPTY_TEXT, field, "is missing or empty; it takes a text");
        }
        return name(field, value, lengthMax);
    }

    private static Fault optional(String field, String value) {
        return value == null || value.isEmpty() ? null : name(field, value, ID_LENGTH_MAX);
    }

    /** A text that tells things apart: people could not tell one of blanks from another, nor from none. */
    private static Fault name(String field, String value, int lengthMax) {
        Fault fault = text(field, value, lengthMax);
        return fault == null && isBlank(value)
                ? new Fault(Rejection.EMPTY_TEXT, Texts.shortened(field), "holds nothing but blanks; it takes a text")
                : fault;
    }

    private static boolean isBlank(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (!Character.isSpaceChar(c) && Character.getType(c) != Character.FORMAT) {
                return false;
            }
        }
        return true;
    }

    private static Fault text(String field, String value, int lengthMax) {
        int length = value.length();
        if (length > lengthMax) {
            return new Fault(
                    Rejection.TEXT_TOO_LONG, Texts.shortened(field), length + " characters are more than " + lengthMax);
        }
        int unfit = Texts.firstUnfit(value);
        if (unfit < 0) {
            return null;
        }
        char c = value.charAt(unfit);
        return new Fault(
                Texts.isControl(c) ? Rejection.CONTROL_CHARACTER : Rejection.UNPAIRED_SURROGATE,
                Texts.shortened(field),
                Texts.unfit(c));
    }

    private static Fault amount(String field, long value) {
        return value < 0
                ? new Fault(Rejection.NEGATIVE_AMOUNT, field, value + " is negative; it takes 0 to " + AMOUNT_MAX)
                : new Fault(Rejection.AMOUNT_TOO_LARGE, field, value + " is more than " + AMOUNT_MAX);
    }

    private static String describe(long epochMs) {
        // Instant.ofEpochMilli takes every long, but its year may have many digits; such a time is shown as its number.
        return Math.abs(epochMs) > 253_402_300_799_999L
                ? epochMs + " ms"
                : Instant.ofEpochMilli(epochMs).toString();
    }
}
