package io.spendstream.acceptance.guarantee;

import io.spendstream.acceptance.AppProcess;
import io.spendstream.acceptance.Await;
import io.spendstream.acceptance.Cluster;
import io.spendstream.acceptance.Delivery;
import io.spendstream.acceptance.EventStream;
import io.spendstream.acceptance.Load;
import io.spendstream.acceptance.Scene;
import io.spendstream.acceptance.SpendClient;
import io.spendstream.acceptance.Watch;
import io.spendstream.runtime.AppConfig;
import io.spendstream.v1.PricedUsage;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * A deployment of its own under load, one fault, the wait until all is settled, and every guarantee asserted. What it
 * sends and what the fault chooses follow from its seed; what happens at which moment does not.
 */
final class Trial implements AutoCloseable {

    private static final int EVENTS_PER_SECOND = 500;

    /** Counted between two strikes, so that each interrupts work that is under way. */
    private static final int PROGRESS_MIN = 300;

    private static final int PROGRESS_SPREAD = 600;

    /** After which what is missing counts as lost. */
    private static final Duration SETTLED_WITHIN = Duration.ofSeconds(90);

    /** What goes by other partitions than the spend may be there a moment later. */
    private static final Duration EVENTUALLY = Duration.ofSeconds(15);

    private static final long LOOK_EVERY_NANOS = 200_000_000;

    private static final Duration AGE = Duration.ofDays(35);

    private final Cluster cluster;
    private final String name;
    private final Fault fault;
    private final Random random;
    /** Whether instances keep their work for when they come back, or leave it to others at once. */
    private final boolean named;

    private final Map<String, String> configuration = new HashMap<>();
    private final List<Guarantee> guarantees = Guarantee.all();
    private final Map<String, AppProcess> instances = new LinkedHashMap<>();
    private final List<SampleBudget> budgets = new ArrayList<>();
    private final List<String> notes = new ArrayList<>();
    private final Scene scene;
    private Watch watch;
    private CommittedReader reader;
    private int streams;
    private int strikes;

    /**
     * @param name of its topics and directory; no other trial on the cluster has it
     * @param weakness configuration that takes a guarantee away, to see that this is noticed
     */
    Trial(Cluster cluster, String name, Fault fault, long seed, Map<String, String> weakness) {
        this.cluster = cluster;
        this.name = name;
        this.fault = fault;
        this.random = new Random(seed);
        this.named = random.nextBoolean();
        note(named ? "instances have names that they keep" : "instances have no names");
        // Sends at once what is sent, long before it is committed, so that every kill leaves something half done:
        // whatever
        // the deployment would have.
        configuration.put("kafka.producer.linger.ms", "0");
        configuration.put(AppConfig.COMMIT_INTERVAL_MS, "300");
        configuration.putAll(fault.configuration());
        configuration.putAll(weakness);
        this.scene = new Scene(cluster, name, AGE, sent -> guarantees.forEach(each -> each.onProduce(sent)));
    }

