package io.spendstream.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The list of what is in the image (CycloneDX, JSON): that of the application's libraries, as the build writes it, and what
 * only the image has: the Java runtime, jemalloc, the system's libraries.
 */
final class Sbom {

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private final ObjectNode document;

    private Sbom(ObjectNode document) {
        this.document = document;
    }

    /**
     * Reads the application's.
     *
     * @throws IOException also where it is no CycloneDX
     */
    static Sbom read(Path file) throws IOException {
        JsonNode read = JSON.readTree(file.toFile());
        if (!read.path("bomFormat").asText().equals("CycloneDX")
                || !read.path("components").isArray()) {
            throw new IOException(file + " is no list of components in CycloneDX's JSON");
        }
        return new Sbom((ObjectNode) read);
    }

    /**
     * Adds a file that is no archive of the application.
     *
     * @param version null where it is not known
     * @param licence an SPDX expression, or null
     * @param purl null where there is none
     * @param where in the image
     * @param content the file; null for something that is more than one
     */
    void add(String name, String version, String licence, String purl, String where, Path content) throws IOException {
        ObjectNode component = ((ArrayNode) document.get("components")).addObject();
        component.put("type", "library").put("bom-ref", purl == null ? where : purl + "#" + where);
        component.put("name", name);
        if (version != null) {
            component.put("version", version);
        }
        if (content != null) {
            component.putArray("hashes").addObject().put("alg", "SHA-256").put("content", sha256(content));
        }
        if (licence != null) {
            component.putArray("licenses").addObject().put("expression", licence);
        }
        if (purl != null) {
            component.put("purl", purl);
        }
        component
                .putArray("properties")
                .addObject()
                .put("name", "spendstream:path")
                .put("value", where);
    }

    /** A line for each component: name, version, licences. */
    List<String> notices() {
        List<String> lines = new ArrayList<>();
        for (JsonNode component : document.get("components")) {
            List<String> licences = new ArrayList<>();
            for (JsonNode choice : component.path("licenses")) {
                JsonNode licence = choice.path("license");
                licences.add(
                        choice.has("expression")
                                ? choice.get("expression").asText()
                                : licence.path("id").asText(licence.path("name").asText()));
            }
            String group = component.path("group").asText("");
            lines.add("%s%s %s: %s"
                    .formatted(
                            group.isEmpty() ? "" : group + ":",
                            component.get("name").asText(),
                            component.path("version").asText("-"),
                            licences.isEmpty() ? "see its own notice" : String.join(", ", licences)));
        }
        return lines.stream().sorted().toList();
    }

    void write(Path to) throws IOException {
        JSON.writeValue(to.toFile(), document);
    }

    static String sha256(Path file) throws IOException {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
