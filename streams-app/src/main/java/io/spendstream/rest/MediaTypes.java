package io.spendstream.rest;

import io.vertx.core.http.HttpServerRequest;
import java.util.Locale;

/** The form of a request's body. */
final class MediaTypes {

    private MediaTypes() {}

    /** The type without parameters, in lower case. A request that names none is taken for JSON. */
    static String of(HttpServerRequest request) {
        String header = request.getHeader("Content-Type");
        return header == null ? Json.MEDIA_TYPE : header.split(";", 2)[0].trim().toLowerCase(Locale.ROOT);
    }

    /** @throws Problem.ProblemException 415 where the body is said to be something else */
    static void requireJson(HttpServerRequest request) {
        if (!of(request).equals(Json.MEDIA_TYPE)) {
            throw unsupported(of(request), Json.MEDIA_TYPE);
        }
    }

    static Problem.ProblemException unsupported(String type, String... accepted) {
        return Problem.unsupportedMediaType("'" + type + "' is not taken; accepted: " + String.join(", ", accepted))
                .exception();
    }
}
