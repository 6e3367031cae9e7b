package io.spendstream.rest;

import io.spendstream.access.Caller;
import io.spendstream.pricing.CompiledCard;
import io.spendstream.pricing.PriceBook;
import io.spendstream.query.Freshness;
import io.spendstream.query.Granularity;
import io.spendstream.query.Order;
import io.spendstream.query.QueryFault;
import io.spendstream.query.QueryRefused;
import io.spendstream.query.Reconciliations;
import io.spendstream.query.SpendAnswer;
import io.spendstream.query.SpendQuery;
import io.spendstream.query.SpendRow;
import io.spendstream.query.Sums;
import io.spendstream.reconcile.Invoice;
import io.spendstream.reconcile.InvoiceFault;
import io.spendstream.reconcile.InvoiceFormat;
import io.spendstream.reconcile.InvoiceReader;
import io.spendstream.reconcile.ListPrices;
import io.spendstream.reconcile.Metered;
import io.spendstream.reconcile.ModelNames;
import io.spendstream.reconcile.Reconciler;
import io.spendstream.usage.Digest;
import io.spendstream.usage.Measure;
import io.spendstream.usage.Meter;
import io.spendstream.v1.LeftOut;
import io.spendstream.v1.ReconciledRow;
import io.spendstream.v1.Reconciliation;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Invoices held against what was metered: {@code /v1/reconciliations} and {@code /{id}}. */
final class ReconciliationRoutes {

    private static final String ALL = "/v1/reconciliations";
    private static final String TEMPLATE = ALL + "/{id}";
    private static final String PATH = ALL + "/:id";
    private static final String CSV = "text/csv";
    /** Each holds a file and its rows in memory, and nobody waits for the second one. */
    private static final int LOADS_MAX = 2;

    private static final int DAYS_MAX = 400;
    /** What is metered must be no older: what is not yet counted would look like a drift, and ring. */
    private static final long LAG_MS_MAX = 60_000;

    private static final long BEHIND_RETRY_SECONDS = 30;
    private static final List<String> GROUP_BY = List.of("provider", "model");

    private final RestPorts ports;
    private final Reconciliations reconciliations;
    private final WorkerExecutor workers;
    private final Bodies bodies;
    private final Audited audited;
    private final InFlight loads = new InFlight(LOADS_MAX);

    ReconciliationRoutes(RestPorts ports, WorkerExecutor workers, Bodies bodies, Audited audited) {
        this.ports = ports;
        this.reconciliations = ports.reconciliations();
        this.workers = workers;
        this.bodies = bodies.upTo(InvoiceReader.BYTES_MAX);
        this.audited = audited;
    }

    void mount(Api api) {
        api.get(ALL, this::list);
        api.post(ALL, this::load);
        api.on(HttpMethod.GET, TEMPLATE, PATH, this::get);
        api.on(HttpMethod.DELETE, TEMPLATE, PATH, this::delete);
    }

    private void list(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Caller caller = Gate.caller(ctx);
        workers.executeBlocking(
                        () -> ReconciliationJson.writeAll(reconciliations.list().stream()
                                .filter(one -> caller.isFor(one.getTenant()))
                                .toList()),
                        false)
                .onSuccess(json -> answer(ctx, 200, json))
                .onFailure(ctx::fail);
    }

    private void get(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Reconciliation existing = existing(ctx);
        workers.executeBlocking(() -> ReconciliationJson.write(existing, List.of(), null), false)
                .onSuccess(json -> answer(ctx, 200, json))
                .onFailure(ctx::fail);
    }

    private void delete(RoutingContext ctx) {
        Params.none(ctx.queryParams());
        Reconciliation existing = existing(ctx);
        audited.make(
                        Gate.caller(ctx),
                        change(existing, existing, null),
                        ctx.vertx().getOrCreateContext(),
                        () -> reconciliations.delete(existing.getId(), now()))
                .onSuccess(done -> ctx.response().setStatusCode(204).end())
                .onFailure(ctx::fail);
    }

    /** Another tenant's is not there. */
    private Reconciliation existing(RoutingContext ctx) {
        String id = ctx.pathParam("id");
        return reconciliations
                .get(id)
                .filter(one -> Gate.caller(ctx).isFor(one.getTenant()))
                .orElseThrow(() -> Problem.notFound("There is no reconciliation '" + id + "'")
                        .exception());
    }

