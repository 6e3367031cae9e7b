package io.spendstream.image;

import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.Directories;
import io.spendstream.acceptance.SpendClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What the archive of class data and jemalloc are worth: {@code MeasureImage TARGET}, where the built image is, prints how
 * long an instance takes to start with class data and without, and how much memory it has after a load with jemalloc and
 * without. Forms run in turn against the same broker, each time as an application of its own. It takes five minutes.
 */
public final class MeasureImage {

    private static final int STARTS = 4;
    private static final int LOADS = 2;
    private static final int BATCHES = 80;
    private static final int EVENTS = 1_000;
    /** In memory as a whole from the start, so that what differs is native. */
    private static final String HEAP = "-XX:+UseSerialGC -Xms512m -Xmx512m -XX:+AlwaysPreTouch ";

    private static final long TICKS_PER_SECOND = 100;

    private final ImageArchive image;
    private final Path directory;
    private final Cluster cluster;
    private int runs;

    private MeasureImage(ImageArchive image, Path directory, Cluster cluster) {
        this.image = image;
        this.directory = directory;
        this.cluster = cluster;
    }

    public static void main(String[] arguments) throws Exception {
        Path target = Path.of(arguments[0]).toAbsolutePath();
        Optional<String> hindrance = Container.hindrance();
        if (hindrance.isPresent()) {
            throw new IllegalStateException("no container can be run here: " + hindrance.get());
        }
        Path directory = target.resolve("measure");
        Directories.delete(directory);
        ImageArchive image = ImageArchive.read(target.resolve(BuildImage.FILE));
        Container.unpack(image, directory.resolve("root"));
        try (Cluster cluster = Cluster.start(directory.resolve("cluster"))) {
            MeasureImage measure = new MeasureImage(image, directory, cluster);
            measure.starts();
            measure.loads();
        }
    }

    private void starts() throws IOException, InterruptedException {
        System.out.printf("%-32s %11s %8s %8s%n", "median of " + STARTS + " starts", "listening s", "ready s", "CPU s");
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put("with class data", HEAP);
        forms.put("without", HEAP + "-Xshare:off");
        Map<String, List<Start>> seen = new LinkedHashMap<>();
        for (int i = 0; i < STARTS; i++) {
            for (Map.Entry<String, String> form : forms.entrySet()) {
                long start = System.nanoTime();
                try (Container container = start(Map.of("JDK_JAVA_OPTIONS", form.getValue()))) {
                    SpendClient client = container.client();
                    double listening = secondsSince(start);
                    client.awaitReady();
                    seen.computeIfAbsent(form.getKey(), name -> new ArrayList<>())
                            .add(new Start(listening, secondsSince(start), cpuS(container.pid())));
                    container.stop();
                }
            }
        }
        seen.forEach((form, all) -> System.out.printf(
                Locale.ROOT,
                "%-32s %11.1f %8.1f %8.1f%n",
                form,
                median(all.stream().map(Start::listeningS).toList()),
                median(all.stream().map(Start::readyS).toList()),
                median(all.stream().map(Start::cpuS).toList())));
    }

    /** @param cpuS processor time until it is ready */
    private record Start(double listeningS, double readyS, double cpuS) {}

    private void loads() throws IOException, InterruptedException {
        System.out.printf("%-32s %11s %8s%n", "after " + BATCHES * EVENTS + " events", "resident MB", "at most");
        Map<String, Map<String, String>> forms = new LinkedHashMap<>();
        forms.put("with jemalloc", Map.of());
        forms.put("without, 2 arenas", Map.of("LD_PRELOAD", ""));
        forms.put("without, 16 arenas", Map.of("LD_PRELOAD", "", "MALLOC_ARENA_MAX", "16"));
        for (int i = 0; i < LOADS; i++) {
            for (Map.Entry<String, Map<String, String>> form : forms.entrySet()) {
                Map<String, String> environment = new HashMap<>(form.getValue());
                environment.put("JDK_JAVA_OPTIONS", HEAP);
                try (Container container = start(environment)) {
                    load(container.client().awaitReady());
                    String status = Files.readString(Path.of("/proc", "" + container.pid(), "status"));
                    System.out.printf(
                            "%-32s %11d %8d%n", form.getKey(), megabytes(status, "VmRSS"), megabytes(status, "VmHWM"));
                    container.stop();
                }
            }
        }
    }

    private static <T extends Comparable<T>> T median(List<T> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private Container start(Map<String, String> environment) throws IOException {
        String name = "measure-" + runs++;
        String properties = """
                application.id=%1$s
                topic.prefix=%1$s-
                bootstrap.servers=%2$s
                schema.registry.url=%3$s
                state.dir=%4$s/state
                http.host=127.0.0.1
                http.port=0
                security.mode=off
                """.formatted(name, cluster.bootstrapServers(), cluster.registryUrl(), ImageConfig.STATE);
        return Container.start(
                directory.resolve("root"),
                image.config(),
                environment,
                "127.0.0.1 localhost\n",
                Optional.of(properties),
                directory.resolve(name));
    }

    private static double secondsSince(long start) {
        return (System.nanoTime() - start) / 1e9;
    }

    private static double cpuS(long pid) throws IOException {
        // The name of the process, in brackets, may hold blanks.
        String[] fields = Files.readString(Path.of("/proc", "" + pid, "stat"))
                .replaceFirst(".*\\) ", "")
                .split(" ");
        return (double) (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
    }

    private static long megabytes(String status, String name) {
        Matcher line = Pattern.compile(name + ":\\s+(\\d+) kB").matcher(status);
        if (!line.find()) {
            throw new IllegalStateException("no " + name + " in " + status);
        }
        return Long.parseLong(line.group(1)) / 1024;
    }

    /** Events of many users, features and teams, and queries between them. */
    private static void load(SpendClient client) {
        Random random = new Random(1);
        for (int batch = 0; batch < BATCHES; batch++) {
            StringBuilder events = new StringBuilder("[");
            for (int i = 0; i < EVENTS; i++) {
                events.append(i == 0 ? "" : ",").append("""
                        {"id": "%d-%d", "time": "%s", "feature": "feature-%d", "team": "team-%d", "user": "user-%d",\
                         "model": "gpt-4o", "input_tokens": %d}""".formatted(
                                batch,
                                i,
                                Instant.now().minusSeconds(random.nextInt(86_400)),
                                random.nextInt(100),
                                random.nextInt(20),
                                random.nextInt(20_000),
                                random.nextInt(2_000)));
            }
            String body = events.append(']').toString();
            Await.until(
                    "a batch is taken",
                    Duration.ofSeconds(60),
                    () -> client.post("/v1/events", body).status(),
                    status -> status == 202);
            client.get("/v1/spend?group_by=feature,team&granularity=hour");
        }
        Await.until(
                "all events are counted",
                Duration.ofSeconds(120),
                () -> client.json(client.get("/v1/spend?from=" + Instant.now().minusSeconds(2 * 86_400))
                                .body())
                        .at("/totals/requests")
                        .asInt(),
                requests -> requests == BATCHES * EVENTS);
    }
}
