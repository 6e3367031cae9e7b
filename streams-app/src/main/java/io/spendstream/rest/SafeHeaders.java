package io.spendstream.rest;

import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;

/**
 * What every answer says to browsers: it is no page, script or frame unless its route says so, and is not to be kept or
 * read by other sites. There are no CORS headers, so scripts of other sites cannot read answers.
 */
final class SafeHeaders {

    private SafeHeaders() {}

    static void put(HttpServerRequest request) {
        HttpServerResponse response = request.response();
        response.putHeader("X-Content-Type-Options", "nosniff")
                .putHeader("Cache-Control", "no-store")
                .putHeader("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
                .putHeader("Referrer-Policy", "no-referrer")
                .putHeader("X-Frame-Options", "DENY")
                .putHeader("Cross-Origin-Resource-Policy", "same-origin");
        if (request.isSSL()) {
            response.putHeader("Strict-Transport-Security", "max-age=31536000");
        }
    }
}
