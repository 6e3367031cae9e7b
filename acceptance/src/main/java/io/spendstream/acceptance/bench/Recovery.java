package io.spendstream.acceptance.bench;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.spendstream.acceptance.AnswerCheck;
import io.spendstream.acceptance.AppProcess;
import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Directories;
import io.spendstream.acceptance.SpendClient;
import io.spendstream.acceptance.SpendQuestion;
import io.spendstream.runtime.AppConfig;
import io.spendstream.topic.Topics;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * How long an instance's death or restart is felt, with much state: from the signal until the total is answered again,
 * and until it holds all that had come before. Two instances in processes of their own share the work while a few
 * events a second go on coming in, and one that is left is asked all the while: every answer is held against what was
 * sent.
 */
final class Recovery {

    private static final String PREFIX = "recovery.";
    private static final long SEED = 20_261_124;
    private static final int EVENTS_PER_SECOND = 200;
    private static final int USERS = 20_000;
    /** Long ones that are hard to compress, so that fewer events make as much state. */
    private static final int TAGS = 4;

    private static final int TAG_VALUES = 5_000;
    private static final int TAG_PARTS = 12;

    /** In the stores, as seen; what it came to is printed. */
    private static final int STATE_BYTES_PER_EVENT = 2_000;

    private static final Duration LIMIT = Duration.ofMinutes(5);
    private static final Duration SETTLED_FOR = Duration.ofSeconds(5);
    private static final long ASK_EVERY_NS = 20_000_000;
    private static final List<String> JVM =
            List.of("-Xms768m", "-Xmx768m", "-Xmn307m", "-XX:+UseSerialGC", "-XX:MaxTenuringThreshold=4");

    /**
     * What was seen.
     *
     * @param answered seconds until there was an answer again
     * @param whole seconds until it held all that had come before
     * @param refused 503s until then, each with a time to ask again
     */
    private record Outage(double answered, double whole, long refused) {}

    private final Site site;
    private final Options options;
    private final PrintWriter out;
    private final Topics topics = Topics.withPrefix(PREFIX);
    private final SpendQuestion everything = SpendQuestion.between(
            Instant.now().truncatedTo(ChronoUnit.DAYS).minus(40, ChronoUnit.DAYS),
            Instant.now().truncatedTo(ChronoUnit.DAYS).plus(2, ChronoUnit.DAYS));

    private int trickles;

    Recovery(Site site, Options options, PrintWriter out) {
        this.site = site;
        this.options = options;
        this.out = out;
    }

    void run(ObjectNode result) throws IOException, InterruptedException {
        site.createTopics(topics);
        Ledger ledger;
        try (AppProcess first = instance("first", 1);
                AppProcess second = instance("second", 1)) {
            startBoth(first, second);
            ledger = fill(first.client(), result);
            awaitCopies();
            describe(ledger, result);
            try (Trickle trickle = trickle(ledger)) {
                AnswerCheck check = new AnswerCheck(trickle);
                tell(result, "killed, with a standby", lose(first, second.client(), check));
                first.start();
                awaitReady(first.client());
                awaitCopies();
                tell(result, "killed and started again, with a standby", replace(first, second.client(), check));
                requireRight(check);
                trickle.stop();
            }
        }
        Directories.delete(state("first"));
        Directories.delete(state("second"));
        try (AppProcess first = instance("first", 0);
                AppProcess second = instance("second", 0)) {
            startBoth(first, second);
            try (Trickle trickle = trickle(ledger)) {
                AnswerCheck check = new AnswerCheck(trickle);
                awaitAll(first.client(), ledger);
                tell(result, "killed, without a standby", lose(first, second.client(), check));
                tell(result, "killed and started, alone", killAndStart(second, check));
                tell(result, "stopped in good order and started, alone", restart(second, check));
                requireRight(check);
                trickle.stop();
            }
            awaitAll(second.client(), ledger);
        }
    }

