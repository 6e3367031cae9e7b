package io.spendstream.image;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;

/** The Java runtime of the image: the modules that the application needs, of the JDK that builds it. */
final class JavaRuntime {

    /** What the classes of the application and its libraries refer to, and what they look for by name. */
    static final SortedSet<String> MODULES = new TreeSet<>(Set.of(
            "java.base",
            "java.logging",
            "java.management",
            "java.naming",
            "java.net.http",
            "java.security.jgss",
            "java.security.sasl",
            "java.sql",
            "java.xml",
            "jdk.jfr",
            "jdk.management",
            "jdk.unsupported",
            // Elliptic curves in TLS and tokens; Kerberos' login module; keep-alive settings of sockets.
            "jdk.crypto.ec",
            "jdk.net",
            "jdk.security.auth",
            "jdk.security.jgss",
            "jdk.zipfs",
            // For whoever is on call: jcmd, and agents.
            "java.instrument",
            "jdk.jcmd"));

    private static final Set<String> PROGRAMS = Set.of("java", "jcmd");

    private JavaRuntime() {}

    /**
     * Links the runtime into a directory that is not there yet.
     *
     * @throws IOException also where this JDK cannot
     */
    static void link(Path to) throws IOException {
        ToolProvider jlink = ToolProvider.findFirst("jlink")
                .orElseThrow(() -> new IOException("this JDK has no jlink: " + System.getProperty("java.home")));
        StringWriter said = new StringWriter();
        PrintWriter writer = new PrintWriter(said);
        int exit = jlink.run(
                writer,
                writer,
                "--add-modules",
                String.join(",", MODULES),
                "--no-header-files",
                "--no-man-pages",
                "--output",
                to.toString());
        if (exit != 0) {
            throw new IOException("jlink ended with " + exit + ": " + said);
        }
        try (Stream<Path> programs = Files.list(to.resolve("bin"))) {
            for (Path program : programs.toList()) {
                if (!PROGRAMS.contains(program.getFileName().toString())) {
                    Files.delete(program);
                }
            }
        }
    }

    /** Its programs and shared libraries. */
    static List<Path> binaries(Path runtime) throws IOException {
        try (Stream<Path> files = Files.walk(runtime)) {
            return files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().endsWith(".so")
                            || file.getParent().endsWith("bin")
                            || file.endsWith("lib/jspawnhelper"))
                    .sorted()
                    .toList();
        }
    }
}
