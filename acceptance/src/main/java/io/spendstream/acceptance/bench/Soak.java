package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.acceptance.AnswerCheck;
import io.spendstream.acceptance.AppProcess;
import io.spendstream.acceptance.LeakingApp;
import io.spendstream.acceptance.SpendQuestion;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A long time of load while instances come and go: whether what the processes hold of memory and handles stays as it is,
 * and the totals are right. Two instances stay; a third joins and leaves every few minutes, in turns in good order and
 * killed.
 */
final class Soak {

    static final int PER_SECOND = 200;
    static final int MINUTES = 60;

    private static final String PREFIX = "soak.";
    private static final int USERS = 20_000;
    private static final int STAYING = 2;
    /** The guest comes and goes so often at the most, and at least every four minutes. */
    private static final int VISITS = 12;

    private static final Duration VISIT_MAX = Duration.ofMinutes(4);
    private static final Duration LOOK_MAX = Duration.ofSeconds(60);
    private static final long ASK_EVERY_NS = 1_000_000_000;
    /** All of the heap is touched at the start, so that what grows later is something else. */
    private static final List<String> JVM = List.of("-Xms256m", "-Xmx256m", "-XX:+AlwaysPreTouch", "-XX:+UseSerialGC");

    /** Small, to be full before it is looked: what grows then is more than the limit. */
    private static final String CACHE_MB = "32";

    private static final String WRITE_BUFFER_MB = "16";

    private final Site site;
    private final Options options;
    private final LeakingApp.Leak leak;
    private final PrintWriter out;
    private final Topics topics = Topics.withPrefix(PREFIX);
    private int visits;

    /** @param leak of the instances that stay, to see that it is found; null for none */
    Soak(Site site, Options options, LeakingApp.Leak leak, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.leak = leak;
        this.out = out;
    }

    /**
     * Runs it.
     *
     * @throws WrongAnswer where something grew, or an answer was wrong
     */
    void run(ObjectNode result) throws IOException, InterruptedException {
        // First of all: whatever goes wrong, its load can be had again.
        out.printf("soak: --seed %d%n", options.seed());
        out.flush();
        site.createTopics(topics);
        List<Vitals> looked = new ArrayList<>(List.of(new Vitals("broker", site.brokerPid(), null)));
        List<AppProcess> staying = new ArrayList<>();
        AppProcess guest = instance("guest", null);
        try {
            for (int i = 1; i <= STAYING; i++) {
                AppProcess instance = instance("instance-" + i, leak);
                staying.add(instance);
                looked.add(new Vitals("instance " + i, instance.start().pid(), instance.client()));
            }
            for (AppProcess instance : staying) {
                instance.client().awaitReady();
            }
            try (Trickle trickle = new Trickle(
                    site,
                    topics.usageEvents().name(),
                    new Ledger(),
                    options.seed(),
                    Trickle.calls(options.seed(), USERS),
                    options.perSecond())) {
                AnswerCheck check = new AnswerCheck(trickle);
                load(staying, guest, looked, check);
                Ledger ledger = trickle.stop();
                tell(looked, check, ledger, result);
                requireRight(staying, ledger, check);
                requireFlat(looked);
            }
        } finally {
            guest.close();
            staying.forEach(AppProcess::close);
        }
    }

    private AppProcess instance(String name, LeakingApp.Leak leak) throws IOException {
        Map<String, String> changes = new HashMap<>(Map.of(
                AppConfig.TOPIC_PREFIX,
                PREFIX,
                AppConfig.COMMIT_INTERVAL_MS,
                "1000",
                AppConfig.THREADS,
                Integer.toString(options.threads()),
                AppConfig.STANDBYS,
                "1",
                AppConfig.ROCKSDB_CACHE_MB,
                CACHE_MB,
                AppConfig.ROCKSDB_WRITE_BUFFER_MB,
                WRITE_BUFFER_MB,
                AppConfig.STATE_DIR,
                site.directory(PREFIX).resolve(name).toString()));
        AppProcess instance = new AppProcess(site.directory(PREFIX), name, site.configuration("soak", changes), JVM);
        return leak == null ? instance : instance.leaking(leak);
    }

