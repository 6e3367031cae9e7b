package io.spendstream.acceptance.bench;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * Where the processing threads spend their time, by samples of their stacks (Java Flight Recorder, every 10 ms). A
 * sample belongs to the stage whose code is the innermost on the stack, and within it to what that code was calling:
 * itself, Kafka Streams, a Kafka client, RocksDB. Samples are of threads that run Java code; time inside of RocksDB
 * itself is native and shows in {@link #nativeSamples}, which the recorder takes more rarely.
 */
final class Profile {

    /**
     * Samples of one stage and what it was calling.
     *
     * @param callee {@code own}, {@code streams}, {@code consumer}, {@code producer}, {@code rocksdb} or {@code jdk}
     */
    record Place(String stage, String callee) {}

    private static final Duration PERIOD = Duration.ofMillis(10);
    private static final List<String> CALLEES = List.of("own", "streams", "consumer", "producer", "rocksdb");
    private static final String OURS = "io.spendstream.";
    private static final int METHODS_SHOWN = 25;

    private final Map<Place, Integer> places = new HashMap<>();
    private final Map<String, Integer> methods = new HashMap<>();
    private final Map<String, Integer> natives = new HashMap<>();
    private int samples;

    /** A recording that has started. */
    static Recording start() {
        Recording recording = new Recording();
        recording.enable("jdk.ExecutionSample").withPeriod(PERIOD);
        recording.enable("jdk.NativeMethodSample").withPeriod(PERIOD);
        recording.start();
        return recording;
    }

    /** Ends a recording and counts its samples. */
    static Profile of(Recording recording) throws IOException {
        Path file = Files.createTempFile("spendstream-bench", ".jfr");
        try (recording) {
            recording.dump(file);
            Profile profile = new Profile();
            for (RecordedEvent event : RecordingFile.readAllEvents(file)) {
                profile.add(event);
            }
            return profile;
        } finally {
            Files.delete(file);
        }
    }

    private void add(RecordedEvent event) {
        if (event.getThread("sampledThread") == null
                || event.getStackTrace() == null
                || !CpuTimes.isStream(
                        String.valueOf(event.getThread("sampledThread").getJavaName()))) {
            return;
        }
        List<RecordedFrame> frames = event.getStackTrace().getFrames();
        String top = method(frames.get(0));
        if (event.getEventType().getName().equals("jdk.NativeMethodSample")) {
            natives.merge(top, 1, Integer::sum);
            return;
        }
        samples++;
        methods.merge(top, 1, Integer::sum);
        places.merge(place(frames), 1, Integer::sum);
    }

    private static Place place(List<RecordedFrame> frames) {
        String callee = "own";
        for (RecordedFrame frame : frames) {
            String type = frame.getMethod().getType().getName();
            if (type.startsWith(OURS)) {
                return new Place(stage(type), callee);
            }
            if (callee.equals("own")) {
                callee = callee(type);
            }
        }
        return new Place(outside(frames), callee);
    }

    private static String stage(String type) {
        String name = type.substring(OURS.length());
        int dot = name.indexOf('.');
        return switch (dot < 0 ? name : name.substring(0, dot)) {
            case "ingest" -> "decode";
            case "dedupe" -> "dedupe";
            case "pricing", "money" -> "price";
            case "combine" ->
                name.startsWith("combine.DeltaBlock") || name.startsWith("combine.ByteS") ? "delta blocks" : "combine";
            case "rollup" -> "cube";
            case "schema", "v1" -> "avro";
            default -> name;
        };
    }

    private static String callee(String type) {
        if (type.startsWith("org.apache.kafka.clients.producer")) {
            return "producer";
        }
        if (type.startsWith("org.apache.kafka.clients.consumer")) {
            return "consumer";
        }
        if (type.startsWith("org.apache.kafka.streams.state.internals.RocksDB") || type.startsWith("org.rocksdb")) {
            return "rocksdb";
        }
        return type.startsWith("org.apache.kafka.streams") ? "streams" : "own";
    }

    /** What Kafka Streams was doing where no code of ours was on the stack. */
    private static String outside(List<RecordedFrame> frames) {
        String found = "streams, other";
        for (RecordedFrame frame : frames) {
            String method = frame.getMethod().getName();
            switch (method) {
                case "pollPhase", "pollRequests" -> found = "poll";
                case "addRecords", "addRecordsToTasks" -> found = "queue records";
                case "maybeCommit", "commitTasksAndMaybeUpdateCommittableOffsets" -> found = "commit";
                case "maybePunctuate", "punctuate" -> found = "punctuate";
                case "process" -> found = found.equals("streams, other") ? "process loop" : found;
                default -> {}
            }
        }
        return found;
    }

    private static String method(RecordedFrame frame) {
        return frame.getMethod().getType().getName() + "." + frame.getMethod().getName();
    }

    /** Native methods the threads were seen in, waiting for the network not among them; and how often. */
    Map<String, Integer> nativeSamples() {
        Map<String, Integer> busy = new TreeMap<>(natives);
        busy.keySet().removeIf(name -> name.contains("EPoll"));
        return busy;
    }

    /** Share of all samples per stage, in per mille, the largest first. */
    void print(PrintWriter out) {
        Map<String, Integer> stages = new HashMap<>();
        places.forEach((place, count) -> stages.merge(place.stage(), count, Integer::sum));
        out.printf("%nwhere the processing threads' time goes (%,d samples), %%%n", samples);
        out.printf("%-18s %6s   of it in: %7s", "stage", "all", CALLEES.get(0));
        CALLEES.stream().skip(1).forEach(callee -> out.printf(" %9s", callee));
        out.println();
        stages.entrySet().stream()
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed())
                .forEach(stage -> {
                    out.printf("%-18s %6.1f  ", stage.getKey(), percent(stage.getValue()));
                    for (String callee : CALLEES) {
                        int count = places.getOrDefault(new Place(stage.getKey(), callee), 0);
                        out.printf(" %9s", count == 0 ? "" : "%.1f".formatted(percent(count)));
                    }
                    out.println();
                });
        out.printf("%nthe methods they are in, %%%n");
        top(methods, METHODS_SHOWN).forEach(m -> out.printf("%6.1f  %s%n", percent(m.getValue()), m.getKey()));
        out.printf("%nnative methods they are in, samples (not comparable with the above)%n");
        top(nativeSamples(), 8).forEach(m -> out.printf("%6d  %s%n", m.getValue(), m.getKey()));
    }

    private double percent(int count) {
        return 100.0 * count / Math.max(1, samples);
    }

    private static List<Map.Entry<String, Integer>> top(Map<String, Integer> counts, int limit) {
        return counts.entrySet().stream()
                .sorted(Map.Entry.comparingByValue(Comparator.reverseOrder()))
                .limit(limit)
                .toList();
    }
}
