package io.spendstream.image;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainer;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.Port;
import io.spendstream.acceptance.Directories;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The image as one file, which {@code docker load} and its like take. */
final class ImageFile {

    private static final FilePermissions FILE = FilePermissions.fromOctalString("644");
    private static final FilePermissions PROGRAM = FilePermissions.fromOctalString("755");
    private static final FilePermissions ANYBODY = FilePermissions.fromOctalString("777");

    private ImageFile() {}

    /**
     * Writes the file.
     *
     * @param base none, or as Jib takes it: the name of an image, or {@code tar://FILE}
     * @return the image's digest
     * @throws IOException also where the base cannot be had
     */
    static String write(
            ImageTree tree,
            Platform platform,
            String base,
            String tag,
            Map<String, String> labels,
            Instant created,
            Path file,
            Path cache)
            throws IOException, InterruptedException {
        // It would take layers from it by the times of files, which are always the same.
        Directories.delete(cache);
        try {
            JibContainerBuilder image = base == null ? Jib.fromScratch() : Jib.from(base);
            image.setPlatforms(
                    Set.of(new com.google.cloud.tools.jib.api.buildplan.Platform(platform.architecture(), "linux")));
            image.addFileEntriesLayer(directories(created, cache));
            for (ImageTree.Layer layer : ImageTree.Layer.values()) {
                FileEntriesLayer entries = entries(tree, layer, created);
                if (!entries.getEntries().isEmpty()) {
                    image.addFileEntriesLayer(entries);
                }
            }
            JibContainer written = image.setEntrypoint(ImageConfig.entrypoint())
                    .setProgramArguments(ImageConfig.arguments())
                    .setEnvironment(ImageConfig.environment())
                    .setUser(ImageConfig.USER + ":" + ImageConfig.USER)
                    .setWorkingDirectory(AbsoluteUnixPath.get(ImageConfig.HOME))
                    .setVolumes(AbsoluteUnixPath.get(ImageConfig.STATE))
                    .setExposedPorts(Port.tcp(ImageConfig.HTTP_PORT))
                    .setLabels(labels)
                    .setCreationTime(created)
                    .containerize(Containerizer.to(TarImage.at(file).named(tag))
                            .setToolName(ImageConfig.NAME)
                            .setBaseImageLayersCache(cache.resolve("base"))
                            .setApplicationLayersCache(cache.resolve("application")));
            return written.getDigest().toString();
        } catch (IOException | InterruptedException e) {
            throw e;
        } catch (Exception e) {
            throw new IOException("the image could not be written: " + e.getMessage(), e);
        }
    }

    /** Where the user may write. */
    private static FileEntriesLayer directories(Instant time, Path cache) throws IOException {
        Path empty = Files.createDirectories(cache.resolve("empty"));
        String user = ImageConfig.USER + ":" + ImageConfig.USER;
        return FileEntriesLayer.builder()
                .setName("directories")
                .addEntry(empty, AbsoluteUnixPath.get(ImageConfig.TEMPORARY), ANYBODY, time)
                .addEntry(empty, AbsoluteUnixPath.get(ImageConfig.STATE), PROGRAM, time, user)
                .build();
    }

    private static FileEntriesLayer entries(ImageTree tree, ImageTree.Layer layer, Instant time) {
        FileEntriesLayer.Builder builder =
                FileEntriesLayer.builder().setName(layer.name().toLowerCase(Locale.ROOT));
        for (String path : tree.files(layer)) {
            builder.addEntry(tree.on(path), AbsoluteUnixPath.get(path), isProgram(path) ? PROGRAM : FILE, time, "0:0");
        }
        return builder.build();
    }

    private static boolean isProgram(String path) {
        return path.contains("/bin/") || path.endsWith("/jspawnhelper") || path.matches("/lib(64)?/ld-linux[^/]*");
    }
}