    /** Runs all of it; what goes wrong on the way is a finding too. */
    Outcome run() throws InterruptedException {
        long start = System.nanoTime();
        Map<String, Findings> findings = new LinkedHashMap<>();
        try {
            begin();
            fault.strike(this);
            settle();
            for (Guarantee guarantee : guarantees) {
                findings.put(guarantee.promise(), guarantee.doAssert(this));
            }
        } catch (IOException | ExecutionException | RuntimeException e) {
            findings.put(
                    "the trial comes to its end",
                    Findings.wrong(List.of(e + "; the instances' logs are in " + scene.deployment.directory())));
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return new Outcome(fault, took, strikes, scene.oracle, List.copyOf(notes), findings);
    }

    private void begin() throws IOException, InterruptedException, ExecutionException {
        watch = new Watch(scene);
        for (int i = 0; i < fault.instances(); i++) {
            begin("app-" + i);
        }
        for (SpendClient client : clients()) {
            client.awaitReady();
        }
        scene.price(client(0));
        reader = new CommittedReader(scene.deployment, this::processed);
        define(SampleBudget.COSTS);
        define(SampleBudget.CALLS);
        scene.load.start(stream(fault.mix(), scene.now), EVENTS_PER_SECOND);
        progress();
    }

    private void begin(String instance) throws IOException {
        AppProcess process = prepare(instance, Map.of());
        if (fault.build().isPresent()) {
            process.ofBuild(fault.build().get());
        }
        process.start();
        watchAll();
    }

    private void processed(PricedUsage usage) {
        guarantees.forEach(guarantee -> guarantee.onProcess(usage));
    }

    private void settle() throws IOException, InterruptedException {
        scene.load.stop();
        startAgainWhatEnded();
        for (SpendClient client : clients()) {
            client.awaitReady();
        }
        long deadline = System.nanoTime() + SETTLED_WITHIN.toNanos();
        while (!isSettled() && System.nanoTime() < deadline) {
            startAgainWhatEnded();
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
        watch.close();
        reader.finish();
    }

    private boolean isSettled() {
        SpendClient.Answer answer = client(0).spend(scene.everything());
        return answer.requests() >= scene.oracle.counted()
                && answer.lag() == 0
                && reader.counted() >= scene.oracle.counted();
    }

    /** An instance that a failure has ended is started again by whoever runs it. */
    private void startAgainWhatEnded() throws IOException {
        for (Map.Entry<String, AppProcess> instance : instances.entrySet()) {
            if (!instance.getValue().isAlive()) {
                note(instance.getKey() + " had ended and was started again");
                instance.getValue().start();
                watchAll();
            }
        }
    }

    Scene scene() {
        return scene;
    }

    /** Of its topics and directory. */
    String name() {
        return name;
    }

    Cluster cluster() {
        return cluster;
    }

    Fault fault() {
        return fault;
    }

    Random random() {
        return random;
    }

    List<SampleBudget> budgets() {
        return List.copyOf(budgets);
    }

    /** Those that are meant to run. */
    List<AppProcess> instances() {
        return List.copyOf(instances.values());
    }

    List<SpendClient> clients() {
        return instances.values().stream().map(AppProcess::client).toList();
    }

    /** One instance after the other, whatever the number. */
    SpendClient client(int number) {
        List<SpendClient> clients = clients();
        return clients.get(number % clients.size());
    }

    AppProcess anyInstance() {
        return instances().get(random.nextInt(instances.size()));
    }

    /** Where an instance keeps its state. */
    Path stateOf(AppProcess instance) {
        return instances.entrySet().stream()
                .filter(entry -> entry.getValue() == instance)
                .map(entry -> scene.deployment.directory().resolve(entry.getKey()))
                .findFirst()
                .orElseThrow();
    }

    /** Starts one more instance. */
    AppProcess add(String name, Map<String, String> more) throws IOException {
        AppProcess instance = prepare(name, more).start();
        watchAll();
        return instance;
    }

    private AppProcess prepare(String name, Map<String, String> more) throws IOException {
        Map<String, String> config = new HashMap<>(configuration);
        config.put(AppConfig.INSTANCE_ID, named ? name : "");
        config.putAll(more);
        AppProcess instance = scene.process(name, config);
        instances.put(name, instance);
        return instance;
    }

    /** Takes an instance that runs out of the trial: it is the caller's, whatever becomes of it. */
    AppProcess release(String name) {
        AppProcess instance = instances.remove(name);
        watchAll();
        return instance;
    }

    /** Stops an instance in good order, for good. */
    void remove(String name) throws InterruptedException {
        try (AppProcess instance = release(name)) {
            instance.stop();
        }
    }

    /** Starts an instance that was killed or stopped, on the state it left. */
    void startAgain(AppProcess instance) throws IOException {
        instance.start();
        watchAll();
    }

    /** Asks all instances from now on. */
    void watchAll() {
        watch.over(clients().toArray(SpendClient[]::new));
    }

    /** Asks all but one, which does not answer. */
    void watchWithout(AppProcess silent) {
        watch.over(instances().stream()
                .filter(instance -> instance != silent)
                .map(AppProcess::client)
                .toArray(SpendClient[]::new));
    }

    List<String> watchFaults() {
        return watch.faults();
    }

    /** Makes a budget and waits until every instance knows it. */
    void define(SampleBudget budget) throws InterruptedException, ExecutionException {
        scene.deployment.define(List.of(budget.definition("")));
        for (SpendClient client : clients()) {
            Await.until(
                    "budget " + budget.id(),
                    Scene.PATIENCE,
                    () -> client.get("/v1/budgets/" + budget.id()),
                    reply -> reply.status() == 200);
        }
        budgets.add(budget);
    }

    /** A stream of events that is none of the others. */
    EventStream stream(EventStream.Mix mix, Instant now) {
        return new EventStream(
                "s" + streams++, random.nextLong(), mix, now, scene.schemaId, scene.otherSchemaId, List.of());
    }

    /** Sends besides the load. */
    void send(List<Delivery> deliveries) {
        scene.load.send(deliveries);
    }

    /** What Kafka took up to now. */
    List<Load.Sent> sent() {
        return scene.load.sent();
    }

    /** Waits until some more events, how many depends on the seed, are counted and committed. */
    void progress() throws IOException {
        long goal = reader.counted() + PROGRESS_MIN + random.nextInt(PROGRESS_SPREAD);
        awaitCounted(goal);
    }

    /** Waits until all is counted and committed that Kafka has by now. */
    void catchUp() throws IOException {
        long goal = scene.load.countedBefore(Instant.now());
        awaitCounted(goal);
    }

    private void awaitCounted(long goal) throws IOException {
        long deadline = System.nanoTime() + Scene.PATIENCE.toNanos();
        while (reader.counted() < goal) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException(goal + " events counted: not within " + Scene.PATIENCE.toSeconds()
                        + " s; last seen: " + reader.counted());
            }
            startAgainWhatEnded();
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
        }
    }

    /** The fault struck once more. */
    void struck() {
        strikes++;
    }

    /** Something the report should say. */
    void note(String what) {
        notes.add(what);
    }

    /** Looks until nothing is missing any more, not forever; what is there twice stays so. */
    Findings eventually(Supplier<Findings> look) {
        long deadline = System.nanoTime() + EVENTUALLY.toNanos();
        Findings found = look.get();
        while (!found.isClean() && found.doubled() == 0 && System.nanoTime() < deadline) {
            LockSupport.parkNanos(LOOK_EVERY_NANOS);
            found = look.get();
        }
        return found;
    }

    /** Ends every process and deletes what it kept on the broker. What went wrong before is in the outcome. */
    @Override
    public void close() throws InterruptedException {
        instances.values().forEach(AppProcess::close);
        try (scene) {
            if (watch != null) {
                watch.close();
            }
            if (reader != null) {
                reader.close();
            }
            scene.deployment.deleteTopics();
        } catch (ExecutionException | RuntimeException e) {
            // Nothing but topics is left, and the next trial has its own.
        }
    }
}
