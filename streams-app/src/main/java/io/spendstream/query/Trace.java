package io.spendstream.query;

import java.util.Map;

/**
 * The trace that work belongs to, as others are told of it.
 *
 * @param headers of W3C Trace Context, by name: {@code traceparent}, {@code tracestate}; empty where there is no trace
 */
public record Trace(Map<String, String> headers) {

    public static final Trace NONE = new Trace(Map.of());
}
