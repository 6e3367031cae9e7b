package io.spendstream.image;

import java.io.IOException;
import java.io.InputStream;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The allocator of native memory: that of LWJGL's archive, made to stand in the place of the C library's by {@link Elf}. It
 * reads its settings from {@code JE_MALLOC_CONF}.
 *
 * @param version the commit that it was built from
 * @param archiveVersion of the archive
 * @param library the file
 * @param licence its text
 */
record Jemalloc(String version, String archiveVersion, byte[] library, String licence) {

    private static final Pattern ARCHIVE = Pattern.compile("lwjgl-jemalloc-([^/]+)-natives-linux[^/]*\\.jar!");

    static Jemalloc of(Platform platform) throws IOException {
        String path = "linux/" + platform.jemalloc() + "/org/lwjgl/jemalloc/libjemalloc.so";
        URL found = Jemalloc.class.getResource("/" + path);
        Matcher archive = ARCHIVE.matcher(String.valueOf(found));
        if (!archive.find()) {
            throw new IOException("LWJGL's archive of jemalloc is not on the class path: " + found);
        }
        return new Jemalloc(
                text("/META-INF/" + path + ".git").trim(),
                archive.group(1),
                new Elf(bytes("/" + path)).withoutPrefix("je_"),
                text("jemalloc-licence"));
    }

    private static String text(String resource) throws IOException {
        return new String(bytes(resource), StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String resource) throws IOException {
        try (InputStream in = Jemalloc.class.getResourceAsStream(resource)) {
            if (in == null) {
                throw new IOException("not on the class path: " + resource);
            }
            return in.readAllBytes();
        }
    }
}
