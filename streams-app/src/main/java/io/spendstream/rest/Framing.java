package io.spendstream.rest;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;

/**
 * What RFC 9112 wants of a request's head and the HTTP codec lets through. Where a proxy and this server could read it
 * differently, one of them would take a part of a body for a request of its own.
 */
final class Framing {

    private Framing() {}

    /** What is wrong with a request, or null. */
    static String fault(HttpServerRequest request) {
        return fault(
                request.version(),
                request.headers().getAll("Host"),
                request.headers().getAll("Transfer-Encoding"));
    }

    /**
     * The same.
     *
     * @param hosts every Host header
     * @param transferEncodings every Transfer-Encoding header
     */
    static String fault(HttpVersion version, List<String> hosts, List<String> transferEncodings) {
        if (version == HttpVersion.HTTP_1_1 && hosts.size() != 1) {
            return hosts.isEmpty() ? "It has no Host header" : "It has " + hosts.size() + " Host headers; it takes one";
        }
        if (transferEncodings.isEmpty()) {
            return null;
        }
        if (version == HttpVersion.HTTP_1_0) {
            return "HTTP/1.0 has no Transfer-Encoding";
        }
        return transferEncodings.size() == 1 && transferEncodings.get(0).trim().equalsIgnoreCase("chunked")
                ? null
                : "Of Transfer-Encoding only 'chunked' is taken, once";
    }
}
