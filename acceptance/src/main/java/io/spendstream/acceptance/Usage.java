package io.spendstream.acceptance;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.generic.GenericRecord;

/** A usage event as the oracle reads it: the Avro record, by the names of its fields. */
final class Usage {

    /** Tokens that are billed, in the words of the contract: each a field of the event and a meter of rate cards. */
    static final List<String> METERS = List.of(
            "input_tokens",
            "output_tokens",
            "cache_read_tokens",
            "cache_write_5m_tokens",
            "cache_write_1h_tokens",
            "audio_input_tokens",
            "audio_output_tokens",
            "reasoning_tokens");

    private final GenericRecord record;

    Usage(GenericRecord record) {
        this.record = record;
    }

    String id() {
        return text("id");
    }

    long timeMs() {
        return number("time");
    }

    /** A text or symbol; null where the event does not say. */
    String text(String field) {
        Object value = record.get(field);
        return value == null ? null : value.toString();
    }

    long number(String field) {
        return ((Number) record.get(field)).longValue();
    }

    /** A number, or null where the event does not say. */
    Number numberOrNull(String field) {
        return (Number) record.get(field);
    }

    boolean responseCached() {
        return (Boolean) record.get("response_cached");
    }

    Map<String, Long> numbers(String field) {
        Map<String, Long> numbers = new HashMap<>();
        ((Map<?, ?>) record.get(field)).forEach((name, value) -> numbers.put(name.toString(), (Long) value));
        return numbers;
    }

    Map<String, String> texts(String field) {
        Map<String, String> texts = new HashMap<>();
        ((Map<?, ?>) record.get(field)).forEach((name, value) -> texts.put(name.toString(), value.toString()));
        return texts;
    }

    /** What a query can group and filter by: a field, or {@code tags.<key>}. */
    String dimension(String name) {
        return name.startsWith("tags.") ? texts("tags").get(name.substring("tags.".length())) : text(name);
    }
}
