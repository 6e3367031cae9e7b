package io.spendstream.image;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/**
 * An image as {@code docker save} and Jib write it: a tar of layers, which are tars themselves, the configuration and a
 * manifest.
 *
 * @param tags names with tags
 * @param config the image's configuration, as the OCI defines it
 * @param layers the names of layers in the file, the lowest first
 */
public record ImageArchive(Path file, List<String> tags, JsonNode config, List<String> layers) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Something in a layer. */
    public interface Visitor {

        /** @param content of a file; nothing for others */
        void entry(String layer, TarArchiveEntry entry, InputStream content) throws IOException;
    }

    /**
     * Reads what the file says of itself.
     *
     * @throws IOException also where it is no image, or one of several
     */
    public static ImageArchive read(Path file) throws IOException {
        Map<String, JsonNode> documents = new HashMap<>();
        try (TarArchiveInputStream in = open(file)) {
            for (TarArchiveEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (entry.getName().endsWith(".json")) {
                    documents.put(entry.getName(), JSON.readTree(in.readAllBytes()));
                }
            }
        }
        JsonNode manifest = documents.get("manifest.json");
        if (manifest == null || manifest.size() != 1) {
            throw new IOException(file + " does not hold one image: " + manifest);
        }
        return new ImageArchive(
                file,
                texts(manifest.get(0).get("RepoTags")),
                documents.get(manifest.get(0).get("Config").asText()),
                texts(manifest.get(0).get("Layers")));
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }

    private static TarArchiveInputStream open(Path file) throws IOException {
        return new TarArchiveInputStream(Files.newInputStream(file));
    }

    /** What is in all layers, in the order of the file; the same path may come more than once. */
    public void visit(Visitor visitor) throws IOException {
        try (TarArchiveInputStream in = open(file)) {
            for (TarArchiveEntry part = in.getNextEntry(); part != null; part = in.getNextEntry()) {
                if (layers.contains(part.getName())) {
                    // Closing it would close the whole file.
                    TarArchiveInputStream layer = new TarArchiveInputStream(new GZIPInputStream(in));
                    for (TarArchiveEntry entry = layer.getNextEntry(); entry != null; entry = layer.getNextEntry()) {
                        visitor.entry(part.getName(), entry, layer);
                    }
                }
            }
        }
    }

    /**
     * Writes the files of all layers into an empty directory, with their times and rights; their owners too, where the caller
     * may.
     *
     * @throws IOException also for what is neither a file nor a directory
     */
    public void unpack(Path root, boolean owners) throws IOException {
        Files.createDirectories(root);
        visit((layer, entry, content) -> {
            Path to = root.resolve(entry.getName()).normalize();
            if (!to.startsWith(root)) {
                throw new IOException(entry.getName() + " leads out of the image");
            }
            if (entry.isDirectory()) {
                Files.createDirectories(to);
            } else if (entry.isFile()) {
                Files.createDirectories(to.getParent());
                // Of the same file in two layers the upper one counts.
                Files.copy(content, to, StandardCopyOption.REPLACE_EXISTING);
            } else {
                throw new IOException(entry.getName() + " is neither a file nor a directory");
            }
            Files.setPosixFilePermissions(to, permissions(entry.getMode()));
            Files.setLastModifiedTime(to, entry.getLastModifiedTime());
            if (owners) {
                Files.setAttribute(to, "unix:uid", Math.toIntExact(entry.getLongUserId()));
                Files.setAttribute(to, "unix:gid", Math.toIntExact(entry.getLongGroupId()));
            }
        });
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        PosixFilePermission[] bits = {
            PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ,
            PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
            PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ
        };
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int i = 0; i < bits.length; i++) {
            if ((mode & 1 << i) != 0) {
                permissions.add(bits[i]);
            }
        }
        return permissions;
    }
}
