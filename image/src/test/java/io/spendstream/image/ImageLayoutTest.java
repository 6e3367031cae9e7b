package io.spendstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is in the image's file, and what is not. */
class ImageLayoutTest {

    private static final long IMAGE_BYTES_MAX = 130_000_000;
    private static final Set<String> WRITABLE = Set.of("tmp", "var/lib/spendstream");

    /** A file or directory of a layer. */
    private record Content(String layer, int mode, long user, long group, String sha256) {}

    private static ImageArchive image;
    private static final Map<String, Content> FILES = new TreeMap<>();
    private static final Map<String, Content> DIRECTORIES = new TreeMap<>();
    private static final Map<String, String> TEXTS = new HashMap<>();
    private static final Map<String, List<String>> JARS = new TreeMap<>();
    private static final List<String> OTHERS = new ArrayList<>();
    private static final List<String> TWICE = new ArrayList<>();

    @BeforeAll
    static void readTheImage() throws IOException {
        ImageFiles.assumeBuilt();
        image = ImageArchive.read(ImageFiles.IMAGE);
        image.visit(ImageLayoutTest::read);
    }

    private static void read(String layer, TarArchiveEntry entry, InputStream content) throws IOException {
        String name = entry.getName().replaceFirst("/$", "");
        Content about =
                new Content(layer, entry.getMode() & 07777, entry.getLongUserId(), entry.getLongGroupId(), null);
        if (entry.isDirectory()) {
            DIRECTORIES.put(name, about);
        } else if (entry.isFile()) {
            if (FILES.put(name, digested(about, name, content)) != null) {
                TWICE.add(name);
            }
        } else {
            OTHERS.add(name);
        }
    }

