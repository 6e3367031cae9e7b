package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.anomaly.Detector;
import io.spendstream.anomaly.DetectorSettings;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import io.spendstream.v1.Budget;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The pipeline over as many events each time, with one thing different: what it costs in time, in bytes that the broker
 * writes and in state on the disk. The first run warms up and is not in the result.
 */
final class Variations {

    private static final long SEED = 20_261_125;
    private static final List<Integer> USERS = List.of(1_000, 100_000, 10_000_000);
    private static final List<Integer> TENANTS = List.of(10, 1_000);
    private static final List<Integer> DAYS = List.of(7, 30);
    private static final List<Integer> COMMIT_INTERVALS_MS = List.of(30, 300, 1_000);

    private final Site site;
    private final Options options;
    private final PrintWriter out;
    private final Instant end = Instant.now();
    private int topics;

    Variations(Site site, Options options, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.out = out;
    }

    /** Each part that can be switched on, and other commit intervals. */
    void parts(ObjectNode result) throws IOException, InterruptedException {
        heading("parts");
        Map<String, String> bare = new HashMap<>(Map.of(AppConfig.PRICED_PUBLISHED, "false"));
        for (Detector detector : Detector.values()) {
            bare.put(DetectorSettings.PREFIX + detector.label() + ".enabled", "false");
        }
        EventSource events = events(options.users());
        run(null, events, List.of(), bare, "warm-up");
        run(result, events, List.of(), bare, "dedupe, prices, cube, user totals");
        run(result, events, List.of(), without(bare, DetectorSettings.PREFIX), "and detectors");
        run(result, events, List.of(), without(bare, AppConfig.PRICED_PUBLISHED), "and usage-priced");
        run(result, events, BudgetList.records(), bare, "and 1,000 budgets");
        run(result, events, BudgetList.records(), Map.of(), "and all of these");
        for (int intervalMs : COMMIT_INTERVALS_MS) {
            Map<String, String> changed = new HashMap<>(bare);
            changed.put(AppConfig.COMMIT_INTERVAL_MS, Integer.toString(intervalMs));
            run(result, events, List.of(), changed, "commits every " + intervalMs + " ms");
        }
    }

    /** More users, more tenants, and more days. */
    void growth(ObjectNode result) throws IOException, InterruptedException {
        heading("growth");
        Map<String, String> settings = Map.of(AppConfig.PRICED_PUBLISHED, "false");
        run(null, events(options.users()), List.of(), settings, "warm-up");
        for (int users : USERS) {
            run(result, events(users), List.of(), settings, "%,d users".formatted(users));
        }
        for (int tenants : TENANTS) {
            run(
                    result,
                    ofTenants(events(options.users()), tenants),
                    List.of(),
                    settings,
                    "%,d tenants".formatted(tenants));
        }
        for (int days : DAYS) {
            run(result, ofDays(events(options.users()), days), List.of(), settings, days + " days");
        }
    }

    private void heading(String name) {
        out.printf(
                "%n%s: %,d events%n%-36s %10s %9s %9s   %s%n",
                name, options.events(), "", "events/s", "broker B", "state B", CpuTimes.HEADINGS);
    }

    private EventSource events(int users) {
        return new Backlog(SEED, options.events(), users, end);
    }

    private static EventSource ofTenants(EventSource source, int tenants) {
        return source.with(event -> event.setTenant("tenant-" + share(event, tenants)));
    }

    /** The same hour of so many days, in no order. */
    private static EventSource ofDays(EventSource source, int days) {
        return source.with(event -> event.setTime(event.getTime().minus(share(event, days), ChronoUnit.DAYS)));
    }

    /** Which of so many an event is of. */
    private static int share(UsageEvent event, int of) {
        return Math.floorMod(event.getId().hashCode(), of);
    }

    private static Map<String, String> without(Map<String, String> settings, String prefix) {
        Map<String, String> rest = new HashMap<>(settings);
        rest.keySet().removeIf(key -> key.startsWith(prefix));
        return rest;
    }

    private void run(
            ObjectNode result, EventSource events, List<Budget> budgets, Map<String, String> settings, String name)
            throws IOException, InterruptedException {
        // Topics of its own for each, so that nothing of another is read or compacted.
        String prefix = "varied-" + ++topics + ".";
        Topics own = Topics.withPrefix(prefix);
        site.createTopics(own);
        Filling filling = Filling.fill(site, own.usageEvents().name(), events);
        if (!budgets.isEmpty()) {
            site.publishBudgets(own, budgets);
        }
        Map<String, String> all = new HashMap<>(settings);
        all.put(AppConfig.TOPIC_PREFIX, prefix);
        all.put(AppConfig.THREADS, Integer.toString(options.threads()));
        long before = site.bytes();
        long[] state = new long[1];
        long[] written = new long[1];
        Speed speed = new PipelineRun(site, filling).measure(all, instance -> {
            written[0] = site.bytes() - before;
            state[0] = instance.stateBytes();
        });
        site.forget(own);
        if (result == null) {
            return;
        }
        double records = filling.ledger().records();
        out.printf(
                "%-36s %,10.0f %,9.1f %,9.1f   %s%n",
                name, speed.perSecond(), written[0] / records, state[0] / records, speed.remarks());
        out.flush();
        ObjectNode json = speed.toJson();
        json.put("broker_bytes_per_event", Latencies.rounded(written[0] / records));
        json.put("state_bytes_per_event", Latencies.rounded(state[0] / records));
        result.set(name.replace(",", "").replace(' ', '_'), json);
    }
}