    private Trickle trickle(Ledger ledger) {
        long seed = SEED + ++trickles;
        return new Trickle(
                site, topics.usageEvents().name(), ledger, seed, Trickle.calls(seed, USERS), EVENTS_PER_SECOND);
    }

    private static void startBoth(AppProcess first, AppProcess second) throws IOException {
        first.start();
        second.start();
        awaitReady(first.client());
        awaitReady(second.client());
    }

    private static void awaitReady(SpendClient client) {
        Await.until("ready", LIMIT, () -> client.get("/health/ready"), reply -> reply.status() == 200);
    }

    private Ledger fill(SpendClient client, ObjectNode result) throws InterruptedException {
        long events = options.stateMb() * (1L << 20) / STATE_BYTES_PER_EVENT;
        Filling filling = Filling.fill(
                site, topics.usageEvents().name(), withLongTags(new ManyCells(SEED, events, USERS, Instant.now())));
        result.put("events", events);
        awaitAll(client, filling.ledger());
        return filling.ledger();
    }

    private static List<String> tagNames() {
        return IntStream.rangeClosed(1, TAGS).mapToObj(i -> "tag" + i).toList();
    }

    private static String text(SplittableRandom dice) {
        return Stream.generate(() -> Long.toHexString(dice.nextLong()))
                .limit(TAG_PARTS)
                .collect(Collectors.joining());
    }

    private static EventSource withLongTags(EventSource source) {
        SplittableRandom names = new SplittableRandom(SEED);
        List<String> values =
                Stream.generate(() -> text(names)).limit(TAG_VALUES).toList();
        return new EventSource() {
            @Override
            public long records() {
                return source.records();
            }

            @Override
            public void draw(long index, UsageEvent into) {
                source.draw(index, into);
                SplittableRandom dice = Blank.dice(SEED, index);
                Map<String, String> tags = new HashMap<>();
                for (String tag : tagNames()) {
                    tags.put(tag, values.get(dice.nextInt(TAG_VALUES)));
                }
                into.setTags(tags);
            }

            @Override
            public boolean isRepeat(long index) {
                return source.isRepeat(index);
            }
        };
    }

    private void awaitAll(SpendClient client, Ledger ledger) {
        long requests = ledger.total().requests();
        Await.until("all events", LIMIT, () -> client.spend(everything), answer -> answer.requests() >= requests);
    }

    /** Copies have no lag that could be asked for; when nothing is written any more, they are whole. */
    private void awaitCopies() throws IOException {
        long since = System.nanoTime();
        long before = bytes();
        while (System.nanoTime() - since < SETTLED_FOR.toNanos()) {
            LockSupport.parkNanos(ASK_EVERY_NS);
            long now = bytes();
            if (Math.abs(now - before) > before / 1_000) {
                before = now;
                since = System.nanoTime();
            }
        }
    }

    private long bytes() throws IOException {
        return bytes(state("first")) + bytes(state("second"));
    }

    private static long bytes(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (UncheckedIOException e) {
            // A file went away meanwhile.
            return 0;
        }
    }

    private void describe(Ledger ledger, ObjectNode result) throws IOException {
        long mb = bytes(state("first")) >> 20;
        out.printf(
                "%nrecovery: %,d MB of state (%,d events), %d partitions, %d threads, %d events/s all the while%n",
                mb, ledger.records(), site.partitions(), options.threads(), EVENTS_PER_SECOND);
        out.printf("%-44s %14s %14s %10s%n", "", "answers again", "all before", "refused");
        out.flush();
        result.put("state_mb", mb);
    }

    /** Kills an instance and asks another. */
    private Outage lose(AppProcess victim, SpendClient left, AnswerCheck check) throws InterruptedException {
        long start = System.nanoTime();
        Instant killedAt = Instant.now();
        victim.kill();
        return outage(start, killedAt, left, check);
    }

