package io.spendstream.image;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the image says about itself: where things are in it, who runs it, and how it is started. */
public final class ImageConfig {

    /** Name and tag are {@code spendstream:VERSION}. */
    public static final String NAME = "spendstream";
    /** A user that is nobody elsewhere, and its group; the chart's security context names the same. */
    public static final int USER = 65532;
    /** What {@code http.port} is where it is not said. */
    public static final int HTTP_PORT = 8080;

    public static final String JAVA_HOME = "/opt/java";
    /** The working directory: entries of the class path are relative to it. */
    public static final String HOME = "/opt/spendstream";

    public static final String NATIVE = HOME + "/native";
    public static final String CLASS_PATH = HOME + "/class-path";
    public static final String CLASS_ARCHIVE = HOME + "/classes.jsa";
    /** CycloneDX, in JSON. */
    public static final String SBOM = HOME + "/sbom.cdx.json";

    public static final String LICENCES = HOME + "/licences";
    public static final String JEMALLOC = NATIVE + "/libjemalloc.so";
    public static final String ZSTD = NATIVE + "/libzstd-jni.so";
    public static final String SNAPPY = NATIVE + "/libsnappyjava.so";

    /** Where the configuration is read from, unless the arguments say otherwise. */
    public static final String CONFIG = "/etc/spendstream/spendstream.properties";
    /** For the state: the user may write there, and a volume belongs there. */
    public static final String STATE = "/var/lib/spendstream";
    /** The only other place where anything is written. */
    public static final String TEMPORARY = "/tmp";

    public static final String MAIN = "io.spendstream.cli.SpendstreamCli";

    private ImageConfig() {}

    /**
     * The process of the container. Nothing in it is for an operator to change: what is, is in the variable {@code
     * JDK_JAVA_OPTIONS}.
     */
    public static List<String> entrypoint() {
        return List.of(
                JAVA_HOME + "/bin/java",
                // Where it does not fit, as with heaps of 32 GB or more, the JVM goes without it.
                "-XX:SharedArchiveFile=" + CLASS_ARCHIVE,
                "-XX:+ExitOnOutOfMemoryError",
                "-Dfile.encoding=UTF-8",
                "-Djava.library.path=" + NATIVE,
                "-DZstdNativePath=" + ZSTD,
                "-Dorg.xerial.snappy.lib.path=" + NATIVE,
                "-Dorg.xerial.snappy.lib.name=" + SNAPPY.substring(NATIVE.length() + 1),
                "-cp",
                "@" + CLASS_PATH,
                MAIN);
    }

    /** The arguments, where none are given. */
    public static List<String> arguments() {
        return List.of("run", "--config", CONFIG);
    }

    /** Variables of the environment. */
    public static Map<String, String> environment() {
        return new TreeMap<>(Map.of(
                "JDK_JAVA_OPTIONS",
                // The heap of whoever says nothing: RocksDB's budgets and the rest of the process need the other half.
                "-XX:+UseSerialGC -XX:MaxTenuringThreshold=4 -XX:InitialRAMPercentage=50 -XX:MaxRAMPercentage=50",
                "JAVA_HOME",
                JAVA_HOME,
                "LANG",
                "C.UTF-8",
                "LD_PRELOAD",
                JEMALLOC,
                // For those who take jemalloc out: many small arenas of the C library grow for nothing.
                "MALLOC_ARENA_MAX",
                "2",
                "PATH",
                JAVA_HOME + "/bin"));
    }

    /**
     * Labels by the OCI's names.
     *
     * @param revision the commit, or null where it is not known
     * @param created RFC 3339
     * @param base name of the base image, or null for none
     */
    public static Map<String, String> labels(String version, String revision, String created, String base) {
        Map<String, String> labels = new TreeMap<>();
        String prefix = "org.opencontainers.image.";
        labels.put(prefix + "title", "Spendstream");
        labels.put(prefix + "description", "Real-time metering, budgets and alerts for LLM spend, on Kafka Streams");
        labels.put(prefix + "version", version);
        labels.put(prefix + "created", created);
        labels.put(prefix + "licenses", "Apache-2.0");
        labels.put(prefix + "vendor", "Spendstream");
        labels.put(prefix + "source", "https://github.com/spendstream/spendstream");
        labels.put(prefix + "documentation", "https://github.com/spendstream/spendstream/blob/main/docs/deployment.md");
        if (revision != null) {
            labels.put(prefix + "revision", revision);
        }
        if (base != null) {
            labels.put(prefix + "base.name", base);
        }
        return labels;
    }
}