    private static Content digested(Content about, String name, InputStream content) throws IOException {
        DigestInputStream digest = new DigestInputStream(content, sha256());
        if (name.endsWith(".jar")) {
            byte[] jar = digest.readAllBytes();
            List<String> entries = new ArrayList<>();
            try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(jar))) {
                for (ZipEntry e = in.getNextEntry(); e != null; e = in.getNextEntry()) {
                    entries.add(e.getName());
                }
            }
            JARS.put(name, entries);
        } else if (name.startsWith("etc/") || name.endsWith("class-path") || name.endsWith(".json")) {
            ByteArrayOutputStream text = new ByteArrayOutputStream();
            digest.transferTo(text);
            TEXTS.put(name, text.toString(StandardCharsets.UTF_8));
        } else {
            digest.transferTo(OutputStream.nullOutputStream());
        }
        return new Content(
                about.layer(),
                about.mode(),
                about.user(),
                about.group(),
                HexFormat.of().formatHex(digest.getMessageDigest().digest()));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theConfigurationIsWhatIsDocumented() {
        JsonNode config = image.config();

        assertThat(image.tags()).containsExactly("spendstream:0.1.0");
        assertThat(config.path("os").asText()).isEqualTo("linux");
        assertThat(config.path("architecture").asText())
                .isEqualTo(Platform.current().architecture());
        assertThat(config.path("created").asText()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(config.at("/config/User").asText()).isEqualTo("65532:65532");
        assertThat(config.at("/config/WorkingDir").asText()).isEqualTo("/opt/spendstream");
        assertThat(texts(config.at("/config/Entrypoint")))
                .startsWith("/opt/java/bin/java")
                .endsWith("io.spendstream.cli.SpendstreamCli");
        assertThat(texts(config.at("/config/Cmd")))
                .containsExactly("run", "--config", "/etc/spendstream/spendstream.properties");
        assertThat(texts(config.at("/config/Env")))
                .contains("LD_PRELOAD=/opt/spendstream/native/libjemalloc.so", "MALLOC_ARENA_MAX=2");
        assertThat(config.at("/config/ExposedPorts").fieldNames()).toIterable().containsExactly("8080/tcp");
        assertThat(config.at("/config/Volumes").fieldNames()).toIterable().containsExactly("/var/lib/spendstream");
    }

    @Test
    void labelsSayWhatItIs() {
        Map<String, String> labels = new HashMap<>();
        image.config()
                .at("/config/Labels")
                .properties()
                .forEach(label -> labels.put(label.getKey(), label.getValue().asText()));

        assertThat(labels)
                .contains(
                        entry("org.opencontainers.image.title", "Spendstream"),
                        entry("org.opencontainers.image.version", "0.1.0"),
                        entry("org.opencontainers.image.licenses", "Apache-2.0"),
                        entry("org.opencontainers.image.created", "2026-01-01T00:00:00Z"))
                .containsKeys(
                        "org.opencontainers.image.description",
                        "org.opencontainers.image.source",
                        "org.opencontainers.image.documentation",
                        "org.opencontainers.image.vendor");
        if (labels.containsKey("org.opencontainers.image.revision")) {
            assertThat(labels.get("org.opencontainers.image.revision")).matches("[0-9a-f]{40}(-dirty)?");
        }
    }

    @Test
    void layersComeInTheOrderInWhichTheyChange() {
        assertThat(image.layers()).hasSize(6);
        assertThat(Stream.of(
                                DIRECTORIES.get("tmp"),
                                FILES.get("etc/passwd"),
                                FILES.get("opt/java/bin/java"),
                                FILES.get(JARS.keySet().stream()
                                        .filter(jar -> jar.contains("/lib/rocksdbjni-"))
                                        .findFirst()
                                        .orElseThrow()),
                                FILES.get("opt/spendstream/app/streams-app-0.1.0.jar"),
                                FILES.get("opt/spendstream/classes.jsa"))
                        .map(Content::layer)
                        .toList())
                .isEqualTo(image.layers());
        assertThat(TWICE).as("in more than one layer").isEmpty();
    }

    @Test
    void itIsSmall() throws IOException {
        assertThat(Files.size(ImageFiles.IMAGE)).isLessThan(IMAGE_BYTES_MAX);
    }

    @Test
    void nothingInItIsAShellOrAWayToMoreRights() {
        assertThat(OTHERS).as("links and devices").isEmpty();
        assertThat(FILES.keySet())
                .filteredOn(name -> name.matches("(.*/)?(ba|da|a|z)?sh|.*busybox.*"))
                .isEmpty();
        assertThat(FILES.entrySet())
                .filteredOn(file -> file.getKey().contains("/bin/"))
                .extracting(Map.Entry::getKey)
                .containsExactlyInAnyOrder("opt/java/bin/java", "opt/java/bin/jcmd");
        FILES.forEach((name, file) -> {
            assertThat(file.mode()).as(name).isIn(0644, 0755);
            assertThat(file.user()).as(name).isZero();
            assertThat(file.group()).as(name).isZero();
        });
        DIRECTORIES.forEach((name, directory) -> {
            assertThat(directory.mode()).as(name).isEqualTo(name.equals("tmp") ? 0777 : 0755);
            assertThat(directory.user()).as(name).isEqualTo(name.equals("var/lib/spendstream") ? 65532 : 0);
        });
        assertThat(DIRECTORIES.keySet()).containsAll(WRITABLE);
    }

    @Test
    void nothingInItIsSecretOrOfTheMachineThatBuiltIt() {
        assertThat(FILES.keySet())
                .noneMatch(
                        name -> name.matches(
                                ".*(\\.pem|\\.key|\\.p12|\\.jks|id_[a-z0-9]+|\\.env|/\\.git.*|\\.netrc|api-keys|settings\\.xml|shadow)"));
        assertThat(TEXTS.get("etc/passwd"))
                .contains("spendstream:x:65532:65532")
                .hasLineCount(2);
        String here = ImageFiles.TARGET.getParent().getParent().toString();
        assertThat(image.config().toString()).doesNotContain(here);
        assertThat(TEXTS.values()).noneMatch(text -> text.contains(here));
    }

    @Test
    void theClassPathIsWhatTheLauncherRunsWithoutItsNatives() throws IOException {
        Set<String> launched = new HashSet<>(Set.of("streams-app-0.1.0.jar"));
        try (Stream<Path> jars = Files.list(Path.of("../streams-app/target/lib"))) {
            jars.forEach(jar -> launched.add(jar.getFileName().toString()));
        }
        List<String> classPath =
                Arrays.asList(TEXTS.get("opt/spendstream/class-path").strip().split(":"));

        assertThat(classPath)
                .extracting(jar -> jar.substring(jar.indexOf('/') + 1))
                .doesNotHaveDuplicates()
                .containsExactlyInAnyOrderElementsOf(launched);
        assertThat(classPath)
                .extracting(jar -> "opt/spendstream/" + jar)
                .containsExactlyInAnyOrderElementsOf(JARS.keySet().stream()
                        .filter(jar -> jar.startsWith("opt/spendstream/"))
                        .toList());
        assertThat(JARS.values())
                .allSatisfy(entries -> assertThat(entries).noneMatch(e -> Jars.isNative(new ZipEntry(e))));
        // Brokers, and what builds and tests, stay out of it.
        assertThat(launched).noneMatch(jar -> jar.matches("(kafka_2|kafka-server|jib|junit|sandbox|acceptance).*"));
    }

    @Test
    void nativeLibrariesAreThere() {
        assertThat(FILES.keySet().stream().filter(name -> name.startsWith("opt/spendstream/native/")))
                .containsExactlyInAnyOrder(
                        "opt/spendstream/native/libjemalloc.so",
                        "opt/spendstream/native/liblz4-java.so",
                        "opt/spendstream/native/" + Platform.current().rocksDb(),
                        "opt/spendstream/native/libsnappyjava.so",
                        "opt/spendstream/native/libzstd-jni.so");
    }

    @Test
    void theSbomNamesEveryFileThatIsSomebodyElses() throws IOException {
        JsonNode sbom = new ObjectMapper().readTree(TEXTS.get("opt/spendstream/sbom.cdx.json"));
        Map<String, JsonNode> byPath = new HashMap<>();
        Set<String> jars = new HashSet<>();
        for (JsonNode component : sbom.get("components")) {
            jars.add(component.get("name").asText() + "-"
                    + component.path("version").asText() + ".jar");
            component
                    .path("properties")
                    .forEach(property -> byPath.put(property.get("value").asText(), component));
        }

        assertThat(sbom.get("bomFormat").asText()).isEqualTo("CycloneDX");
        assertThat(jars)
                .containsAll(JARS.keySet().stream()
                        .filter(jar -> jar.startsWith("opt/spendstream/lib/"))
                        .map(jar -> jar.substring(jar.lastIndexOf('/') + 1))
                        .toList());
        assertThat(byPath).containsKey("/opt/java");
        List<String> system = FILES.keySet().stream()
                .filter(name -> name.startsWith("lib") || name.startsWith("usr/") || name.endsWith("libjemalloc.so"))
                .toList();
        assertThat(system).hasSizeGreaterThan(5).allSatisfy(name -> {
            assertThat(byPath).containsKey("/" + name);
            assertThat(byPath.get("/" + name).at("/hashes/0/content").asText())
                    .isEqualTo(FILES.get(name).sha256());
        });
    }

    @Test
    void licencesAreThere() {
        assertThat(FILES.keySet())
                .contains(
                        "opt/spendstream/licences/spendstream",
                        "opt/spendstream/licences/jemalloc",
                        "opt/spendstream/licences/third-parties",
                        "opt/java/legal/java.base/LICENSE");
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