    private void load(RoutingContext ctx) {
        Accepts.best(ctx, Json.MEDIA_TYPE);
        Caller caller = Gate.caller(ctx);
        ReconciliationParams params = ReconciliationParams.read(ctx.queryParams());
        Tenancy.require(params.tenant(), caller);
        String type = MediaTypes.of(ctx.request());
        boolean csv = type.equals(CSV);
        if (!csv && !type.equals(Json.MEDIA_TYPE)) {
            throw MediaTypes.unsupported(type, CSV, Json.MEDIA_TYPE);
        }
        if (!csv && params.options().format() != InvoiceFormat.GENERIC) {
            throw Problem.badRequest(
                            "Lines in JSON are of the generic format; '"
                                    + params.options().format().id() + "' is CSV, Content-Type text/csv",
                            List.of())
                    .exception();
        }
        Context context = ctx.vertx().getOrCreateContext();
        SpendRoutes.limited(
                ctx,
                caller,
                loads,
                () -> bodies.read(ctx.request())
                        .compose(read -> workers.executeBlocking(
                                () -> new Load(params, read(read.toString(StandardCharsets.UTF_8), csv, params)),
                                false))
                        .compose(load -> compare(load, context))
                        .compose(compared -> stored(compared, caller, context))
                        .compose(compared -> workers.executeBlocking(
                                        () -> ReconciliationJson.write(
                                                compared.now,
                                                compared.load.invoice.ignoredColumns(),
                                                Tenancy.shown(compared.freshness, caller)),
                                        false)
                                .compose(json -> ctx.response()
                                        .setStatusCode(compared.isNew ? 201 : 200)
                                        .putHeader("Content-Type", Json.MEDIA_TYPE)
                                        .end(Buffer.buffer(json))
                                        .otherwiseEmpty())));
    }

    private static Invoice read(String text, boolean csv, ReconciliationParams params) {
        Invoice invoice = csv ? InvoiceReader.csv(text, params.options()) : InvoiceReader.json(text, params.options());
        if (!invoice.faults().isEmpty()) {
            int count = invoice.faults().size();
            throw Problem.badRequest(
                            "Nothing was loaded: "
                                    + (count == InvoiceReader.FAULTS_MAX
                                            ? "there are " + count + " faults or more; these are the first"
                                            : "there " + (count == 1 ? "is 1 fault" : "are " + count + " faults")),
                            invoice.faults().stream()
                                    .map(ReconciliationRoutes::fault)
                                    .toList())
                    .exception();
        }
        return invoice;
    }

    private static Problem.Fault fault(InvoiceFault fault) {
        return new Problem.Fault(
                Math.toIntExact(fault.line()),
                fault.column().isEmpty() ? null : fault.column(),
                "bad_value",
                fault.reason());
    }

    /** What is to be compared. */
    private static final class Load {

        private final ReconciliationParams params;
        private final Invoice invoice;
        private final LocalDate from;
        private final LocalDate to;

        Load(ReconciliationParams params, Invoice invoice) {
            this.params = params;
            this.invoice = invoice;
            this.from = params.from() == null ? invoice.firstDay() : params.from();
            this.to = params.to() == null ? invoice.lastDay().plusDays(1) : params.to();
            if (!from.isBefore(to) || from.plusDays(DAYS_MAX).isBefore(to)) {
                throw new QueryRefused(
                        "from",
                        QueryFault.Reason.BAD_VALUE,
                        from + " to before " + to + " are not 1 to " + DAYS_MAX + " days; the invoice has lines of "
                                + invoice.firstDay() + " to " + invoice.lastDay());
            }
            if (asOf() != null && !asOf().isAfter(start())) {
                throw new QueryRefused(
                        "as_of", QueryFault.Reason.BAD_VALUE, asOf() + " is not after the start, " + start());
            }
        }

        Instant start() {
            return from.atStartOfDay(params.zone()).toInstant();
        }

        Instant end() {
            return to.atStartOfDay(params.zone()).toInstant();
        }

