package io.spendstream.rest;

import static org.assertj.core.api.Assertions.assertThat;

import io.spendstream.alert.AlertNotes;
import io.spendstream.budget.AdmissionPolicy;
import io.spendstream.budget.BudgetDefinition;
import io.spendstream.budget.BudgetIndex;
import io.spendstream.budget.Decision;
import io.spendstream.ingest.EventRules;
import io.spendstream.ingest.Horizon;
import io.spendstream.pricing.PriceBook;
import io.spendstream.query.Alerts;
import io.spendstream.query.BudgetCounters;
import io.spendstream.query.Budgets;
import io.spendstream.query.ClusterInstances;
import io.spendstream.query.ClusterSpend;
import io.spendstream.query.CubeDimensions;
import io.spendstream.query.EventIntake;
import io.spendstream.query.FakeCells;
import io.spendstream.query.Freshness;
import io.spendstream.query.HealthSource;
import io.spendstream.query.Instances.Instance;
import io.spendstream.query.Lag;
import io.spendstream.query.LocalSpend;
import io.spendstream.query.Notes;
import io.spendstream.query.Peers.Membership;
import io.spendstream.query.Peers.Peer;
import io.spendstream.query.Prices;
import io.spendstream.query.Reconciliations;
import io.spendstream.query.RequestObserver;
import io.spendstream.query.Retention;
import io.spendstream.query.Trace;
import io.spendstream.reconcile.ReconciliationAlerts;
import io.spendstream.reconcile.ReconciliationBook;
import io.spendstream.usage.UsageRecord;
import io.spendstream.v1.Alert;
import io.spendstream.v1.AlertNote;
import io.spendstream.v1.AlertNoteKind;
import io.spendstream.v1.Budget;
import io.spendstream.v1.BudgetStatus;
import io.spendstream.v1.ModelPrices;
import io.spendstream.v1.Reconciliation;
import io.spendstream.v1.UsageEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;

/** An instance over HTTP whose ports are in memory, and a caller of it. */
final class TestInstance implements AutoCloseable {

    static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
    /** When all budgets were defined. */
    static final Instant DEFINED = Instant.parse("2026-11-21T09:30:00Z");

    private static final Duration PEER_TIMEOUT = Duration.ofSeconds(2);
    private static final CubeDimensions DIMENSIONS = new CubeDimensions(List.of("region"));

    final List<UsageEvent> published = new CopyOnWriteArrayList<>();
    final List<FakeCells> cells = new CopyOnWriteArrayList<>();
    final List<Peer> others = new CopyOnWriteArrayList<>();
    final List<String> notStarted = new CopyOnWriteArrayList<>();
    final List<String> notReady = new CopyOnWriteArrayList<>();
    final MemoryPrices prices = new MemoryPrices();
    final MemoryBudgets budgets = new MemoryBudgets();
    final List<Alert> alerts = new CopyOnWriteArrayList<>();
    final MemoryNotes notes = new MemoryNotes();
    final MemoryReconciliations reconciliations = new MemoryReconciliations();
    /** The trace of the events that came last. */
    volatile Trace traced;

    volatile EventIntake intake = (events, trace) -> {
        published.addAll(events);
        return CompletableFuture.completedFuture(null);
    };
    volatile int partitions = 1;
    volatile Instance instance =
            new Instance("http://here", true, "RUNNING", List.of("0_0", "1_0"), List.of(), 3L, NOW);
    final RestServer server;

    private final ExecutorService workers = Executors.newFixedThreadPool(2);
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** Requests as they were seen. */
    final List<String> seen = new CopyOnWriteArrayList<>();

    private final RequestObserver observer = new RequestObserver() {
        @Override
        public Exchange begin(String method, String path, UnaryOperator<String> header) {
            String traceparent = header.apply("traceparent");
            return new Exchange() {
                @Override
                public Trace trace() {
                    return traceparent == null ? Trace.NONE : new Trace(Map.of("traceparent", traceparent));
                }

                @Override
                public void end(String route, int status) {
                    seen.add(method + " " + route + " " + status + (traceparent == null ? "" : " " + traceparent));
                }
            };
        }

        @Override
        public void decided(Decision decision) {
            seen.add("admission " + decision);
        }
    };

    volatile Lag lag = new Lag(3, NOW.minusMillis(85));

    TestInstance() throws IOException {
        this(RestConfig.on("127.0.0.1", 0));
    }

