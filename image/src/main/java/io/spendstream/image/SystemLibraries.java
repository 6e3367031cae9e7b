package io.spendstream.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/** The C library and the few others of this machine without which nothing runs in an empty image. */
final class SystemLibraries {

    private static final Pattern RESOLVED = Pattern.compile("=> (/\\S+) \\(0x");
    private static final Pattern MISSING = Pattern.compile("(\\S+) => not found");
    /** Loaded by name when host names are looked up; newer C libraries have them inside and ship empty ones. */
    private static final List<String> BY_NAME = List.of("libnss_files.so.2", "libnss_dns.so.2", "libresolv.so.2");

    private SystemLibraries() {}

    /**
     * What some binaries link to, as the loader finds it, and the loader itself.
     *
     * @param own directories where the binaries find each other; what is found there is not a system's
     * @return paths as the loader will look for them in the image
     * @throws IOException also where a library is missing
     */
    static SortedSet<Path> of(Platform platform, Collection<Path> binaries, List<Path> own)
            throws IOException, InterruptedException {
        SortedSet<Path> found = new TreeSet<>();
        Path loader = Path.of(platform.loader());
        if (!Files.exists(loader)) {
            throw new IOException(
                    loader + " is missing: an image is built on a system with glibc; or name a base, -Dimage.base=…");
        }
        found.add(loader);
        String path = String.join(":", own.stream().map(Path::toString).toList());
        for (Path binary : binaries) {
            String list = Commands.output(
                    binary.getParent(),
                    Map.of("LC_ALL", "C"),
                    List.of(loader.toString(), "--library-path", path, "--list", binary.toString()));
            for (MatchResult missing : MISSING.matcher(list).results().toList()) {
                throw new IOException(binary + " needs " + missing.group(1) + ", which this machine does not have");
            }
            RESOLVED.matcher(list)
                    .results()
                    .map(result -> Path.of(result.group(1)).normalize())
                    .filter(library -> own.stream().noneMatch(library::startsWith))
                    .forEach(found::add);
        }
        Path directory = found.stream()
                .filter(library -> library.endsWith("libc.so.6"))
                .findFirst()
                .orElseThrow(() -> new IOException("nothing links to libc.so.6"))
                .getParent();
        BY_NAME.stream().map(directory::resolve).filter(Files::exists).forEach(found::add);
        return found;
    }
}