        /** Null where the invoice has all calls of the days. */
        Instant asOf() {
            return params.asOf() == null || !params.asOf().isBefore(end()) ? null : params.asOf();
        }

        SpendQuery query(Instant since, Instant until) {
            Map<String, Set<String>> filters = new HashMap<>();
            if (params.tenant() != null) {
                filters.put("tenant", Set.of(params.tenant()));
            }
            String provider = params.options().wholeProvider();
            if (provider != null) {
                // And calls that name none.
                filters.put("provider", Set.of(provider, ""));
            }
            return new SpendQuery(
                    since, until, params.zone(), Granularity.DAY, GROUP_BY, filters, Order.START, SpendQuery.LIMIT_MAX);
        }
    }

    private record Compared(Load load, Reconciliation before, Reconciliation now, Freshness freshness, boolean isNew) {}

    private Future<Compared> compare(Load load, Context context) {
        Instant until = load.asOf() == null ? load.end() : load.asOf();
        Future<SpendAnswer> compared =
                Future.fromCompletionStage(ports.spend().spend(load.query(load.start(), until)), context);
        return compared.compose(answer -> {
            Future<List<SpendRow>> after = load.asOf() == null
                    ? Future.succeededFuture(List.of())
                    : Future.fromCompletionStage(ports.spend().spend(load.query(load.asOf(), load.end())), context)
                            .map(ReconciliationRoutes::rows);
            return after.compose(rows -> workers.executeBlocking(() -> compare(load, answer, rows), false));
        });
    }

    private static List<SpendRow> rows(SpendAnswer answer) {
        if (answer.truncated()) {
            throw new QueryRefused(
                    "from",
                    QueryFault.Reason.TOO_LARGE,
                    answer.rowCount() + " combinations of day, provider and model were metered, and "
                            + SpendQuery.LIMIT_MAX + " can be compared at once: choose fewer days");
        }
        return answer.rows();
    }

    private Compared compare(Load load, SpendAnswer answer, List<SpendRow> later) {
        ZoneId zone = load.params.zone();
        List<Metered> metered = new ArrayList<>();
        rows(answer).forEach(row -> metered.add(metered(row, zone)));
        List<Metered> after = new ArrayList<>();
        later.forEach(row -> after.add(metered(row, zone)));
        Set<String> names = new HashSet<>();
        metered.forEach(row -> names.add(row.model()));
        after.forEach(row -> names.add(row.model()));
        PriceBook book = new PriceBook();
        ports.prices().list().forEach(book::put);
        ModelNames models = new ModelNames(load.params.models(), book.all(), names);
        Reconciler.Result result = reconcile(load, metered, models, prices(book, zone));
        long meteredAfter = after.isEmpty()
                ? 0
                : reconcile(load, after, models, prices(book, zone)).rows().stream()
                        .mapToLong(ReconciledRow::getMeteredNanoUsd)
                        .reduce(0, Math::addExact);
        List<LeftOut> leftOut = new ArrayList<>(load.invoice.leftOut());
        leftOut.addAll(result.leftOut());
        Reconciliation now = Reconciliation.newBuilder()
                .setId(id(load, result.providers()))
                .setTenant(load.params.tenant())
                .setProviders(result.providers())
                .setFormat(load.params.options().format().id())
                .setContent(load.invoice.content())
                .setZone(zone.getId())
                .setFromDay(load.from)
                .setToDay(load.to)
                .setAsOf(load.asOf())
                .setTolerancePpm(load.params.tolerancePpm())
                .setLoadedAt(now())
                .setMeteredAfterNanoUsd(meteredAfter)
                .setUnattributedNanoUsd(result.unattributedNanoUsd())
                .setUnattributedRequests(result.unattributedRequests())
                .setLeftOut(leftOut)
                .setRows(result.rows())
                .build();
        Reconciliation before = reconciliations.get(now.getId()).orElse(null);
        return new Compared(load, before, now, answer.freshness(), before == null);
    }

