package io.spendstream;

import io.spendstream.alert.AlertNotes;
import io.spendstream.budget.BudgetBook;
import io.spendstream.ingest.EventRules;
import io.spendstream.pricing.PriceBook;
import io.spendstream.query.ClusterInstances;
import io.spendstream.query.ClusterSpend;
import io.spendstream.query.CubeDimensions;
import io.spendstream.query.LocalSpend;
import io.spendstream.query.Retention;
import io.spendstream.reconcile.ReconciliationBook;
import io.spendstream.rest.BudgetPorts;
import io.spendstream.rest.HttpPeerClient;
import io.spendstream.rest.RestConfig;
import io.spendstream.rest.RestPorts;
import io.spendstream.rest.RestSecurity;
import io.spendstream.rest.RestServer;
import io.spendstream.rollup.Shards;
import io.spendstream.runtime.Access;
import io.spendstream.runtime.AppConfig;
import io.spendstream.runtime.AppMetrics;
import io.spendstream.runtime.Clients;
import io.spendstream.runtime.Engine;
import io.spendstream.runtime.Instruments;
import io.spendstream.runtime.Schemas;
import io.spendstream.runtime.ShownBudgets;
import io.spendstream.runtime.Start;
import io.spendstream.runtime.Totals;
import io.spendstream.schema.ConfluentSchemaRegistry;
import io.spendstream.schema.SchemaRegistry;
import io.spendstream.topic.Topics;
import io.spendstream.watch.AlertView;
import io.spendstream.watch.StatusView;
import java.io.IOException;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.streams.Topology;

/** One instance of the application: configuration → topology → streams → REST, and nothing else. */
public final class Spendstream implements AutoCloseable {

    private static final Duration PEER_TIMEOUT = Duration.ofSeconds(2);
    private static final int QUERY_THREADS = 4;

    private final AppConfig config;
    private final Topics topics;
    private final PriceBook book = new PriceBook();
    private final BudgetBook budgets = new BudgetBook();
    private final StatusView statuses = new StatusView();
    private final AlertView alerts;
    private final AlertNotes notes = new AlertNotes();
    private final ReconciliationBook reconciliations = new ReconciliationBook();
    private final Shards shards = new Shards();
    private final Totals totals = new Totals();
    private final SchemaRegistry registry;
    private final Schemas schemas;
    private final Engine engine;
    private final Instruments instruments;
    private final AppMetrics metrics;
    private final Clients clients;
    private final Access access;
    private final HttpPeerClient others;
    private final ExecutorService queries = Executors.newFixedThreadPool(QUERY_THREADS);
    private final RestServer rest;
    private final Thread starter;
    private volatile boolean closing;

    private Spendstream(AppConfig config) throws IOException {
        this.config = config;
        access = new Access(config.security(), Clock.systemUTC());
        topics = Topics.withPrefix(config.topicPrefix());
        registry = new ConfluentSchemaRegistry(config.registryUrl(), config.registry());
        schemas = new Schemas(registry, topics);
        engine = new Engine(
                config,
                topics,
                MeterTopology.deltasTopic(config.applicationId()),
                MeterTopology.scopesTopics(config.applicationId()));
        instruments = new Instruments(config, topics, engine, totals, shards, book, budgets, statuses, reconciliations);
        metrics = instruments.metrics();
        alerts = new AlertView(instruments.alerts());
        others = new HttpPeerClient(PEER_TIMEOUT, access.peers(), Clock.systemUTC());
        if (access.tls() != null) {
            others.use(access.tls());
        }
        clients = new Clients(config, topics, schemas, registry, book, budgets, notes, reconciliations);
        rest = RestServer.start(
                RestConfig.on(config.httpHost(), config.httpPort()),
                ports(),
                new RestSecurity(
                        access.authenticator(), access.peers(), access.isMetricsOpen(), access.tls(), clients.audit()));
        access.onTlsChange(tls -> {
            rest.use(tls);
            others.use(tls);
        });
        starter = new Thread(this::startProcessing, "start");
    }

    /**
     * Starts an instance. Returns when it listens; processing starts as soon as Kafka and the registry answer.
     *
     * @throws IOException where the HTTP address cannot be had
     */
    public static Spendstream start(AppConfig config) throws IOException {
        Spendstream instance = new Spendstream(config);
        instance.starter.start();
        return instance;
    }

    private void startProcessing() {
        try {
            advertise();
            Start start = new Start(config, engine, () -> closing);
            int eventPartitions = start.topics(topics);
            start.schemas(schemas);
            engine.start(topology(eventPartitions), instruments.restoring());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            engine.fail(e);
        }
    }

