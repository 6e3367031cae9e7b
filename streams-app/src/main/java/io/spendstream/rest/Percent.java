package io.spendstream.rest;

import io.netty.handler.codec.http.QueryStringDecoder;
import java.nio.charset.StandardCharsets;

/** Percent-encoding as in paths and headers, where a plus is a plus. */
final class Percent {

    private Percent() {}

    /** @throws IllegalArgumentException where an escape is broken */
    static String decode(String encoded) {
        return QueryStringDecoder.decodeComponent(encoded.replace("+", "%2B"), StandardCharsets.UTF_8);
    }
}