    private void load(List<AppProcess> staying, AppProcess guest, List<Vitals> looked, AnswerCheck check)
            throws IOException, InterruptedException {
        Instant day = Instant.now().truncatedTo(ChronoUnit.DAYS);
        SpendQuestion total = SpendQuestion.between(day.minus(2, ChronoUnit.DAYS), day.plus(2, ChronoUnit.DAYS));
        Duration time = Duration.ofMinutes(options.minutes());
        long visitNs = shorter(time.dividedBy(VISITS), VISIT_MAX).toNanos();
        long lookNs =
                shorter(time.dividedBy(2L * Flatness.SAMPLES_MIN), LOOK_MAX).toNanos();
        long start = System.nanoTime();
        long looks = 0;
        // On a machine with much else to do, looking takes its time.
        while (System.nanoTime() - start < time.toNanos() || looks < Flatness.SAMPLES_MIN) {
            long passed = System.nanoTime() - start;
            visit(guest, passed / (visitNs / 2));
            if (passed / lookNs >= looks) {
                looks++;
                for (Vitals vitals : looked) {
                    vitals.look();
                }
            }
            for (AppProcess instance : staying) {
                check.note(instance.client().spend(total));
            }
            LockSupport.parkNanos(ASK_EVERY_NS);
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    /** Half of the time it is there. */
    private void visit(AppProcess guest, long halves) throws IOException, InterruptedException {
        boolean there = halves % 2 == 1;
        if (there && !guest.isAlive()) {
            visits++;
            guest.start();
        } else if (!there && guest.isAlive()) {
            if (visits % 2 == 0) {
                guest.kill();
            } else {
                guest.stop();
            }
        }
    }

    private void tell(List<Vitals> looked, AnswerCheck check, Ledger ledger, ObjectNode result) {
        out.printf(
                "%nsoak: %,d events in %d minutes, an instance joined and left %d times; %,d answers, %,d refusals%n",
                ledger.records(), options.minutes(), visits, check.answers(), check.refusals());
        out.printf("%-14s %-14s %12s %12s %12s%n", "", "", "first third", "last third", "at most");
        result.put("events", ledger.records());
        result.put("minutes", options.minutes());
        result.put("visits", visits);
        result.put("answers", check.answers());
        result.put("refusals", check.refusals());
        ArrayNode all = result.putArray("vitals");
        for (Vitals vitals : looked) {
            vitals.flatness().forEach((vital, flatness) -> {
                out.printf(
                        "%-14s %-14s %,12d %,12d %,12d   %s%n",
                        vitals.name(),
                        vital.label(),
                        flatness.first(),
                        flatness.last(),
                        flatness.limit(),
                        flatness.isFlat() ? "flat" : "GROWS");
                ObjectNode json = all.addObject();
                json.put("process", vitals.name());
                json.put("what", vital.label());
                json.put("first_third", flatness.first());
                json.put("last_third", flatness.last());
                json.put("at_most", flatness.limit());
            });
        }
        out.flush();
    }

    private static void requireRight(List<AppProcess> staying, Ledger ledger, AnswerCheck check)
            throws InterruptedException {
        if (!check.faults().isEmpty()) {
            throw new WrongAnswer(check.faults().size() + " answers were wrong, the first: "
                    + check.faults().get(0));
        }
        for (AppProcess instance : staying) {
            new SpendClient(instance.url()).requireAll(ledger);
        }
    }

    private static void requireFlat(List<Vitals> looked) {
        List<String> growing = new ArrayList<>();
        for (Vitals vitals : looked) {
            vitals.flatness().forEach((vital, flatness) -> {
                if (!flatness.isFlat()) {
                    growing.add(vital.label() + " of " + vitals.name());
                }
            });
        }
        if (!growing.isEmpty()) {
            throw new WrongAnswer("not flat: " + String.join(", ", growing));
        }
    }
}