    private void advertise() {
        String advertised = config.httpAdvertised();
        if (advertised.isEmpty()) {
            engine.reachableAt(config.httpHost(), rest.port());
        } else {
            int colon = advertised.lastIndexOf(':');
            engine.reachableAt(advertised.substring(0, colon), Integer.parseInt(advertised.substring(colon + 1)));
        }
    }

    private Topology topology(int eventPartitions) {
        return new MeterTopology(
                        new MeterTopology.Settings(
                                topics,
                                config.dedupe(),
                                config.rollup(),
                                config.watch(),
                                config.detectors(),
                                config.commitMode(),
                                config.pricedPublished(),
                                config.cubePartitions(),
                                eventPartitions,
                                config.spans()
                                        .map(spans -> new MeterTopology.Spans(spans.topic(), spans.format()))
                                        .orElse(null)),
                        new MeterTopology.Serdeses(
                                schemas.usage,
                                schemas.priced,
                                schemas.rollups,
                                schemas.budgets,
                                schemas.statuses,
                                schemas.alerts),
                        new MeterTopology.Shared(
                                schemas.writers,
                                new EventRules(config.horizon()),
                                book,
                                shards,
                                Schemas.patiently(schemas.prices, topics.prices(), () -> closing),
                                metrics::refused,
                                totals,
                                metrics::valueOverflowed,
                                new MeterTopology.Watched(
                                        budgets,
                                        statuses,
                                        alerts,
                                        notes,
                                        reconciliations,
                                        Schemas.patiently(schemas.budgets, topics.budgets(), () -> closing),
                                        Schemas.patiently(schemas.statuses, topics.budgetStatus(), () -> closing),
                                        Schemas.patiently(schemas.alerts, topics.budgetAlerts(), () -> closing),
                                        Schemas.patiently(schemas.notes, topics.alertNotes(), () -> closing),
                                        Schemas.patiently(
                                                schemas.reconciliations, topics.reconciliations(), () -> closing)),
                                engine.probe(),
                                instruments.traces()))
                .build();
    }

    private RestPorts ports() {
        CubeDimensions dimensions = new CubeDimensions(config.rollup().tagDimensions());
        LocalSpend local = new LocalSpend(shards::open, dimensions, engine.probe(), LocalSpend.ROWS_MAX_DEFAULT);
        ClusterSpend spend = new ClusterSpend(
                local,
                engine,
                others,
                queries,
                new Retention(
                        config.rollup().quarterHoursKept(), config.rollup().daysKept()),
                Clock.systemUTC(),
                LocalSpend.ROWS_MAX_DEFAULT);
        return new RestPorts(
                spend,
                local,
                dimensions,
                clients.intake(),
                new EventRules(config.horizon()),
                clients.prices(),
                new ClusterInstances(engine::self, engine, others),
                engine,
                metrics,
                Clock.systemUTC(),
                budgetPorts(),
                clients.reconciliations(),
                instruments.requests());
    }

    private BudgetPorts budgetPorts() {
        ShownBudgets shown =
                new ShownBudgets(statuses, alerts, notes, engine.probe()::ofBudgets, engine, Clock.systemUTC());
        return new BudgetPorts(clients.budgets(), shown, shown, clients.notes(), config.admission());
    }

    /** Where it listens. */
    public URI url() {
        return URI.create(config.security().scheme() + "://" + config.httpHost() + ":" + rest.port());
    }

    /**
     * Waits until it processes and answers.
     *
     * @throws TimeoutException says what it still waits for
     * @throws IllegalStateException where the start failed
     */
    public void awaitReady(Duration timeout) throws InterruptedException, TimeoutException {
        long deadline = System.nanoTime() + timeout.toNanos();
        while (true) {
            List<String> why = engine.whyNotReady();
            if (why.isEmpty()) {
                return;
            }
            if (!engine.whyNotLive().isEmpty()) {
                throw new IllegalStateException(String.join("; ", engine.whyNotLive()));
            }
            if (System.nanoTime() > deadline) {
                throw new TimeoutException("not ready after " + timeout.toSeconds() + " s: " + String.join("; ", why));
            }
            Thread.sleep(20);
        }
    }

    /** Waits until processing has ended; answers what ended it, or null where it was asked to. */
    public Throwable awaitStopped() throws InterruptedException {
        return engine.awaitStopped();
    }

    /** What became of all records since the start. */
    public Totals totals() {
        return totals;
    }

    /** Stops: no more requests, then no more processing, with all that is done committed. */
    @Override
    public void close() throws IOException {
        closing = true;
        starter.interrupt();
        try {
            rest.close();
        } finally {
            engine.close();
            clients.close();
            queries.shutdown();
            instruments.close();
            registry.close();
            access.close();
        }
    }
}