    /** Kills an instance, starts it again at once, and asks another. */
    private Outage replace(AppProcess victim, SpendClient other, AnswerCheck check) throws InterruptedException {
        long start = System.nanoTime();
        Instant killedAt = Instant.now();
        victim.kill();
        CompletableFuture<Void> starting = CompletableFuture.runAsync(() -> start(victim));
        Outage outage = outage(start, killedAt, other, check);
        starting.join();
        return outage;
    }

    private static void start(AppProcess instance) {
        try {
            instance.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Outage restart(AppProcess instance, AnswerCheck check) throws IOException, InterruptedException {
        awaitSteady(instance.client());
        long start = System.nanoTime();
        Instant stoppedAt = Instant.now();
        instance.stop();
        return outage(start, stoppedAt, instance.start().client(), check);
    }

    private Outage killAndStart(AppProcess instance, AnswerCheck check) throws IOException, InterruptedException {
        awaitSteady(instance.client());
        long start = System.nanoTime();
        Instant killedAt = Instant.now();
        instance.kill();
        return outage(start, killedAt, instance.start().client(), check);
    }

    private void awaitSteady(SpendClient client) {
        awaitReady(client);
        Instant now = Instant.now();
        Await.until("what came before", LIMIT, () -> client.spend(everything), answer -> knows(answer, now));
    }

    private static boolean knows(SpendClient.Answer answer, Instant time) {
        return answer.status() == 200 && answer.asOf().isAfter(time);
    }

    private Outage outage(long startNs, Instant time, SpendClient asked, AnswerCheck check) {
        long refusedBefore = check.refusals();
        double answered = Double.NaN;
        while (true) {
            SpendClient.Answer answer = asked.spend(everything);
            double seconds = (System.nanoTime() - startNs) / 1e9;
            check.note(answer);
            if (answer.status() == 200 && Double.isNaN(answered)) {
                answered = seconds;
            }
            if (knows(answer, time)) {
                return new Outage(answered, seconds, check.refusals() - refusedBefore);
            }
            if (seconds > LIMIT.toSeconds()) {
                throw new IllegalStateException(
                        "no answer with all within " + LIMIT.toSeconds() + " s; last seen: " + answer);
            }
            LockSupport.parkNanos(ASK_EVERY_NS);
        }
    }

    private void tell(ObjectNode result, String what, Outage outage) {
        out.printf("%-44s %12.1f s %12.1f s %,10d%n", what, outage.answered, outage.whole, outage.refused);
        out.flush();
        ObjectNode json = result.putObject(what.replace(",", "").replace(' ', '_'));
        json.put("answered_after_s", Latencies.rounded(outage.answered));
        json.put("whole_after_s", Latencies.rounded(outage.whole));
        json.put("refused", outage.refused);
    }

    private static void requireRight(AnswerCheck check) {
        if (!check.faults().isEmpty()) {
            throw new WrongAnswer(check.faults().size() + " answers were wrong, the first: "
                    + check.faults().get(0));
        }
    }

    private AppProcess instance(String name, int standbys) throws IOException {
        Map<String, String> changes = new HashMap<>(Map.of(
                AppConfig.TOPIC_PREFIX,
                PREFIX,
                AppConfig.PRICED_PUBLISHED,
                "false",
                AppConfig.THREADS,
                Integer.toString(options.threads()),
                AppConfig.STANDBYS,
                Integer.toString(standbys),
                AppConfig.INSTANCE_ID,
                name,
                AppConfig.TAG_DIMENSIONS,
                String.join(",", tagNames()),
                AppConfig.STATE_DIR,
                state(name).toString()));
        // For the setting up only: each instance takes its half at once, and restores it, instead of after a while.
        changes.put("kafka.acceptable.recovery.lag", Long.toString(Long.MAX_VALUE));
        return new AppProcess(site.directory(PREFIX), name, site.configuration("recovery", changes), JVM);
    }

    private Path state(String name) {
        return site.directory(PREFIX).resolve(name);
    }
}
