package io.spendstream.format;

import java.util.List;
import java.util.Map;

/**
 * What of an OpenTelemetry span tells usage.
 *
 * @param traceId 32 hexadecimal digits
 * @param spanId 16 hexadecimal digits
 * @param startNanos since 1970; 0 where it is not said
 * @param endNanos since 1970; 0 where it is not said
 * @param failed whether its status is an error
 * @param attributes texts, whole numbers, decimal numbers and truth values by name
 * @param resource attributes of what it came from
 */
record Span(
        String traceId,
        String spanId,
        long startNanos,
        long endNanos,
        boolean failed,
        Map<String, Object> attributes,
        Map<String, Object> resource) {

    /** Adds an attribute. Of a name that comes twice with two values neither is taken: it becomes a list of them. */
    static void put(Map<String, Object> attributes, String name, Object value) {
        attributes.merge(name, value, (first, second) -> first.equals(second) ? first : List.of(first, second));
    }
}