    private static Reconciler.Result reconcile(Load load, List<Metered> metered, ModelNames models, ListPrices prices) {
        try {
            return Reconciler.reconcile(
                    load.invoice.lines(),
                    metered,
                    load.params.options().wholeProvider(),
                    load.from,
                    load.to,
                    models,
                    prices);
        } catch (Reconciler.TooMuch e) {
            throw new QueryRefused("from", QueryFault.Reason.TOO_LARGE, e.getMessage());
        } catch (ArithmeticException e) {
            throw Problem.badRequest(
                            "Nothing was loaded: at the prices of its models what the invoice counts comes to more than"
                                    + " nine billion USD; see whether its columns of tokens are what they are taken for",
                            List.of())
                    .exception();
        }
    }

    /** The same days of the same scope are the same reconciliation. */
    private static String id(Load load, List<String> providers) {
        Digest digest = new Digest()
                .add(load.params.tenant())
                .add(load.params.zone().getId())
                .add(load.from.toEpochDay())
                .add(load.to.toEpochDay());
        providers.forEach(digest::add);
        return digest.hex();
    }

    private static ListPrices prices(PriceBook book, ZoneId zone) {
        return (model, provider, day, meter) -> {
            CompiledCard card = book.cardFor(
                    model, provider, day.atStartOfDay(zone).toInstant().toEpochMilli());
            return card == null ? null : card.baseRate(meter);
        };
    }

    /** Reasoning is a part of the output. */
    private static Metered metered(SpendRow row, ZoneId zone) {
        Sums sums = row.sums();
        Map<Meter, Long> tokens = new EnumMap<>(Meter.class);
        Map<Meter, Long> costs = new EnumMap<>(Meter.class);
        for (int i = 0; i < Meter.COUNT; i++) {
            Meter meter = Meter.at(i);
            if (meter != Meter.REASONING_TOKENS) {
                tokens.put(meter, sums.measure(Measure.at(Measure.INPUT_TOKENS.ordinal() + i)));
                costs.put(meter, sums.measure(Measure.costOf(meter)));
            }
        }
        costs.merge(Meter.OUTPUT_TOKENS, sums.measure(Measure.REASONING_COST), Math::addExact);
        long made = sums.measure(Measure.REQUESTS) - sums.measure(Measure.RESPONSE_CACHED);
        return new Metered(
                LocalDate.ofInstant(Instant.ofEpochMilli(row.startMs()), zone),
                row.group().get(0),
                row.group().get(1),
                made,
                Math.min(made, sums.measure(Measure.UNPRICED_REQUESTS)),
                tokens,
                costs,
                sums.measure(Measure.COST));
    }

    private Future<Compared> stored(Compared compared, Caller caller, Context context) {
        if (compared.load.params.dryRun()) {
            return Future.succeededFuture(
                    new Compared(compared.load, compared.before, compared.now, compared.freshness, false));
        }
        if (compared.freshness.lagMs() > LAG_MS_MAX) {
            throw Problem.unavailable(
                            "Nothing was stored: what was received in the last " + compared.freshness.lagMs() / 1000
                                    + " s is not all counted yet, and would look like a drift; load the invoice again"
                                    + " when that is less than " + LAG_MS_MAX / 1000
                                    + " s, or compare with dry_run=true",
                            BEHIND_RETRY_SECONDS)
                    .exception();
        }
        String full = reconciliations.whyFull(compared.now);
        if (full != null) {
            throw Problem.conflict("Nothing was stored: " + full).exception();
        }
        return audited.make(
                        caller,
                        change(compared.now, compared.before, compared.now),
                        context,
                        () -> reconciliations.put(compared.now))
                .map(stored -> new Compared(
                        compared.load,
                        compared.before,
                        reconciliations.get(compared.now.getId()).orElse(compared.now),
                        compared.freshness,
                        compared.isNew));
    }

    private static Audited.Change change(Reconciliation of, Reconciliation before, Reconciliation after) {
        return new Audited.Change(
                "reconciliation",
                of.getId(),
                of.getTenant(),
                before == null ? null : ReconciliationJson.summary(before),
                after == null ? null : ReconciliationJson.summary(after));
    }

    /** As records have it. */
    private Instant now() {
        return ports.clock().instant().truncatedTo(ChronoUnit.MILLIS);
    }

    private static void answer(RoutingContext ctx, int status, byte[] json) {
        ctx.response()
                .setStatusCode(status)
                .putHeader("Content-Type", Json.MEDIA_TYPE)
                .end(Buffer.buffer(json));
    }
}