    TestInstance(RestConfig config) throws IOException {
        this(config, RestSecurity.OFF);
    }

    TestInstance(RestConfig config, RestSecurity security) throws IOException {
        this(config, security, AdmissionPolicy.DEFAULT);
    }

    TestInstance(RestConfig config, RestSecurity security, AdmissionPolicy admission) throws IOException {
        HttpPeerClient client = new HttpPeerClient(PEER_TIMEOUT, security.peers(), () -> NOW);
        LocalSpend local = new LocalSpend(() -> cells, DIMENSIONS, () -> lag, 1_000);
        ClusterSpend spend =
                new ClusterSpend(local, this::membership, client, workers, Retention.DEFAULT, () -> NOW, 1_000);
        server = RestServer.start(
                config,
                new RestPorts(
                        spend,
                        local,
                        DIMENSIONS,
                        (events, trace) -> {
                            traced = trace;
                            return intake.publish(events, trace);
                        },
                        new EventRules(Horizon.DEFAULT),
                        prices,
                        new ClusterInstances(() -> instance, this::membership, client),
                        new Health(),
                        () -> "# TYPE up gauge\nup 1\n",
                        () -> NOW,
                        new BudgetPorts(budgets, budgets, this::find, notes, admission),
                        reconciliations,
                        observer),
                security);
    }

    private CompletionStage<Alerts.Found> find(Alerts.Query query) {
        List<Alert> found = alerts.stream()
                .filter(alert ->
                        query.matches(alert, notes.acknowledgement(alert).isPresent()))
                .toList();
        return CompletableFuture.completedFuture(new Alerts.Found(
                found.subList(0, Math.min(query.limit(), found.size())),
                found.size() > query.limit(),
                MemoryBudgets.FRESHNESS));
    }

    private final class Health implements HealthSource {
        @Override
        public List<String> whyNotStarted() {
            return notStarted;
        }

        @Override
        public List<String> whyNotLive() {
            return List.of();
        }

        @Override
        public List<String> whyNotReady() {
            return notReady;
        }
    }

    private Membership membership() {
        List<Peer> peers = new ArrayList<>();
        peers.add(new Peer(url(), true));
        peers.addAll(others);
        return new Membership(peers, partitions);
    }

    String url() {
        return "http://127.0.0.1:" + server.port();
    }

    HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(url() + path)).timeout(Duration.ofSeconds(30));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        HttpResponse<String> answer = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        // Whatever a test asks for: what comes back is something that the description says.
        assertThat(Description.WHOLE.faults(answer, answer.body().getBytes(StandardCharsets.UTF_8)))
                .as("%s %s answered %d, which openapi.json does not describe: %s"
                        .formatted(answer.request().method(), answer.uri(), answer.statusCode(), answer.body()))
                .isEmpty();
        return answer;
    }

    HttpResponse<byte[]> sendForBytes(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path));
    }

    /** @param headers name, value, name, value, … */
    HttpResponse<String> post(String path, String body, String... headers) throws IOException, InterruptedException {
        HttpRequest.Builder request = request(path).POST(HttpRequest.BodyPublishers.ofString(body));
        return send(headers.length == 0 ? request : request.headers(headers));
    }

    HttpResponse<String> put(String path, String body) throws IOException, InterruptedException {
        return send(request(path).PUT(HttpRequest.BodyPublishers.ofString(body)));
    }

    /** The end of an answer is seen a moment after its caller has it. */
    void awaitSeen(String... requests) throws InterruptedException {
        long deadline = System.nanoTime() + Duration.ofSeconds(10).toNanos();
        while (seen.size() < requests.length && System.nanoTime() < deadline) {
            Thread.sleep(1);
        }
        assertThat(seen).containsExactly(requests);
    }

    @Override
    public void close() throws IOException {
        server.close();
        workers.shutdownNow();
    }

    /** Definitions and statuses in memory. */
    static final class MemoryBudgets implements Budgets, BudgetCounters {
        static final Freshness FRESHNESS = new Freshness(true, NOW.minusMillis(85), 3, 85);

        final List<BudgetStatus> statuses = new CopyOnWriteArrayList<>();
        volatile Freshness freshness = FRESHNESS;
        private final ConcurrentSkipListMap<String, Budget> byId = new ConcurrentSkipListMap<>();

        @Override
        public BudgetIndex index() {
            return BudgetIndex.of(
                    byId.values().stream().map(BudgetDefinition::of).toList(), budget -> DEFINED.toEpochMilli());
        }

        @Override
        public List<Budget> list() {
            return List.copyOf(byId.values());
        }

        @Override
        public Optional<Budget> get(String id) {
            return Optional.ofNullable(byId.get(id));
        }

        @Override
        public Optional<Instant> countedSince(BudgetDefinition budget) {
            return Optional.of(DEFINED);
        }

        @Override
        public CompletionStage<Void> put(Budget budget) {
            byId.put(budget.getId(), budget);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> delete(String id) {
            byId.remove(id);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public BudgetStatus get(BudgetDefinition budget, List<String> group) {
            return of(budget).stream()
                    .filter(status -> budget.groupBy().stream()
                            .map(status.getGroup()::get)
                            .toList()
                            .equals(group))
                    .findFirst()
                    .orElse(null);
        }

        @Override
        public List<BudgetStatus> of(BudgetDefinition budget) {
            return statuses.stream()
                    .filter(status -> status.getBudget().equals(budget.id()))
                    .toList();
        }

        @Override
        public Freshness freshness() {
            return freshness;
        }
    }

    /** Notes in memory. */
    static final class MemoryNotes implements Notes {
        private final AlertNotes notes = new AlertNotes();

        @Override
        public Optional<AlertNote> acknowledgement(Alert alert) {
            return notes.acknowledgement(alert);
        }

        @Override
        public List<AlertNote> silences() {
            return notes.silences();
        }

        @Override
        public CompletionStage<Void> put(AlertNote note) {
            notes.put(AlertNotes.key(note.getKind(), note.getId()), note);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public CompletionStage<Void> delete(AlertNoteKind kind, String id) {
            notes.put(AlertNotes.key(kind, id), null);
            return CompletableFuture.completedFuture(null);
        }
    }

    /** Reconciliations in memory, and what would be told of them. */
    static final class MemoryReconciliations implements Reconciliations {
        final List<Alert> told = new CopyOnWriteArrayList<>();
        private final ReconciliationBook book = new ReconciliationBook();

        @Override
        public List<Reconciliation> list() {
            return book.all();
        }

        @Override
        public Optional<Reconciliation> get(String id) {
            return book.get(id);
        }

        @Override
        public String whyFull(Reconciliation more) {
            return book.whyFull(more);
        }

        @Override
        public CompletionStage<Void> put(Reconciliation reconciliation) {
            return take(
                    reconciliation.getId(),
                    ReconciliationAlerts.stored(
                            book.get(reconciliation.getId()).orElse(null), reconciliation, new AlertNotes()));
        }

        @Override
        public CompletionStage<Void> delete(String id, Instant at) {
            return take(id, ReconciliationAlerts.deleted(book.get(id).orElseThrow(), at, new AlertNotes()));
        }

        private CompletionStage<Void> take(String id, ReconciliationAlerts.Step step) {
            book.put(id, step.reconciliation());
            if (step.alert() != null) {
                told.add(step.alert());
            }
            return CompletableFuture.completedFuture(null);
        }
    }

    /** A price book in memory; whatever is quoted costs one line. */
    static final class MemoryPrices implements Prices {
        private final PriceBook book = new PriceBook();
        final Map<String, String> aliases = new ConcurrentHashMap<>();
        volatile UsageRecord quoted;

        @Override
        public List<ModelPrices> list() {
            return List.copyOf(book.all());
        }

        @Override
        public Optional<ModelPrices> get(String model) {
            return Optional.ofNullable(book.get(model));
        }

        @Override
        public CompletionStage<Void> put(ModelPrices prices) {
            book.put(prices);
            return CompletableFuture.completedFuture(null);
        }

        @Override
        public Quote quote(UsageRecord event) {
            quoted = event;
            if (book.get(aliases.getOrDefault(event.model(), event.model())) == null) {
                return new Quote(null, null, List.of(), 0, false, false);
            }
            Card card = new Card(event.model(), Instant.parse("2026-01-01T00:00:00Z"), null, null, "test");
            return event.otherUnits.isEmpty()
                    ? new Quote(card, null, List.of(new Line("input_tokens", 1_000, 2_500, 2_500)), 2_500, false, true)
                    : new Quote(card, "the rate card has no rate for images", List.of(), 0, false, false);
        }
    }
}
