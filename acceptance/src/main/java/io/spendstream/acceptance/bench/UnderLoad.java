package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.acceptance.AnswerCheck;
import io.spendstream.acceptance.AppProcess;
import io.spendstream.acceptance.SpendQuestion;
import io.spendstream.acceptance.bench.Vitals.Vital;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * One instance in a process of its own, as {@code ./spendstream run} starts it, with a month of cells in its store and a
 * steady load of events of this moment: what it holds of memory, how long spend queries take meanwhile, and how old the
 * answers are. Users are a million, drawn uniformly; the events make 2,500 cells in each quarter-hour.
 */
final class UnderLoad {

    static final int PER_SECOND = 20_000;
    static final int MINUTES = 8;

    private static final String PREFIX = "load.";
    private static final long SEED = 20_261_201;
    private static final int USERS = 1_000_000;
    private static final int TEAMS = 25;
    /** Until code is compiled and queues are short. */
    private static final int WARM_UP_PART = 4;

    private static final long ASK_EVERY_NS = 50_000_000;
    /** What the launcher gives {@code run}. */
    private static final List<String> JVM =
            List.of("-Xms1024m", "-Xmx1024m", "-Xmn409m", "-XX:+UseSerialGC", "-XX:MaxTenuringThreshold=4");

    private static final String AGE = "age of the total";

    private final Site site;
    private final Options options;
    private final PrintWriter out;
    private final Topics topics = Topics.withPrefix(PREFIX);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Map<String, List<Long>> took = new LinkedHashMap<>();

    UnderLoad(Site site, Options options, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.out = out;
    }

    /**
     * Runs it.
     *
     * @throws WrongAnswer where an answer was wrong
     */
    void run(ObjectNode result) throws IOException, InterruptedException {
        ManyCells month = new ManyCells(SEED, options.cells(), USERS, Instant.now());
        site.createTopics(topics);
        Ledger ledger = Filling.fill(site, topics.usageEvents().name(), month).ledger();
        Map<String, String> changes = Map.of(
                AppConfig.TOPIC_PREFIX,
                PREFIX,
                AppConfig.THREADS,
                Integer.toString(options.threads()),
                AppConfig.PRICED_PUBLISHED,
                "false");
        try (AppProcess instance =
                new AppProcess(site.directory(PREFIX), "instance", site.configuration("load", changes), JVM)) {
            instance.start();
            instance.client().awaitReady();
            SpendClient client = new SpendClient(instance.url());
            client.requireAll(ledger);
            try (Trickle trickle =
                    new Trickle(site, topics.usageEvents().name(), ledger, SEED, kinds(), options.perSecond())) {
                AnswerCheck check = new AnswerCheck(trickle);
                long before = ledger.records();
                Map<String, Long> pids = new LinkedHashMap<>();
                pids.put("instance", instance.pid());
                pids.put("broker", site.brokerPid());
                pids.put("load and questions", ProcessHandle.current().pid());
                Processors processors = new Processors(pids);
                double seconds = load(instance, month, check);
                processors.stop();
                ledger = trickle.stop();
                double perSecond = (ledger.records() - before) / seconds;
                client.requireAll(ledger);
                requireRight(check);
                tell(instance, perSecond, result);
                processors.tell(out, result.putObject("processors"));
                out.flush();
            }
        }
    }

    /** The backlog's kinds of calls, of more teams. */
    private static EventSource kinds() {
        return Trickle.calls(SEED, USERS)
                .with(event ->
                        event.setTeam("team-" + Math.floorMod(event.getId().hashCode(), TEAMS)));
    }

    /** Asks all the while; answers how many seconds that took. */
    private double load(AppProcess instance, ManyCells month, AnswerCheck check)
            throws IOException, InterruptedException {
        SpendQuestion everything = SpendQuestion.between(
                month.start(), Instant.now().truncatedTo(ChronoUnit.DAYS).plus(2, ChronoUnit.DAYS));
        Map<String, String> shapes = SpendQueries.shapes(month);
        long whole = Duration.ofMinutes(options.minutes()).toNanos();
        long start = System.nanoTime();
        long passed = 0;
        for (int number = 0; passed < whole; number++) {
            boolean counts = passed > whole / WARM_UP_PART;
            for (Map.Entry<String, String> shape : shapes.entrySet()) {
                long ns = SpendQueries.askOnce(http, instance.url(), number, shape.getValue());
                note(counts, shape.getKey(), ns);
                LockSupport.parkNanos(ASK_EVERY_NS);
            }
            var answer = instance.client().spend(everything);
            check.note(answer);
            if (answer.status() == 200) {
                long age = Duration.between(answer.asOf(), Instant.now()).toNanos();
                note(counts, AGE, age);
            }
            passed = System.nanoTime() - start;
        }
        return passed / 1e9;
    }

    private void note(boolean counts, String what, long ns) {
        List<Long> all = took.computeIfAbsent(what, name -> new ArrayList<>());
        if (counts) {
            all.add(ns);
        }
    }

    private static void requireRight(AnswerCheck check) {
        if (!check.faults().isEmpty()) {
            throw new WrongAnswer(check.faults().size() + " answers were wrong, the first: "
                    + check.faults().get(0));
        }
    }

    private void tell(AppProcess instance, double perSecond, ObjectNode result)
            throws IOException, InterruptedException {
        out.printf("%nunder load: %,.0f events/s for %d minutes%n", perSecond, options.minutes());
        result.put("events_per_second", Math.round(perSecond));
        result.put("minutes", options.minutes());
        took.forEach((what, ns) -> {
            Latencies latencies =
                    new Latencies(ns.stream().mapToLong(Long::longValue).toArray());
            out.printf("  %-28s %s%n", what, latencies);
            result.set(what.replace(' ', '_'), latencies.toJson());
        });
        long most = Machine.peakResidentMb(instance.pid());
        Vitals vitals = new Vitals("instance", instance.pid(), instance.client());
        vitals.look();
        out.printf("  %-28s %,d MB at most%n", "resident", most);
        ObjectNode memory = result.putObject("memory");
        memory.put("resident_mb_most", most);
        for (Vital vital : List.of(Vital.RESIDENT_MB, Vital.HEAP_LIVE_MB, Vital.ROCKSDB_MB)) {
            out.printf("  %-28s %,d after a full collection%n", vital.label(), vitals.last(vital));
            memory.put(vital.label(), vitals.last(vital));
        }
        out.flush();
    }
}
