package io.spendstream.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.spendstream.Usages;
import io.spendstream.usage.Dimension;
import io.spendstream.usage.Meter;
import io.spendstream.usage.UsageRecord;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class EventRulesTest {

    private static final long RECEIVED_MS = Usages.MIDNIGHT_MS;
    private static final long AHEAD_MS = 300_000;
    private static final long AGE_MS = 35 * 86_400_000L;
    private static final long MOST = 1_000_000_000L;

    private final EventRules rules = new EventRules(Horizon.DEFAULT);

    private static UsageRecord event(Consumer<UsageRecord> change) {
        UsageRecord event = Usages.event("chat", "gpt-4o", "ann", RECEIVED_MS);
        change.accept(event);
        return event;
    }

    private static Arguments ok(String what, Consumer<UsageRecord> change) {
        return Arguments.of(what, change, null, null);
    }

    private static Arguments no(String what, Rejection reason, String field, Consumer<UsageRecord> change) {
        return Arguments.of(what, change, reason, field);
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
            tags.put("tag-" + i, "");
        }
        return tags;
    }

    static Stream<Arguments> cases() {
        Stream.Builder<Arguments> rows = Stream.builder();
        rows.add(ok("a plain event", e -> {}));

        // Texts that must be there.
        rows.add(no("no id", Rejection.EMPTY_TEXT, "id", e -> e.id = null));
        rows.add(no("an empty id", Rejection.EMPTY_TEXT, "id", e -> e.id = ""));
        for (Dimension d : new Dimension[] {Dimension.TENANT, Dimension.FEATURE, Dimension.MODEL}) {
            rows.add(no("no " + d.field(), Rejection.EMPTY_TEXT, d.field(), e -> e.dimension(d, null)));
            rows.add(no("an empty " + d.field(), Rejection.EMPTY_TEXT, d.field(), e -> e.dimension(d, "")));
        }

        // Lengths of texts, and control characters.
        rows.add(ok("an id of 256", e -> e.id = "x".repeat(256)));
        rows.add(no("an id of 257", Rejection.TEXT_TOO_LONG, "id", e -> e.id = "x".repeat(257)));
        rows.add(no("a line feed in the id", Rejection.CONTROL_CHARACTER, "id", e -> e.id = "a\nb"));
        rows.add(no("a lone high surrogate in the id", Rejection.UNPAIRED_SURROGATE, "id", e -> e.id = "a\ud83d"));
        rows.add(no("a high and no low one", Rejection.UNPAIRED_SURROGATE, "id", e -> e.id = "\ud83d\ud83d\ude00"));
        rows.add(no("a lone low surrogate", Rejection.UNPAIRED_SURROGATE, "id", e -> e.id = "a\ude00b"));
        rows.add(no("a pair the wrong way round", Rejection.UNPAIRED_SURROGATE, "id", e -> e.id = "\ude00\ud83d"));
        rows.add(ok("a pair of surrogates", e -> e.id = "a\ud83d\ude00b"));
        rows.add(ok("the replacement character", e -> e.id = "a\ufffdb"));
        for (char c : new char[] {0x1f, 0x7f, 0x80, 0x85, 0x9f, 0x2028, 0x2029}) {
            rows.add(no("U+%04X in the id".formatted((int) c), Rejection.CONTROL_CHARACTER, "id", e -> e.id = "a" + c));
        }
        for (String blank : new String[] {" ", "   ", "\u00a0", "\u3000 ", "\u200b", "\ufeff\u2003"}) {
            rows.add(no("only blanks as the id", Rejection.EMPTY_TEXT, "id", e -> e.id = blank));
            rows.add(no("only blanks as the user", Rejection.EMPTY_TEXT, "user", e -> e.user = blank));
            rows.add(no(
                    "only blanks as the team", Rejection.EMPTY_TEXT, "team", e -> e.dimension(Dimension.TEAM, blank)));
        }
        rows.add(ok("a no-break space in the id", e -> e.id = "a\u00a0b"));
        for (Dimension d : Dimension.values()) {
            rows.add(no(
                    "a surrogate in the " + d.field(),
                    Rejection.UNPAIRED_SURROGATE,
                    d.field(),
                    e -> e.dimension(d, "\udfff")));
            rows.add(ok("a " + d.field() + " of 256", e -> e.dimension(d, "中".repeat(256))));
            rows.add(no(
                    "a " + d.field() + " of 257",
                    Rejection.TEXT_TOO_LONG,
                    d.field(),
                    e -> e.dimension(d, "x".repeat(257))));
            rows.add(no(
                    "a zero in the " + d.field(), Rejection.CONTROL_CHARACTER, d.field(), e -> e.dimension(d, "a\0b")));
            // One alone marks an absent value in the cube's keys.
            rows.add(no(
                    "only a U+0001 as the " + d.field(),
                    Rejection.CONTROL_CHARACTER,
                    d.field(),
                    e -> e.dimension(d, "\u0001")));
            rows.add(ok("a blank in the " + d.field(), e -> e.dimension(d, "a b")));
        }
        rows.add(ok("an empty provider", e -> e.dimension(Dimension.PROVIDER, "")));
        addText(rows, "user", (e, text) -> e.user = text);
        addText(rows, "session", (e, text) -> e.session = text);
        addText(rows, "endpoint", (e, text) -> e.endpoint = text);
        addText(rows, "request_id", (e, text) -> e.requestId = text);
        addText(rows, "escalated_from", (e, text) -> e.escalatedFrom = text);

        // Amounts.
        for (Meter m : Meter.values()) {
            if (m != Meter.REASONING_TOKENS) {
                addAmount(rows, m.field(), (e, amount) -> e.meters[m.ordinal()] = amount);
            }
        }
        rows.add(no("negative reasoning", Rejection.NEGATIVE_AMOUNT, "reasoning_tokens", e -> reasoning(e, 5, -1)));
        rows.add(no("much reasoning", Rejection.AMOUNT_TOO_LARGE, "reasoning_tokens", e -> reasoning(e, 5, MOST + 1)));
        rows.add(ok("all output is reasoning", e -> reasoning(e, 5, 5)));
        rows.add(no(
                "more reasoning than output",
                Rejection.REASONING_EXCEEDS_OUTPUT,
                "reasoning_tokens",
                e -> reasoning(e, 5, 6)));
        addAmount(rows, "work_units", (e, amount) -> e.workUnits = amount);
        rows.add(ok("a latency of 0", e -> e.latencyMs = 0));
        rows.add(ok("the longest latency", e -> e.latencyMs = MOST));
        rows.add(no("a longer latency", Rejection.AMOUNT_TOO_LARGE, "latency_ms", e -> e.latencyMs = MOST + 1));
        rows.add(no("a negative latency", Rejection.NEGATIVE_AMOUNT, "latency_ms", e -> e.latencyMs = -2));
        rows.add(no("a latency of -1", Rejection.NEGATIVE_AMOUNT, "latency_ms", e -> e.latencyMs = Long.MIN_VALUE));
        rows.add(ok("the first attempt", e -> e.attempt = 1));
        rows.add(ok("the last attempt", e -> e.attempt = 1_000));
        rows.add(no("attempt 0", Rejection.BAD_ATTEMPT, "attempt", e -> e.attempt = 0));
        rows.add(no("attempt 1001", Rejection.BAD_ATTEMPT, "attempt", e -> e.attempt = 1_001));
        rows.add(no("attempt -1", Rejection.BAD_ATTEMPT, "attempt", e -> e.attempt = Integer.MIN_VALUE));
        rows.add(ok("a quality of 0", e -> e.qualityScore = 0.0));
        rows.add(ok("a quality on any scale", e -> e.qualityScore = -Double.MAX_VALUE));
        rows.add(no("no number", Rejection.NOT_FINITE, "quality_score", e -> e.qualityScore = Double.NaN));
        rows.add(no(
                "an infinite quality",
                Rejection.NOT_FINITE,
                "quality_score",
                e -> e.qualityScore = Double.NEGATIVE_INFINITY));

        // Maps.
        addUnits(rows, "other_units", (e, units) -> e.otherUnits = units);
        addUnits(rows, "prompt_tokens", (e, units) -> e.promptTokens = units);
        rows.add(ok("64 tags", e -> e.tags = tags(64)));
        rows.add(no("65 tags", Rejection.TOO_MANY_ENTRIES, "tags", e -> e.tags = tags(65)));
        rows.add(no("a tag without a name", Rejection.EMPTY_TEXT, "tags", e -> e.tags = Map.of("", "v")));
        rows.add(ok("a tag's name of 256", e -> e.tags = Map.of("x".repeat(256), "v")));
        rows.add(no(
                "a tag's name of 257", Rejection.TEXT_TOO_LONG, "tags", e -> e.tags = Map.of("x".repeat(257), "v")));
        rows.add(no("a tab in a tag's name", Rejection.CONTROL_CHARACTER, "tags", e -> e.tags = Map.of("\t", "v")));
        rows.add(ok("a tag's value of 256", e -> e.tags = Map.of("t", "x".repeat(256))));
        rows.add(no(
                "a tag's value of 257", Rejection.TEXT_TOO_LONG, "tags.t", e -> e.tags = Map.of("t", "x".repeat(257))));
        rows.add(no("a tab in a tag's value", Rejection.CONTROL_CHARACTER, "tags.t", e -> e.tags = Map.of("t", "\t")));

        // Time.
        rows.add(ok("5 minutes ahead", e -> e.timeMs = RECEIVED_MS + AHEAD_MS));
        rows.add(
                no("a millisecond more", Rejection.TIME_IN_FUTURE, "time", e -> e.timeMs = RECEIVED_MS + AHEAD_MS + 1));
        rows.add(ok("35 days ago", e -> e.timeMs = RECEIVED_MS - AGE_MS));
        rows.add(no(
                "a millisecond longer ago", Rejection.TIME_TOO_OLD, "time", e -> e.timeMs = RECEIVED_MS - AGE_MS - 1));
        rows.add(no("1970", Rejection.TIME_TOO_OLD, "time", e -> e.timeMs = 0));
        rows.add(no("the beginning of time", Rejection.TIME_TOO_OLD, "time", e -> e.timeMs = Long.MIN_VALUE));
        rows.add(no("the end of time", Rejection.TIME_IN_FUTURE, "time", e -> e.timeMs = Long.MAX_VALUE));
        return rows.build();
    }

    private static void reasoning(UsageRecord event, long output, long reasoning) {
        event.meters[Meter.OUTPUT_TOKENS.ordinal()] = output;
        event.meters[Meter.REASONING_TOKENS.ordinal()] = reasoning;
    }

    @FunctionalInterface
    private interface Setter<T> {
        void set(UsageRecord event, T value);
    }

    private static void addText(Stream.Builder<Arguments> rows, String field, Setter<String> setter) {
        rows.add(ok("no " + field, e -> setter.set(e, null)));
        rows.add(ok("an empty " + field, e -> setter.set(e, "")));
        rows.add(ok("a " + field + " of 256", e -> setter.set(e, "x".repeat(256))));
        rows.add(no("a " + field + " of 257", Rejection.TEXT_TOO_LONG, field, e -> setter.set(e, "x".repeat(257))));
        rows.add(no("an escape in the " + field, Rejection.CONTROL_CHARACTER, field, e -> setter.set(e, "a\u001bb")));
    }

    private static void addAmount(Stream.Builder<Arguments> rows, String field, Setter<Long> setter) {
        rows.add(ok("no " + field, e -> setter.set(e, 0L)));
        rows.add(ok("the most " + field, e -> setter.set(e, MOST)));
        rows.add(no("more " + field, Rejection.AMOUNT_TOO_LARGE, field, e -> setter.set(e, MOST + 1)));
        rows.add(no("negative " + field, Rejection.NEGATIVE_AMOUNT, field, e -> setter.set(e, -1L)));
        rows.add(no("the least " + field, Rejection.NEGATIVE_AMOUNT, field, e -> setter.set(e, Long.MIN_VALUE)));
    }

    private static void addUnits(Stream.Builder<Arguments> rows, String field, Setter<Map<String, Long>> setter) {
        rows.add(ok("32 " + field, e -> setter.set(e, units(32))));
        rows.add(no("33 " + field, Rejection.TOO_MANY_ENTRIES, field, e -> setter.set(e, units(33))));
        rows.add(ok("a name of 64 in " + field, e -> setter.set(e, Map.of("x".repeat(64), 0L))));
        for (String bad : new String[] {"", "X", "1st", "_x", "a-b", "a b", "é", "x".repeat(65), "input_tokens"}) {
            rows.add(no(
                    "'" + bad + "' in " + field, Rejection.BAD_UNIT_NAME, field, e -> setter.set(e, Map.of(bad, 1L))));
        }
        rows.add(ok("the most of a unit in " + field, e -> setter.set(e, Map.of("u", MOST))));
        rows.add(no(
                "more of a unit in " + field,
                Rejection.AMOUNT_TOO_LARGE,
                field + ".u",
                e -> setter.set(e, Map.of("u", MOST + 1))));
        rows.add(no(
                "less than nothing in " + field,
                Rejection.NEGATIVE_AMOUNT,
                field + ".u",
                e -> setter.set(e, Map.of("u", -1L))));
    }

    @ParameterizedTest(name = "{0}: {2} {3}")
    @MethodSource("cases")
    void anEventIsTakenOrRejectedWithItsReason(
            String what, Consumer<UsageRecord> change, Rejection reason, String field) {
        // When
        Fault fault = rules.check(event(change), RECEIVED_MS);

        // Then
        if (reason == null) {
            assertThat(fault).isNull();
        } else {
            assertThat(fault).isNotNull();
            assertThat(fault.reason()).isEqualTo(reason);
            assertThat(fault.field()).isEqualTo(field);
            assertThat(fault.detail()).isNotEmpty().hasSizeLessThan(500);
            assertThat(fault.toString()).startsWith(field + ": ");
        }
    }

    @Test
    void everyReasonThatRulesCanGiveHasARow() {
        Set<Rejection> ofTheReader = EnumSet.of(
                Rejection.RECORD_TOO_LARGE,
                Rejection.MISSING_KEY,
                Rejection.WIRE_FORMAT,
                Rejection.UNKNOWN_SCHEMA,
                Rejection.INCOMPATIBLE_SCHEMA,
                Rejection.UNDECODABLE);
        Set<Object> inRows = cases().map(row -> row.get()[2]).collect(Collectors.toSet());
        assertThat(inRows).containsAll(EnumSet.complementOf(EnumSet.copyOf(ofTheReader)));
    }

    @Test
    void theCodesAreMetricLabelsAndDoNotChange() {
        assertThat(Arrays.stream(Rejection.values()).map(Rejection::code))
                .containsExactly(
                        "record_too_large",
                        "missing_key",
                        "wire_format",
                        "unknown_schema",
                        "incompatible_schema",
                        "undecodable",
                        "empty_text",
                        "text_too_long",
                        "control_character",
                        "unpaired_surrogate",
                        "negative_amount",
                        "amount_too_large",
                        "reasoning_exceeds_output",
                        "bad_attempt",
                        "not_finite",
                        "too_many_entries",
                        "bad_unit_name",
                        "time_in_future",
                        "time_too_old");
    }

    @ParameterizedTest
    @ValueSource(longs = {0, Long.MAX_VALUE, Long.MAX_VALUE - AHEAD_MS, AGE_MS})
    void noReceivedTimeMakesTheCheckFail(long receivedMs) {
        for (long time : new long[] {Long.MIN_VALUE, -1, 0, receivedMs, Long.MAX_VALUE}) {
            Fault fault = rules.check(event(e -> e.timeMs = time), receivedMs);
            boolean inside = time >= receivedMs - AGE_MS && time - AHEAD_MS <= receivedMs;
            assertThat(fault == null).as("%d received at %d", time, receivedMs).isEqualTo(inside);
        }
    }

    @Test
    void theHorizonIsConfigurable() {
        EventRules wide = new EventRules(new Horizon(Duration.ZERO, Duration.ofDays(3_660)));
        assertThat(wide.check(event(e -> e.timeMs = RECEIVED_MS - 3_660 * 86_400_000L), RECEIVED_MS))
                .isNull();
        assertThat(wide.check(event(e -> e.timeMs = RECEIVED_MS + 1), RECEIVED_MS)
                        .reason())
                .isEqualTo(Rejection.TIME_IN_FUTURE);
        assertThatIllegalArgumentException().isThrownBy(() -> new Horizon(Duration.ofMillis(-1), Duration.ofDays(1)));
        assertThatIllegalArgumentException().isThrownBy(() -> new Horizon(Duration.ZERO, Duration.ZERO));
    }
}
