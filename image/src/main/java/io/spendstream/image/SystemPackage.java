package io.spendstream.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * A library of this machine and the package that it is of.
 *
 * @param path where the loader finds it
 * @param name the package's, or the file's where there is no package manager that knows it
 * @param version the package's, or null
 * @param purl the package's, or null
 * @param notice the package's licences, or null
 */
record SystemPackage(Path path, String name, String version, String purl, Path notice) {

    private static final Path HERE = Path.of(".");

    /** Asks Debian's package manager, which other systems do not have. */
    static SystemPackage of(Path library) throws IOException, InterruptedException {
        SystemPackage unknown = new SystemPackage(library, library.getFileName().toString(), null, null, null);
        if (!Files.isExecutable(Path.of("/usr/bin/dpkg-query"))) {
            return unknown;
        }
        // The manager knows a file by the path that the package has, which may lie behind a link.
        for (Path known : List.of(
                library,
                Path.of("/usr").resolve(library.toString().substring(1)),
                library.toRealPath(),
                Path.of(library.toRealPath().toString().replaceFirst("^/usr", "")))) {
            Commands.Result owner = Commands.run(HERE, Map.of("LC_ALL", "C"), List.of("dpkg-query", "-S", "" + known));
            if (owner.exit() == 0) {
                String name = owner.output().substring(0, owner.output().indexOf(": "));
                return of(library, name);
            }
        }
        return unknown;
    }

    private static SystemPackage of(Path library, String name) throws IOException, InterruptedException {
        String[] fields = Commands.output(
                        HERE,
                        Map.of("LC_ALL", "C"),
                        List.of("dpkg-query", "-W", "-f", "${Package} ${Version} ${Architecture}", name))
                .split(" ");
        Path notice = Path.of("/usr/share/doc", fields[0], "copyright");
        return new SystemPackage(
                library,
                fields[0],
                fields[1],
                "pkg:deb/debian/%s@%s?arch=%s".formatted(fields[0], fields[1].replace("+", "%2B"), fields[2]),
                Files.exists(notice) ? notice.toRealPath() : null);
    }
}
