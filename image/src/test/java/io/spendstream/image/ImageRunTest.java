package io.spendstream.image;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.Directories;
import io.spendstream.acceptance.SpendClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** The image's own files, loader and C library included, run the application as a container runtime would. */
class ImageRunTest {

    private static final Path DIRECTORY = Path.of("target", "run").toAbsolutePath();
    private static final Path ROOT = DIRECTORY.resolve("root");
    /** Names that nothing but /etc/hosts knows. */
    private static final String HOSTS = "127.0.0.1 localhost kafka.example registry.example\n";

    private static ImageArchive image;

    @BeforeAll
    static void unpackTheImage() throws Exception {
        ImageFiles.assumeBuilt();
        Optional<String> hindrance = Container.hindrance();
        assumeTrue(hindrance.isEmpty(), () -> "the image is not run: " + hindrance.orElseThrow());
        image = ImageArchive.read(ImageFiles.IMAGE);
        Container.unpack(image, ROOT);
    }

    @Test
    void countsAnswersAndStopsInGoodOrder() throws Exception {
        Directories.delete(DIRECTORY.resolve("cluster"));
        Map<String, String> logging =
                Map.of("JDK_JAVA_OPTIONS", "-XX:+UseSerialGC -Xmx400m -Xlog:class+load:file=/tmp/classes");
        try (Cluster cluster = Cluster.start(DIRECTORY.resolve("cluster"));
                Container container = start("instance", logging, Optional.of(properties(cluster)))) {
            // Given an instance that is ready
            SpendClient client = container.client().awaitReady();

            // When it counts
            assertThat(client.post("/v1/events", event()).status()).isEqualTo(202);
            Await.until(
                    "the event is counted",
                    Duration.ofSeconds(60),
                    () -> client.json(client.get("/v1/spend").body())
                            .at("/totals/requests")
                            .asInt(),
                    requests -> requests == 1);

            // Then it uses what the image has for it
            Path inside = Path.of("/proc", Long.toString(container.pid()));
            String maps = Files.readString(inside.resolve("maps"));
            assertThat(maps)
                    .contains(ImageConfig.JEMALLOC, ImageConfig.CLASS_ARCHIVE, ImageConfig.NATIVE + "/librocksdbjni");
            assertThat(maps).as("the C library allocates nothing").doesNotContain("[heap]");
            assertThat(archived(inside)).as("share of classes from the archive").isGreaterThan(0.9);

            // And it is nobody in a root that is read-only
            assertThat(Files.readString(inside.resolve("status")))
                    .containsPattern("Uid:\\s65532\\s65532")
                    .containsPattern("NSpid:\\s\\d+\\s1\\n")
                    .containsPattern("CapEff:\\s0000000000000000");
            assertThat(Files.readAllLines(inside.resolve("mounts"))).anyMatch(line -> line.matches("\\S+ / \\S+ ro.*"));

            // And whoever is on call can look at it
            Commands.Result threads = container.exec(List.of(ImageConfig.JAVA_HOME + "/bin/jcmd", "1", "Thread.print"));
            assertThat(threads.exit()).as(threads.output()).isZero();
            assertThat(threads.output()).contains("StreamThread-1");

            // And it stops when it is told to, as documented
            assertThat(container.stop()).isEqualTo(143);
            assertThat(container.said()).contains("goes from PENDING_SHUTDOWN to NOT_RUNNING");
        }
    }

    @Test
    void aMissingConfigurationIsSaidAndEndsWithTwo() throws Exception {
        try (Container container = start("nothing", Map.of(), Optional.empty())) {
            assertThat(container.awaitExit()).isEqualTo(2);
            assertThat(container.said()).contains("spendstream: ").contains(ImageConfig.CONFIG);
        }
    }

    private static Container start(String name, Map<String, String> environment, Optional<String> properties)
            throws IOException {
        return Container.start(ROOT, image.config(), environment, HOSTS, properties, DIRECTORY.resolve(name));
    }

    private static String properties(Cluster cluster) {
        return """
                bootstrap.servers=%s
                schema.registry.url=%s
                state.dir=%s/state
                http.host=127.0.0.1
                http.port=0
                security.mode=off
                """.formatted(
                        cluster.bootstrapServers().replaceFirst("^[^:]+", "kafka.example"),
                        cluster.registryUrl().replace("127.0.0.1", "registry.example"),
                        ImageConfig.STATE);
    }

    private static double archived(Path inside) throws IOException {
        List<String> loaded = Files.readAllLines(inside.resolve("root/tmp/classes"));
        long shared = loaded.stream()
                .filter(line -> line.contains("source: shared objects file"))
                .count();
        return (double) shared / loaded.size();
    }

    private static String event() {
        return """
                {"id": "1", "time": "%s", "feature": "chat", "model": "gpt-4o", "input_tokens": 10}
                """.formatted(Instant.now());
    }
}
