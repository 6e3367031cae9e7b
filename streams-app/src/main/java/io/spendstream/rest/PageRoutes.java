package io.spendstream.rest;

import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;

/** What people read: the page at {@code /} and the description at {@code /openapi.json}. */
final class PageRoutes {

    private final Buffer page;
    private final Buffer openApi;
    private final String policy;

    PageRoutes() {
        String html = resource("/spendstream/index.html");
        this.page = Buffer.buffer(html);
        this.openApi = Buffer.buffer(resource("/openapi.json"));
        // Only the page's own script and style run, and it can only ask this server.
        this.policy = "default-src 'none'; connect-src 'self'; script-src " + hashOf(html, "script") + "; style-src "
                + hashOf(html, "style") + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
    }

    void mount(Api api) {
        api.get("/", this::page);
        api.get(
                "/openapi.json",
                ctx -> ctx.response().putHeader("Content-Type", Json.MEDIA_TYPE).end(openApi));
    }

    private void page(RoutingContext ctx) {
        ctx.response()
                .putHeader("Content-Type", "text/html; charset=utf-8")
                .putHeader("Content-Security-Policy", policy)
                .putHeader("Referrer-Policy", "no-referrer")
                .end(page);
    }

    private static String hashOf(String html, String element) {
        String open = "<" + element + ">";
        int from = html.indexOf(open) + open.length();
        String text = html.substring(from, html.indexOf("</" + element + ">", from));
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return "'sha256-" + Base64.getEncoder().encodeToString(hash) + "'";
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    private static String resource(String path) {
        try (InputStream in = PageRoutes.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new IllegalStateException(path + " is missing from the build");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading " + path + " failed", e);
        }
    }
}
