package io.spendstream.rest;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What people read: the page at {@code /}, its files at {@code /page/…} and the description at {@code /openapi.json}. All
 * are in memory; a browser asks by ETag whether its copy is still right, so that it never mixes files of two versions.
 */
final class PageRoutes {

    /** Every file of the page; no other can be asked for. */
    private static final List<String> FILES = List.of(
            "alerts.js",
            "api.js",
            "app.js",
            "budgets.js",
            "dom.js",
            "figures.js",
            "format.js",
            "health.js",
            "heat.js",
            "icon.svg",
            "money.js",
            "series.js",
            "state.js",
            "style.css",
            "tables.js",
            "uplot.css",
            "uplot.js",
            "uplot-LICENSE.txt");

    private static final Map<String, String> MEDIA_TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "css", "text/css; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "svg", "image/svg+xml",
            "txt", "text/plain; charset=utf-8");

    /** Only the page's own files run and show, it asks only this server, and nobody puts it into a frame. */
    private static final String POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self';"
            + " connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private static final int ETAG_CHARACTERS = 32;
    private static final JsonMapper MAPPER = new JsonMapper();

    private record Document(Buffer content, String mediaType, String etag) {}

    private final Document page = document("/page/index.html");
    private final Document openApi;
    private final Map<String, Document> files = new LinkedHashMap<>();

    PageRoutes(RestSecurity security) {
        openApi = new Document(Buffer.buffer(description(security)), Json.MEDIA_TYPE, null);
        FILES.forEach(file -> files.put(file, document("/page/" + file)));
    }

    void mount(Api api) {
        api.get("/", ctx -> answer(ctx, page));
        api.get(
                "/openapi.json",
                ctx -> ctx.response()
                        .putHeader("Content-Type", openApi.mediaType())
                        .end(openApi.content()));
        api.on(HttpMethod.GET, "/page/{file}", "/page/:file", this::file);
    }

    private void file(RoutingContext ctx) {
        Document file = files.get(ctx.pathParam("file"));
        if (file == null) {
            throw Problem.notFound("The page has no file of this name").exception();
        }
        answer(ctx, file);
    }

    private static void answer(RoutingContext ctx, Document document) {
        HttpServerResponse response = ctx.response()
                .putHeader("Cache-Control", "no-cache")
                .putHeader("ETag", document.etag())
                .putHeader("Content-Security-Policy", POLICY)
                .putHeader("Referrer-Policy", "no-referrer");
        if (isKnown(ctx.request().getHeader("If-None-Match"), document.etag())) {
            response.setStatusCode(304).end();
        } else {
            response.putHeader("Content-Type", document.mediaType()).end(document.content());
        }
    }

    /** Of several, and also where a proxy that compressed it made it a weak one. */
    private static boolean isKnown(String ifNoneMatch, String etag) {
        return ifNoneMatch != null && (ifNoneMatch.equals("*") || ifNoneMatch.contains(etag));
    }

    private static Document document(String path) {
        byte[] content = resource(path);
        String ending = path.substring(path.lastIndexOf('.') + 1);
        return new Document(Buffer.buffer(content), MEDIA_TYPES.get(ending), '"' + hash(content) + '"');
    }

    private static String hash(byte[] content) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(content);
            return HexFormat.of().formatHex(hash).substring(0, ETAG_CHARACTERS);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** As it is for this instance: what the configuration opens to anyone takes no key. */
    private static byte[] description(RestSecurity security) {
        try {
            ObjectNode description = (ObjectNode) MAPPER.readTree(resource("/openapi.json"));
            if (!security.isOn()) {
                description.remove("security");
            } else if (security.metricsOpen()) {
                ((ObjectNode) description.at("/paths/~1metrics/get")).putArray("security");
            }
            return MAPPER.writeValueAsBytes(description);
        } catch (IOException e) {
            throw new IllegalStateException("/openapi.json is no JSON", e);
        }
    }

    private static byte[] resource(String path) {
        try (InputStream in = PageRoutes.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is missing from the build");
            }
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + path + " failed", e);
        }
    }
}
