package io.spendstream.acceptance.bench;

import io.spendstream.acceptance.SpendClient;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** What a process holds of memory and handles, looked at now and then from outside (Linux). */
final class Vitals {

    /** What is looked at, and how much more of it is no growth. */
    enum Vital {
        /** Without the pages of mapped files, which the system takes back when it wants them. */
        RESIDENT_MB(5, 24),
        /** What a full collection leaves. */
        HEAP_LIVE_MB(10, 24),
        /** Block cache, with index and filter blocks and all write buffers. */
        ROCKSDB_MB(10, 8),
        /** But for the tables of the state, which all stay open and are as many as there is state. */
        HANDLES(5, 16),
        THREADS(5, 4);

        final int percent;
        final long atLeast;

        Vital(int percent, long atLeast) {
            this.percent = percent;
            this.atLeast = atLeast;
        }

        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** A machine with much else to do takes its time. */
    private static final long COLLECTED_WITHIN_S = 300;

    private final String name;
    private final long pid;
    /** Null for a process that is not the application's. */
    private final SpendClient client;

    private final Map<Vital, List<Long>> samples = new EnumMap<>(Vital.class);

    Vitals(String name, long pid, SpendClient client) {
        this.name = name;
        this.pid = pid;
        this.client = client;
    }

    String name() {
        return name;
    }

    /** Looks once, after a full collection. */
    void look() throws IOException, InterruptedException {
        collectGarbage();
        note(Vital.RESIDENT_MB, status("RssAnon") >> 10);
        note(Vital.THREADS, status("Threads"));
        try (Stream<Path> handles = Files.list(Path.of("/proc/" + pid + "/fd"))) {
            note(Vital.HANDLES, handles.filter(handle -> !isTable(handle)).count());
        }
        if (client != null) {
            note(Vital.HEAP_LIVE_MB, metric("jvm_memory_used_bytes{area=\"heap\"") >> 20);
            note(Vital.ROCKSDB_MB, metric("spendstream_rocksdb_cache_bytes") >> 20);
        }
    }

    private void note(Vital vital, long value) {
        samples.computeIfAbsent(vital, v -> new ArrayList<>()).add(value);
    }

    private void collectGarbage() throws IOException, InterruptedException {
        Process jcmd = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        "-J-XX:TieredStopAtLevel=1",
                        Long.toString(pid),
                        "GC.run")
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        if (!jcmd.waitFor(COLLECTED_WITHIN_S, TimeUnit.SECONDS) || jcmd.exitValue() != 0) {
            jcmd.destroyForcibly();
            throw new IllegalStateException(name + " did not collect its garbage; jcmd must come from the same JDK");
        }
    }

    /** One of RocksDB's that there still is: what is deleted and still held is a handle like others. */
    private static boolean isTable(Path handle) {
        try {
            return Files.readSymbolicLink(handle).toString().endsWith(".sst");
        } catch (IOException e) {
            // Closed since it was listed.
            return false;
        }
    }

    private long status(String field) throws IOException {
        try (Stream<String> lines = Files.lines(Path.of("/proc/" + pid + "/status"))) {
            return lines.filter(line -> line.startsWith(field + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("/proc/" + pid + "/status says no " + field));
        }
    }

    /** The sum of all samples that begin so. */
    private long metric(String prefix) {
        return client.get("/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(prefix))
                .map(line -> new BigDecimal(line.substring(line.lastIndexOf(' ') + 1)))
                .reduce(BigDecimal::add)
                .orElseThrow(() -> new IllegalStateException("/metrics of " + name + " has no " + prefix))
                .longValue();
    }

    /** What the last look saw of one. */
    long last(Vital vital) {
        List<Long> seen = samples.get(vital);
        return seen.get(seen.size() - 1);
    }

    /** What each stayed like. */
    Map<Vital, Flatness> flatness() {
        Map<Vital, Flatness> flatness = new EnumMap<>(Vital.class);
        samples.forEach((vital, seen) -> flatness.put(vital, Flatness.of(seen, vital.percent, vital.atLeast)));
        return flatness;
    }
}
