package io.spendstream.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Archives with native libraries in them. They hold those of a dozen platforms, 240 MB in all, and unpack theirs into a
 * temporary directory at each start; in the image the ones that it needs are files of their own.
 */
final class Jars {

    private static final Pattern NATIVE = Pattern.compile(".*\\.(so|dll|dylib|jnilib|a)");
    private static final Predicate<String> SIGNATURE =
            Pattern.compile("META-INF/[^/]+\\.SF").asMatchPredicate();

    private Jars() {}

    /** Copies an archive without what is native in it; byte by byte where there is nothing. */
    static void copyWithoutNatives(Path jar, Path to) throws IOException {
        try (ZipFile archive = new ZipFile(jar.toFile())) {
            List<? extends ZipEntry> entries = archive.stream().toList();
            boolean signed = entries.stream().map(ZipEntry::getName).anyMatch(SIGNATURE);
            if (signed || entries.stream().noneMatch(Jars::isNative)) {
                Files.copy(jar, to);
                return;
            }
            try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(to))) {
                for (ZipEntry entry : entries) {
                    if (!isNative(entry)) {
                        ZipEntry copy = new ZipEntry(entry.getName());
                        copy.setTimeLocal(entry.getTimeLocal());
                        out.putNextEntry(copy);
                        archive.getInputStream(entry).transferTo(out);
                        out.closeEntry();
                    }
                }
            }
        }
    }

    static boolean isNative(ZipEntry entry) {
        return NATIVE.matcher(entry.getName()).matches();
    }

    /**
     * Writes the one entry of an archive with this name, a regular expression, to a file.
     *
     * @throws IOException also where there is none, or more than one
     */
    static void extract(Path jar, String name, Path to) throws IOException {
        try (ZipFile archive = new ZipFile(jar.toFile())) {
            List<? extends ZipEntry> found = archive.stream()
                    .filter(entry -> entry.getName().matches(name))
                    .toList();
            if (found.size() != 1) {
                throw new IOException(jar + " has " + found.size() + " entries " + name);
            }
            try (InputStream in = archive.getInputStream(found.get(0))) {
                Files.copy(in, to);
            }
        }
    }
}
