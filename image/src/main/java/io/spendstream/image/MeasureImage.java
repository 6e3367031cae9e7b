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
 * long an instance takes to start and how much memory it has after a load, with them and without. Each form runs a few times,
 * in turn, against the same broker, with a heap that is in memory as a whole from the start.
 */
public final class MeasureImage {

    private static final int ROUNDS = 3;
    private static final int BATCHES = 200;
    private static final int EVENTS = 1_000;
    private static final String HEAP = "-XX:+UseSerialGC -Xms512m -Xmx512m -XX:+AlwaysPreTouch ";
    private static final long TICKS_PER_SECOND = 100;

    /** @param cpuS processor time until it is ready */
    private record Seen(double listeningS, double readyS, double cpuS, long residentMb, long mostResidentMb) {}

    private MeasureImage() {}

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

        Map<String, Map<String, String>> forms = new LinkedHashMap<>();
        forms.put("the image as it is", Map.of("JDK_JAVA_OPTIONS", HEAP));
        forms.put("without class data", Map.of("JDK_JAVA_OPTIONS", HEAP + "-Xshare:off"));
        forms.put("without jemalloc", Map.of("JDK_JAVA_OPTIONS", HEAP, "LD_PRELOAD", ""));
        forms.put(
                "and without its arenas' limit",
                Map.of("JDK_JAVA_OPTIONS", HEAP, "LD_PRELOAD", "", "MALLOC_ARENA_MAX", "16"));
        System.out.printf(
                "%-32s %11s %8s %8s %13s %10s%n", "", "listening s", "ready s", "CPU s", "resident MB", "at most");
        Map<String, List<Seen>> seen = new LinkedHashMap<>();
        try (Cluster cluster = Cluster.start(directory.resolve("cluster"))) {
            for (int round = 1; round <= ROUNDS; round++) {
                for (Map.Entry<String, Map<String, String>> form : forms.entrySet()) {
                    Seen run = run(image, form.getValue(), cluster, directory, "m" + round + seen.size());
                    print(form.getKey(), run);
                    seen.computeIfAbsent(form.getKey(), name -> new ArrayList<>())
                            .add(run);
                }
            }
        }
        System.out.println("Medians:");
        seen.forEach((form, runs) -> print(
                form,
                new Seen(
                        median(runs.stream().map(Seen::listeningS).toList()),
                        median(runs.stream().map(Seen::readyS).toList()),
                        median(runs.stream().map(Seen::cpuS).toList()),
                        median(runs.stream().map(Seen::residentMb).toList()),
                        median(runs.stream().map(Seen::mostResidentMb).toList()))));
    }

    private static void print(String form, Seen seen) {
        System.out.printf(
                Locale.ROOT,
                "%-32s %11.1f %8.1f %8.1f %13d %10d%n",
                form,
                seen.listeningS(),
                seen.readyS(),
                seen.cpuS(),
                seen.residentMb(),
                seen.mostResidentMb());
    }

    private static <T extends Comparable<T>> T median(List<T> values) {
        return values.stream().sorted().toList().get(values.size() / 2);
    }

    private static Seen run(
            ImageArchive image, Map<String, String> environment, Cluster cluster, Path directory, String name)
            throws IOException, InterruptedException {
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
        long start = System.nanoTime();
        try (Container container = Container.start(
                directory.resolve("root"),
                image.config(),
                environment,
                "127.0.0.1 localhost\n",
                Optional.of(properties),
                directory.resolve(name))) {
            SpendClient client = container.client();
            double listening = secondsSince(start);
            client.awaitReady();
            double ready = secondsSince(start);
            double cpu = cpuS(container.pid());
            load(client);
            String status = Files.readString(Path.of("/proc", "" + container.pid(), "status"));
            Seen seen = new Seen(listening, ready, cpu, megabytes(status, "VmRSS"), megabytes(status, "VmHWM"));
            container.stop();
            return seen;
        }
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
