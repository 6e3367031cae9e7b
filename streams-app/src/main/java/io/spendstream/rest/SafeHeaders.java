package io.spendstream.rest;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.List;

/**
 * What every answer says to browsers: it is no page, script or frame unless its route says so, and is not to be kept or
 * read by other sites. There are no CORS headers, so scripts of other sites cannot read answers.
 */
final class SafeHeaders {

    /** A header in the form that goes out, so that it is not encoded again with every answer. */
    private record Header(CharSequence name, CharSequence value) {
        static Header of(String name, String value) {
            return new Header(HttpHeaders.createOptimized(name), HttpHeaders.createOptimized(value));
        }
    }

    private static final List<Header> ALWAYS = List.of(
            Header.of("X-Content-Type-Options", "nosniff"),
            Header.of("Cache-Control", "no-store"),
            Header.of("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"),
            Header.of("Referrer-Policy", "no-referrer"),
            Header.of("X-Frame-Options", "DENY"),
            Header.of("Cross-Origin-Resource-Policy", "same-origin"));
    private static final Header ONLY_TLS = Header.of("Strict-Transport-Security", "max-age=31536000");

    private SafeHeaders() {}

    static void put(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        for (int i = 0; i < ALWAYS.size(); i++) {
            put(response, ALWAYS.get(i));
        }
        // Not what a proxy's headers say, which the request would parse for it.
        if (request.connection().isSsl()) {
            put(response, ONLY_TLS);
        }
    }

    private static void put(HttpServerResponse response, Header header) {
        response.putHeader(header.name, header.value);
    }
}
