package io.spendstream.sandbox.registry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** One request, taken apart: the path's decoded parts, the query's parameters and the body. */
final class Request {

    private static final ObjectMapper JSON = new ObjectMapper();
    /** How much of a body that is too large is read, so that its sender gets to read the answer. */
    private static final int DRAINED_BYTES_MAX = 16 * 1024 * 1024;

    final String method;
    private final String path;
    private final List<String> parts;
    private final Map<String, String> query;
    private final byte[] body;

    private Request(String method, String path, String rawQuery, byte[] body) {
        this.method = method;
        this.path = path;
        this.parts = Stream.of(path.split("/"))
                .skip(1)
                .map(part -> decoded(part.replace("+", "%2B")))
                .toList();
        this.query = parameters(rawQuery);
        this.body = body;
    }

    static Request of(HttpExchange exchange) throws IOException {
        byte[] body = read(exchange.getRequestBody());
        return new Request(
                exchange.getRequestMethod(),
                exchange.getRequestURI().getRawPath(),
                exchange.getRequestURI().getRawQuery(),
                body);
    }

    /** Of the path. */
    int size() {
        return parts.size();
    }

    /** A part of the path; empty where it has no such part. */
    String part(int index) {
        return index < parts.size() ? parts.get(index) : "";
    }

    String query(String name, String otherwise) {
        return query.getOrDefault(name, otherwise);
    }

    boolean flag(String name) {
        return query(name, "false").equalsIgnoreCase("true");
    }

    /** The method, which must be one of these. */
    String only(String... methods) {
        if (!Arrays.asList(methods).contains(method)) {
            throw RegistryFault.METHOD_NOT_ALLOWED.with(method + " " + path);
        }
        return method;
    }

    RegistryException unknown() {
        return RegistryFault.UNKNOWN_PATH.with(path);
    }

    JsonNode body() {
        try {
            JsonNode tree = JSON.readTree(body);
            if (tree.isObject()) {
                return tree;
            }
        } catch (IOException e) {
            throw RegistryFault.BAD_REQUEST.with("The body is not JSON: " + e.getMessage());
        }
        throw RegistryFault.BAD_REQUEST.with("The body must be a JSON object");
    }

    /** The Avro schema in the body; what only the real registry can do is refused. */
    String schema(String subject) {
        JsonNode request = body();
        String type = request.path("schemaType").asText("AVRO");
        if (!type.equals("AVRO")) {
            throw RegistryFault.INVALID_SCHEMA.with("the development registry takes only AVRO, not " + type);
        }
        if (!request.path("references").isEmpty()) {
            throw RegistryFault.INVALID_SCHEMA.with(
                    "the development registry does not resolve references; put the types into the schema itself");
        }
        if (request.path("id").asInt(-1) > 0 || request.path("version").asInt(-1) > 0) {
            throw RegistryFault.NOT_IN_IMPORT_MODE.with(subject);
        }
        JsonNode schema = request.path("schema");
        if (!schema.isTextual() || schema.textValue().isBlank()) {
            throw RegistryFault.INVALID_SCHEMA.with("the body needs a field schema with the Avro schema as a string");
        }
        return schema.textValue();
    }

    private static byte[] read(InputStream stream) throws IOException {
        byte[] bytes = stream.readNBytes(DevelopmentRegistry.BODY_BYTES_MAX + 1);
        if (bytes.length <= DevelopmentRegistry.BODY_BYTES_MAX) {
            return bytes;
        }
        byte[] rest = new byte[8192];
        int drained = 0;
        for (int n = stream.read(rest); n >= 0 && drained < DRAINED_BYTES_MAX; n = stream.read(rest)) {
            drained += n;
        }
        throw RegistryFault.BODY_TOO_LARGE.with(DevelopmentRegistry.BODY_BYTES_MAX);
    }

    private static Map<String, String> parameters(String rawQuery) {
        Map<String, String> parameters = new HashMap<>();
        if (rawQuery != null) {
            for (String pair : rawQuery.split("&")) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                parameters.put(decoded(name), equals < 0 ? "true" : decoded(pair.substring(equals + 1)));
            }
        }
        return parameters;
    }

    private static String decoded(String text) {
        try {
            return URLDecoder.decode(text, StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw RegistryFault.BAD_REQUEST.with("'" + text + "' is not a valid part of a URL");
        }
    }
}
